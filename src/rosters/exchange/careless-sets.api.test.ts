import { sql } from 'kysely';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { buildTestApp } from '../../platform/testing/app.ts';
import { encodeGb18030 } from '../testing/gb18030.ts';
import { checked, imported, problemsOf, upload, type Importing } from '../testing/importing.ts';
import { aRosterSchool } from '../testing/roster-school.ts';
import { oneRosterSet, zipOf, type Tables } from '../testing/table-sets.ts';

// Each upload starts a process of its own; on a busy machine a few of them take their time.
vi.setConfig({ testTimeout: 60_000 });
const { app, db } = await buildTestApp();

let who: Importing & { code: string };
let set: Record<string, string>;

beforeEach(async () => {
  const { orgId, code, admin } = await aRosterSchool({ app, db });
  who = { orgId, code, headers: admin };
  set = { ...oneRosterSet({ code }) };
});

/** The set with a text of one table replaced everywhere. */
function changed(table: string, from: string | RegExp, to: string): Record<string, string> {
  const text = set[table] ?? '';
  const other = text.replaceAll(from instanceof RegExp ? new RegExp(from, 'g') : from, to);
  expect(other).not.toBe(text);
  return { ...set, [table]: other };
}

function without(...tables: string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(set).filter(([name]) => !tables.includes(name)));
}

async function mustsOf(tables: Tables) {
  const draft = await checked(app, who, zipOf(tables));
  return (await problemsOf(app, who, draft.id)).filter(({ severity }) => severity === 'must');
}

async function namesOf(): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    SELECT p.name FROM persons p WHERE p.home_org_id = ${who.orgId} AND p.number IN ('20240101', '20240102', 'T01')
    ORDER BY p.number`.execute(db);
  return rows.map(({ name }) => name);
}

const EVERYBODY = ['沈可欣', '韦长庚', '欧阳文澜'];

describe('an archive', () => {
  test('with a set in each of two folders is refused with their names', async () => {
    const other = oneRosterSet({ code: 'another' });
    const both = Object.fromEntries([
      ...Object.entries(set).map(([name, text]) => [`东校区/${name}`, text]),
      ...Object.entries(other).map(([name, text]) => [`export/2025/${name.toUpperCase()}`, text]),
    ]) as Record<string, string>;
    const answer = await upload(app, who, zipOf(both));
    expect([answer.statusCode, answer.json().state]).toEqual([201, 'refused']);
    expect(answer.json().failure).toContain('东校区/、export/2025/');
    expect(answer.json().failure).toContain('orgs');
    expect(await namesOf()).toEqual([]);
  });

  test('whose tables lie in different folders, each once, is one set', async () => {
    const spread = Object.fromEntries(
      Object.entries(set).map(([name, text]) => [
        name === 'users.csv' ? `people/${name}` : `rest/${name}`,
        text,
      ]),
    );
    await imported(app, who, zipOf(spread));
    expect(await namesOf()).toEqual(EVERYBODY);
  });

  test('with one table twice says which files', async () => {
    const musts = await mustsOf({ ...set, 'academicSession.csv': set['academicSessions.csv'] ?? '' });
    expect(musts).toMatchObject([{ code: 'roster_table_twice' }]);
    expect(musts[0]?.message).toContain('academicSessions.csv、academicSession.csv');
  });

  test('of version 1.2 without roles.csv names the file, once', async () => {
    const { 'manifest.csv': manifest = '' } = set;
    const tables = { ...without('roles.csv'), 'manifest.csv': manifest.replace(/file\.roles.*\n/, '') };
    const musts = await mustsOf(tables);
    expect(musts).toMatchObject([{ code: 'roster_roles_missing', sheet: null, row: null }]);
    expect(musts[0]?.message).toContain('roles.csv');
  });

  test('with enrollments of classes that no table holds says which table is missing, once', async () => {
    const { 'manifest.csv': manifest = '' } = set;
    const tables = { ...without('classes.csv'), 'manifest.csv': manifest.replace(/file\.classes.*\n/, '') };
    const musts = await mustsOf(tables);
    expect(musts).toMatchObject([{ code: 'roster_table_needed' }]);
    expect(musts[0]?.message).toContain('classes.csv');
  });
});

describe('an id that names nothing', () => {
  test.each([
    {
      what: 'the unit of a role',
      change: () => changed('roles.csv', ',u-2,primary,student,,,org-1,', ',u-2,primary,student,,,org-77,'),
      place: { sheet: 'roles', row: 3, column: 'I' },
      says: ['org-77', 'orgSourcedId', 'orgs'],
    },
    {
      what: 'the user of a role',
      change: () => changed('roles.csv', ',u-2,', ',u-77,'),
      place: { sheet: 'roles', row: 3, column: 'D' },
      says: ['u-77', 'userSourcedId', 'users'],
    },
    {
      what: 'the school of a class',
      change: () => changed('classes.csv', 'scheduled,,org-1', 'scheduled,,org-77'),
      place: { sheet: 'classes', row: 3, column: 'J' },
      says: ['org-77', 'schoolSourcedId', 'orgs'],
    },
    {
      what: 'the class of an enrollment',
      change: () => changed('enrollments.csv', 'e-4,active,,k-2', 'e-4,active,,k-77'),
      place: { sheet: 'enrollments', row: 5, column: 'D' },
      says: ['k-77', 'classSourcedId', 'classes'],
    },
    {
      what: 'the user of an enrollment',
      change: () => changed('enrollments.csv', 'e-4,active,,k-2,org-1,u-1', 'e-4,active,,k-2,org-1,u-77'),
      place: { sheet: 'enrollments', row: 5, column: 'F' },
      says: ['u-77', 'userSourcedId', 'users'],
    },
  ])('as $what is said with file, row and field', async ({ change, place, says }) => {
    const musts = await mustsOf(change());
    expect(musts).toMatchObject([{ code: 'roster_reference_missing', ...place }]);
    for (const word of says) expect(musts[0]?.message).toContain(word);
  });

  test('on every enrollment is one problem with the rows', async () => {
    const many = Array.from({ length: 3_000 }, (_, i) => `x-${i},active,,k-77,org-1,u-1,student,false,,\n`);
    const tables = { ...set, 'enrollments.csv': `${set['enrollments.csv']}${many.join('')}` };
    const musts = await mustsOf(tables);
    expect(musts).toMatchObject([{ code: 'roster_reference_missing', sheet: 'enrollments', row: 7 }]);
    expect(musts[0]?.message).toContain('2999');
    expect(musts[0]?.message).toContain('8, 9, 10');
  });

  test('each time another one, by the thousand, is a few problems and a number', async () => {
    const many = Array.from({ length: 3_000 }, (_, i) => `x-${i},active,,k-2,org-1,z-${i},student,false,,\n`);
    const tables = { ...set, 'enrollments.csv': `${set['enrollments.csv']}${many.join('')}` };
    const musts = await mustsOf(tables);
    expect(musts).toHaveLength(21);
    expect(musts.at(-1)).toMatchObject({ code: 'roster_more_alike', sheet: 'enrollments', row: 27 });
    expect(musts.at(-1)?.message).toContain('2980');
  });

  test('of another school of the set, or of a row that is deleted, stops nothing', async () => {
    const more = `x-1,active,,k-99,org-9,u-99,student,false,,
x-2,tobedeleted,,k-98,org-1,u-98,student,false,,
`;
    const tables = { ...set, 'enrollments.csv': `${set['enrollments.csv']}${more}` };
    await imported(app, who, zipOf(tables));
    expect(await namesOf()).toEqual(EVERYBODY);
  });
});

describe('words that stand for nothing', () => {
  test.each(['无', 'N/A', '-', 'NULL', '\\N'])('%s in a column of ids is no id', async (word) => {
    const missing = await mustsOf(changed('enrollments.csv', ',u-2,', `,${word},`));
    expect(missing).toMatchObject([
      { code: 'roster_reference_empty', sheet: 'enrollments', row: 3, column: 'F' },
    ]);
    const own = await mustsOf(changed('users.csv', 'u-2,active', `${word},active`));
    expect(own).toContainEqual(
      expect.objectContaining({ code: 'roster_id_missing', sheet: 'users', row: 3, column: 'A' }),
    );
  });

  test('tie nobody together: two people without a number, a parent unit or a middle name', async () => {
    const users = (set['users.csv'] ?? '')
      .replace('可欣,沈,,20240101', '可欣,沈,NULL,20240101')
      .replace('长庚,韦,,20240102', '长庚,韦,无,20240102')
      .replace('外人,外,,20249999', '外人,外,-,N/A')
      .replace('大年,沈,,G01', '大年,沈,-,N/A');
    const tables = {
      ...set,
      'users.csv': users,
      'orgs.csv': (set['orgs.csv'] ?? '').replaceAll(',\n', ',NULL\n'),
    };
    await imported(app, who, zipOf(tables));
    expect(await namesOf()).toEqual(EVERYBODY);
  });
});

describe('people without a role', () => {
  test('are said at their row, not counted as people of other schools', async () => {
    const tables = {
      ...changed('roles.csv', /r-2,.*\n/, ''),
      'enrollments.csv': (set['enrollments.csv'] ?? '').replace(/e-2,.*\n/, ''),
    };
    const draft = await checked(app, who, zipOf(tables));
    expect(await problemsOf(app, who, draft.id)).toContainEqual(
      expect.objectContaining({ code: 'roster_role_missing', severity: 'look', sheet: 'users', row: 3 }),
    );
  });

  test('who are known keep their part in a set of changes, and those of other schools stay out', async () => {
    await imported(app, who, zipOf(set));
    const head = (set['users.csv'] ?? '').split('\n')[0] ?? '';
    const manifest = (oneRosterSet({ code: who.code, mode: 'delta' })['manifest.csv'] ?? '').replace(
      /file\.(orgs|academicSessions|courses|classes|enrollments),delta/g,
      'file.$1,absent',
    );
    const tables = {
      'manifest.csv': manifest,
      'users.csv': `${head}
u-2,active,2026-10-01,true,p2,,长明,韦,,20240102,,,,,07,,
u-8,active,2026-10-01,true,p8,,新生,外,,20248888,,,,,07,,
`,
      'roles.csv': `${(set['roles.csv'] ?? '').split('\n')[0]}\nr-8,active,,u-8,primary,student,,,org-9,\n`,
      'classes.csv': `${(set['classes.csv'] ?? '').split('\n')[0]}\n`,
    };
    const draft = await imported(app, who, zipOf(tables));
    expect(draft).toMatchObject({ created: 0, changed: 1 });
    expect(await namesOf()).toEqual(['沈可欣', '韦长明', '欧阳文澜']);
  });
});

describe('a set of changes that holds enrollments alone', () => {
  test('is read by its manifest', async () => {
    await imported(app, who, zipOf(set));
    const manifest = (oneRosterSet({ code: who.code, mode: 'delta' })['manifest.csv'] ?? '').replace(
      /file\.(orgs|academicSessions|users|roles|courses|classes),delta/g,
      'file.$1,absent',
    );
    const enrollments = `${(set['enrollments.csv'] ?? '').split('\n')[0]}\ne-9,active,,k-2,org-1,u-2,student,false,,\n`;
    const draft = await imported(
      app,
      who,
      zipOf({ 'manifest.csv': manifest, 'enrollments.csv': enrollments }),
    );
    expect(draft).toMatchObject({
      content: 'oneroster',
      created: 0,
      leaving: 0,
      members: { created: 1, ended: 0 },
    });
  });
});

describe('a file as programs really write it', () => {
  const wide = (text: string, encoding: 'le' | 'be') => {
    const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
    return new Uint8Array(encoding === 'le' ? bytes : bytes.swap16());
  };
  const quoted = (text: string) =>
    text.replaceAll(/^(?!sourcedId)([^,\n]+),/gm, '"$1",').replace('title,grades', '"title","grades"');
  test.each([
    { what: 'a mark', make: (text: string) => `\ufeff${text}` },
    { what: 'two marks', make: (text: string) => `\ufeff\ufeff${text}` },
    { what: 'UTF-16, little end first', make: (text: string) => wide(text, 'le') },
    { what: 'UTF-16, big end first', make: (text: string) => wide(text, 'be') },
    { what: 'GB18030', make: encodeGb18030 },
    { what: 'CR alone at the ends of lines', make: (text: string) => text.replaceAll('\n', '\r') },
    { what: 'mixed ends of lines', make: (text: string) => text.replace('\n', '\r\n') },
    {
      what: 'mixed ends, the other way',
      make: (text: string) => text.replaceAll('\n', '\r\n').replace('\r\n', '\n'),
    },
    { what: 'tabs', make: (text: string) => text.replaceAll(',', '\t') },
    { what: 'semicolons', make: (text: string) => text.replaceAll(',', ';') },
    { what: 'quotes', make: quoted },
    { what: 'a title above', make: (text: string) => `青禾学校 2026 学年名册,,,,\n${text}` },
    {
      what: 'remarks above',
      make: (text: string) => `# exported 2026-09-01 08:00\n# do not edit\n\n${text}`,
    },
    { what: 'the line of Excel above', make: (text: string) => `sep=,\n${text}` },
    {
      what: 'headings in capitals',
      make: (text: string) => text.replace(/^.*/, (line) => line.toUpperCase()),
    },
    {
      what: 'spaces about headings',
      make: (text: string) => text.replace(/^.*/, (line) => line.replaceAll(',', ' , ')),
    },
    {
      what: 'snake headings',
      make: (text: string) => text.replace(/^.*/, (line) => line.replaceAll(/(?<=[a-z])([A-Z])/g, '_$1')),
    },
    { what: 'empty lines between', make: (text: string) => text.replaceAll('\n', '\n\n,,,,\n') },
  ])('with $what is read, every row of it', async ({ make }) => {
    const tables = Object.fromEntries(
      Object.entries(set).map(([name, text]) => [name, name === 'manifest.csv' ? text : make(text)]),
    );
    expect(await imported(app, who, zipOf(tables))).toMatchObject({ created: 3, members: { created: 3 } });
    expect(await namesOf()).toEqual(EVERYBODY);
  });

  test('with lines above its heading says so, and rows keep the number of their line', async () => {
    const title = '名册\n导出时间 2026-09-01\n';
    const tables = {
      ...set,
      'enrollments.csv': `${title}${set['enrollments.csv']?.replace('k-2,org-1,u-1', 'k-2,org-1,u-77')}`,
    };
    const draft = await checked(app, who, zipOf(tables));
    const said = await problemsOf(app, who, draft.id);
    expect(said).toContainEqual(
      expect.objectContaining({
        code: 'roster_lines_above_heading',
        severity: 'look',
        sheet: 'enrollments',
        row: 3,
      }),
    );
    expect(said).toContainEqual(
      expect.objectContaining({ code: 'roster_reference_missing', sheet: 'enrollments', row: 7 }),
    );
  });

  test('with line breaks inside quotes keeps the rows apart and their numbers right', async () => {
    const broken = (set['classes.csv'] ?? '').replace('物理提高班', '"物理\r\n提高班"');
    const enrollments = (set['enrollments.csv'] ?? '').replace('e-4,active,,k-2', 'e-4,active,"a\rb",k-77');
    const musts = await mustsOf({ ...set, 'classes.csv': broken, 'enrollments.csv': enrollments });
    expect(musts).toMatchObject([{ code: 'roster_reference_missing', sheet: 'enrollments', row: 5 }]);
  });
});
