import { readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { buildTestApp } from '../../platform/testing/app.ts';
import { aSchool, aStaff, signedInAs } from '../../platform/testing/builders.ts';
import { encodeGb18030 } from '../testing/gb18030.ts';
import { checked, confirm, imported, problemsOf, upload, type Importing } from '../testing/importing.ts';
import { sharedFile } from '../testing/shared-data.ts';
import { oneRosterSet, zipOf, zipOfFolder, type Tables } from '../testing/table-sets.ts';
import { craftedZip } from '../testing/workbooks.ts';

// Each upload starts a process of its own; on a busy machine a few of them take their time.
vi.setConfig({ testTimeout: 60_000 });
const { app, db, logLines } = await buildTestApp();

let school: { orgId: string; code: string };
let who: Importing;

async function importerOf(orgId: string): Promise<Importing> {
  const admin = await aStaff(db, { orgId, role: 'schoolAdmin' });
  const headers = await signedInAs(db, admin.accountId, { appointmentId: admin.appointmentId });
  return { orgId, headers };
}

beforeEach(async () => {
  school = await aSchool(db);
  who = await importerOf(school.orgId);
});

/** Everybody in a class today: `class role number name`. */
async function membersOf(orgId = school.orgId): Promise<string[]> {
  const { rows } = await sql<{ line: string }>`
    SELECT concat_ws(' ', c.name, m.role, p.number, p.name) AS line
    FROM class_members((app_now() AT TIME ZONE 'Asia/Shanghai' - interval '4 hours')::date) m
    JOIN classes c ON c.id = m.class_id JOIN persons p ON p.id = m.person_id
    WHERE c.school_id = ${orgId} ORDER BY 1`.execute(db);
  return rows.map(({ line }) => line);
}

const EVERYBODY = [
  '七（1）班 classTeacher T01 欧阳文澜',
  '七（1）班 pupil 20240101 沈可欣',
  '七（1）班 pupil 20240102 韦长庚',
  '物理提高班 pupil 20240101 沈可欣',
  '物理提高班 teacher T01 欧阳文澜',
];

/** The 1.1 form of the set: the role stands with the user. */
function asOnePointOne(set: ReturnType<typeof oneRosterSet>): Tables {
  const { 'roles.csv': _roles, ...rest } = set;
  const roles: Record<string, string> = {
    'u-1': 'org-1,student',
    'u-2': 'org-1,student',
    'u-3': 'org-1,teacher',
    'u-4': 'org-1,parent',
    'u-5': 'org-9,student',
  };
  const users = set['users.csv'].split('\n').map((line, i) => {
    const cells = line.split(',');
    if (line === '') return line;
    return [
      ...cells.slice(0, 4),
      i === 0 ? 'orgSourcedIds,role' : roles[cells[0] ?? ''],
      ...cells.slice(4),
    ].join(',');
  });
  return {
    ...rest,
    'users.csv': users.join('\n'),
    'manifest.csv': set['manifest.csv'].replace('1.2', '1.1').replace(/file\.roles.*\n/, ''),
  };
}

describe('a OneRoster set', () => {
  test.each([
    { version: '1.2', tables: () => oneRosterSet({ code: school.code }) },
    { version: '1.1', tables: () => asOnePointOne(oneRosterSet({ code: school.code })) },
  ])(
    'of version $version brings people, classes and enrollments of this school alone; again it changes nothing',
    async ({ tables }) => {
      const bytes = zipOf(tables());
      const first = await imported(app, who, bytes);
      expect(first).toMatchObject({
        content: 'oneroster',
        format: 'tables',
        read: 3,
        created: 3,
        newClasses: ['七（1）班'],
        sections: { created: 1 },
        members: { created: 3 },
      });
      expect(await membersOf()).toEqual(EVERYBODY);
      const again = await imported(app, who, bytes, { leaving: 'end' });
      expect(again).toMatchObject({
        created: 0,
        changed: 0,
        unchanged: 3,
        leaving: 0,
        sections: { created: 0, changed: 0, unchanged: 1, ended: 0 },
        members: { created: 0, unchanged: 3, ended: 0 },
      });
      expect(await membersOf()).toEqual(EVERYBODY);
    },
  );

  test('says what it left out, keeps nothing sensitive and logs nobody', async () => {
    const draft = await checked(app, who, zipOf(oneRosterSet({ code: school.code })));
    const codes = (await problemsOf(app, who, draft.id)).map(({ code }) => code);
    expect(codes.toSorted()).toEqual([
      'roster_guardians_left_out',
      'roster_other_schools',
      'roster_session_unknown',
    ]);
    const dropped = draft.columns.filter(({ use, cells }) => use === 'dropped' && cells > 0);
    expect(dropped.map(({ header }) => header)).toEqual([
      'email',
      'phone',
      'agentSourcedIds',
      'password',
      'demographics: status',
      'demographics: birthDate',
      'demographics: sex',
    ]);
    await confirm(app, who, draft.id);
    const kept = await sql<{ text: string }>`
      SELECT coalesce(string_agg(to_jsonb(r)::text, ''), '') AS text FROM roster_draft_rows r`.execute(db);
    for (const secret of ['13800000001', '2013-04-05', 'Secret-1', 'example.org']) {
      expect(kept.rows[0]?.text).not.toContain(secret);
    }
    expect(logLines.filter((line) => /沈可欣|20240101|Secret-1/.test(line))).toEqual([]);
  });

  test('is found by the ids of an earlier set when a name or a class title changed', async () => {
    const set = oneRosterSet({ code: school.code });
    await imported(app, who, zipOf(set));
    const renamed = {
      ...set,
      'users.csv': set['users.csv'].replace('可欣,沈,,20240101', '可心,沈,,20250101'),
      'classes.csv': set['classes.csv'].replace('物理提高班', '物理竞赛班'),
    };
    const draft = await imported(app, who, zipOf(renamed));
    expect(draft).toMatchObject({ created: 0, changed: 1, sections: { changed: 1, created: 0 } });
    expect(await membersOf()).toContain('物理竞赛班 pupil 20240101 沈可心');
    const codes = (await problemsOf(app, who, draft.id)).map(({ code }) => code);
    expect(codes).toContain('roster_number_kept');
  });

  test('that no longer names somebody ends their classes only when the importer says so', async () => {
    const set = oneRosterSet({ code: school.code });
    await imported(app, who, zipOf(set));
    const without = (text: string, ids: readonly string[]) =>
      text
        .split('\n')
        .filter((line) => !ids.some((id) => line.startsWith(`${id},`) || line.includes(`,${id},`)))
        .join('\n');
    const smaller = {
      ...set,
      'users.csv': without(set['users.csv'], ['u-2']),
      'roles.csv': without(set['roles.csv'], ['u-2']),
      'enrollments.csv': without(set['enrollments.csv'], ['u-2', 'e-4']),
    };
    expect(await imported(app, who, zipOf(smaller))).toMatchObject({ leaving: 1, members: { ended: 1 } });
    expect(await membersOf()).toEqual(EVERYBODY);
    await imported(app, who, zipOf(smaller), { leaving: 'end' });
    expect(await membersOf()).toEqual(EVERYBODY.filter((_, i) => i !== 2 && i !== 3));
  });

  test('of changes touches only what it names, and ends what it marks as deleted', async () => {
    const set = oneRosterSet({ code: school.code });
    await imported(app, who, zipOf(set));
    const head = (table: keyof typeof set) => set[table].split('\n')[0] ?? '';
    const delta = {
      'manifest.csv': oneRosterSet({ code: school.code, mode: 'delta' })['manifest.csv'].replace(
        /file\.(orgs|academicSessions|roles|courses|classes),delta/g,
        'file.$1,absent',
      ),
      'users.csv': `${head('users.csv')}\nu-2,tobedeleted,2026-10-01,true,p2,,长庚,韦,,20240102,,,,,07,,\n`,
      'enrollments.csv': `${head('enrollments.csv')}
e-4,ToBeDeleted,2026-10-01,k-2,org-1,u-1,student,false,,
`,
    };
    const draft = await imported(app, who, zipOf(delta), { leaving: 'end' });
    expect(draft).toMatchObject({ created: 0, changed: 0, leaving: 1, members: { ended: 1, created: 0 } });
    expect(await membersOf()).toEqual(EVERYBODY.filter((_, i) => i !== 2 && i !== 3));
  });

  test('as careless programs write it is read: wrong case, a mark, local dates, misspelt headings, short rows, no manifest', async () => {
    const { 'manifest.csv': _manifest, ...set } = oneRosterSet({ code: school.code });
    const careless: Record<string, string | Uint8Array> = {
      'export/ORGS.csv': `\ufeff${set['orgs.csv']}`,
      'export/AcademicSession.csv': set['academicSessions.csv'].replace('2027-01-20', '20/1/2027'),
      'export/Users.CSV': encodeGb18030(
        set['users.csv'].replace('familyName', 'famillyName').replaceAll(',,\n', '\n'),
      ),
      'export/roles.csv': set['roles.csv'].replaceAll('student', 'Student'),
      'export/courses.csv': set['courses.csv'].replace('grades', 'grade'),
      'export/classes.csv': set['classes.csv'].replace('homeroom', 'HomeRoom').replaceAll('\n', '\r\n'),
      'export/enrollments.csv': set['enrollments.csv'].replaceAll('active', ''),
      '__MACOSX/export/._users.csv': 'junk',
    };
    const draft = await imported(app, who, zipOf(careless));
    expect(draft).toMatchObject({ created: 3, encoding: 'gb18030' });
    expect(await membersOf()).toEqual(EVERYBODY);
    const said = await problemsOf(app, who, draft.id);
    expect(said.map(({ code }) => code)).toContain('roster_manifest_missing');
    expect(said.find(({ code }) => code === 'roster_heading_guessed')).toMatchObject({
      sheet: 'Users',
      row: 1,
      column: 'H',
      severity: 'look',
    });
  });

  test.each([
    {
      why: 'an enrollment of nobody',
      change: { 'enrollments.csv': ['e-4,active,,k-2,org-1,u-1', 'e-4,active,,k-2,org-1,u-77'] },
      problem: { code: 'roster_reference_missing', sheet: 'enrollments', row: 5, column: 'F' },
    },
    {
      why: 'a row with a cell too many',
      change: { 'users.csv': ['长庚,韦,,20240102,,,,,07,,', '长,庚,韦,,20240102,,,,,07,,x'] },
      problem: { code: 'roster_ragged_row', sheet: 'users', row: 3 },
    },
    {
      why: 'an id that is there twice',
      change: { 'users.csv': ['u-2,active', 'u-1,active'] },
      problem: { code: 'roster_id_duplicate', sheet: 'users', row: 3, column: 'A' },
    },
    {
      why: 'an identity number in the place of an id',
      change: {
        'users.csv': ['u-2,active', '11010519491231002X,active'],
        'roles.csv': [',u-2,', ',11010519491231002X,'],
        'enrollments.csv': [',u-2,', ',11010519491231002X,'],
      },
      problem: { code: 'roster_number_identity', sheet: 'users', row: 3, column: 'A' },
    },
    {
      why: 'a table that the manifest promises and that is not there',
      change: { 'orgs.csv': null },
      problem: { code: 'roster_table_missing', sheet: 'manifest' },
    },
    {
      why: 'a school that is not this one',
      change: { 'orgs.csv': ['school,o', 'school,not-o'] },
      problem: { code: 'roster_school_unknown', row: null },
    },
    {
      why: 'a heading that is missing',
      change: { 'classes.csv': [',title,', ',,'] },
      problem: { code: 'roster_heading_missing', sheet: 'classes', row: 1 },
    },
  ] as { why: string; change: Record<string, string[] | null>; problem: object }[])(
    'with $why is refused with the place, and nothing is written',
    async ({ change, problem }) => {
      const set: Record<string, string> = { ...oneRosterSet({ code: school.code }) };
      for (const [name, replaced] of Object.entries(change)) {
        const [from = '', to = ''] = replaced ?? [];
        if (replaced) set[name] = (set[name] ?? '').replace(from, to);
        else delete set[name];
      }
      const draft = await checked(app, who, zipOf(set));
      const must = (await problemsOf(app, who, draft.id)).filter(({ severity }) => severity === 'must');
      expect(must).toEqual(expect.arrayContaining([expect.objectContaining(problem)]));
      expect(must.every(({ message }) => (message ?? '').length > 10)).toBe(true);
      expect(JSON.stringify(must)).not.toContain('11010519491231002X');
      const answer = await app.inject({
        method: 'POST',
        url: `/api/roster-drafts/${draft.id}/confirmation`,
        headers: who.headers,
        payload: { leaving: 'keep' },
      });
      expect([answer.statusCode, answer.json().code]).toEqual([409, 'roster_draft_blocked']);
      expect(await membersOf()).toEqual([]);
    },
  );

  test('that is a zip bomb is refused unopened', async () => {
    const packed = new Uint8Array(1_000);
    const bomb = craftedZip([
      { name: 'users.csv', packed, declaredBytes: 900 * 1024 * 1024, deflated: true },
      { name: 'orgs.csv', packed, declaredBytes: 10, deflated: false },
    ]);
    const answer = await upload(app, who, bomb);
    expect([answer.statusCode, answer.json().code]).toEqual([422, 'workbook_zip_bomb']);
  });
});

describe('sets of other programs', () => {
  test('an older School Data Sync set, with one file a kind of person, is read by its own header map', async () => {
    const set = {
      'School.csv': `SIS ID,Name\nS1,${school.code}\n`,
      'Section.csv':
        'SIS ID,School SIS ID,Section Name,Section Number,Course Subject\nC1,S1,Physics,P1,Science\n',
      'Student.csv': 'SIS ID,School SIS ID,Username,First Name,Last Name,Grade\n901,S1,ann,Ann,Lee,7\n',
      'Teacher.csv': 'SIS ID,School SIS ID,Username,First Name,Last Name\n801,S1,bo,Bo,Kim\n',
      'StudentEnrollment.csv': 'Section SIS ID,SIS ID\nC1,901\n',
      'TeacherRoster.csv': 'Section SIS ID,SIS ID\nC1,801\n',
    };
    expect(await imported(app, who, zipOf(set))).toMatchObject({ content: 'sdsOld', read: 2, created: 2 });
    expect(await membersOf()).toEqual(['Physics pupil 901 Ann Lee', 'Physics teacher 801 Bo Kim']);
    expect(await imported(app, who, zipOf(set))).toMatchObject({ unchanged: 2, members: { unchanged: 2 } });
  });

  const shared = (name: string) => sharedFile(`oneroster/${name}`);
  const sets = [
    { name: 'catalyst_oneroster_test_data.zip', content: 'oneroster', read: 1, sections: 1, members: 1 },
    { name: 'catalyst_Test_minimal_data_set.zip', content: 'oneroster', read: 5, sections: 1, members: 5 },
    { name: 'microsoft_sds/SDS_v2.1', content: 'sds', read: 4, sections: 1, members: 4 },
    { name: 'oat_v1p1_base', content: 'oneroster', read: 1, sections: 2, members: 2 },
  ].map((set) => ({ ...set, file: shared(set.name) }));

  test.each(sets.filter(({ file }) => file !== null))(
    '$name is read, imported, and unchanged the second time',
    async ({ name, file, content, read, sections, members }) => {
      const bytes = name.endsWith('.zip')
        ? new Uint8Array(readFileSync(file ?? ''))
        : zipOfFolder(file ?? '');
      const schools: Record<string, string> = {
        oat_v1p1_base: 'School 1',
        'microsoft_sds/SDS_v2.1': 'School of TwoDotOne',
      };
      const named = await aSchool(db, { name: schools[name] ?? '导入学校' });
      const importer = await importerOf(named.orgId);
      const first = await imported(app, importer, bytes);
      expect(first).toMatchObject({ content, read, created: read });
      expect([first.sections.created, first.members.created]).toEqual([sections, members]);
      const again = await imported(app, importer, bytes);
      expect(again).toMatchObject({ created: 0, changed: 0, unchanged: read, leaving: 0 });
      expect([again.sections.unchanged, again.members.unchanged]).toEqual([sections, members]);
      expect((await membersOf(named.orgId)).length).toBeGreaterThan(0);
    },
  );
});
