import { sql } from 'kysely';
import { beforeEach, expect, test, vi } from 'vitest';
import { openContact } from '../../people/contacts.ts';
import { operatorActor } from '../../platform/actor.ts';
import { authorize } from '../../platform/authorize.ts';
import { buildTestApp } from '../../platform/testing/app.ts';
import { checkRoster } from '../actions.ts';
import { checked, confirm, imported, problemsOf, type Importing } from '../testing/importing.ts';
import { aRosterSchool } from '../testing/roster-school.ts';
import { oneRosterSet, zipOf } from '../testing/table-sets.ts';

// Each upload starts a process of its own; on a busy machine a few of them take their time.
vi.setConfig({ testTimeout: 60_000 });
const { app, db, ctx, logLines } = await buildTestApp();

let who: Importing & { code: string };

beforeEach(async () => {
  const { orgId, code, admin } = await aRosterSchool({ app, db });
  who = { orgId, code, headers: admin };
});

const USERS =
  'sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password';

/** Two pupils; a mother of both, named by one and naming the other; a father without a telephone; an uncle of nobody. */
function family(phone = '13800000002'): Uint8Array {
  return zipOf({
    ...oneRosterSet({ code: who.code }),
    'users.csv': `${USERS}
u-1,active,,true,p1,,可欣,沈,,20240101,,,13800000009,"g-1,g-2",07,
u-2,active,,true,p2,,长庚,韦,,20240102,,,,,07,
u-3,active,,true,t1,,文澜,欧阳,,T01,,,,,,
g-1,active,,true,g1,,大年,沈,,,,,${phone},u-2,,
g-2,active,,true,g2,,秋白,韦,,,,,,,,
g-3,active,,true,g3,,无邪,吴,,,,,13800000003,,,
`,
    'roles.csv': `sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId
r-1,active,,u-1,primary,student,,,org-1,
r-2,active,,u-2,primary,student,,,org-1,
r-3,active,,u-3,primary,teacher,,,org-1,
r-4,active,,g-1,primary,parent,,,org-1,
r-5,active,,g-2,primary,guardian,,,org-9,
r-6,active,,g-3,primary,relative,,,org-1,
`,
  });
}

const mapped = (sheet: string, column: number) => ({
  options: { choices: [{ sheet, column, field: 'guardianPhone' }] },
});

/** `pupil: guardian number tail` of the school. */
async function guardians(): Promise<string[]> {
  const { rows } = await sql<{ line: string }>`
    SELECT concat(p.name, ': ', g.name, ' ', g.number, ' ', c.tail) AS line
    FROM guardianships s JOIN persons p ON p.id = s.pupil_id JOIN persons g ON g.id = s.guardian_id
    LEFT JOIN contacts c ON c.person_id = g.id
    WHERE p.home_org_id = ${who.orgId} ORDER BY p.number, g.number`.execute(db);
  return rows.map(({ line }) => line);
}

test('guardians of a set are left out and counted until the school maps their telephone', async () => {
  const draft = await imported(app, who, family());
  expect(await guardians()).toEqual([]);
  const codes = (await problemsOf(app, who, draft.id)).map(({ code, message }) => `${code} ${message}`);
  expect(codes).toContainEqual(expect.stringMatching(/^roster_guardians_left_out 3 位家长/));
  const dropped = draft.columns.filter(({ use, cells }) => use === 'dropped' && cells > 0);
  expect(dropped.map(({ header }) => header)).toEqual(expect.arrayContaining(['phone', 'agentSourcedIds']));
});

test('with a mapped telephone they come with their pupils, whoever names the other, the contact encrypted', async () => {
  const draft = await checked(app, who, family(), mapped('users', 13));
  const codes = (await problemsOf(app, who, draft.id)).map(({ code }) => code);
  expect(codes).toEqual(
    expect.arrayContaining(['roster_guardians_without_phone', 'roster_guardians_without_pupil']),
  );
  expect(codes).not.toContain('roster_guardians_left_out');
  await confirm(app, who, draft.id);
  expect(await guardians()).toEqual(['沈可欣: 沈大年 j20240101 0002', '韦长庚: 沈大年 j20240101 0002']);
  const { rows } = await sql<{ text: string }>`
    SELECT string_agg(t.line, ' ') AS text FROM (
      SELECT to_jsonb(d)::text AS line FROM roster_draft_guardians d UNION ALL SELECT to_jsonb(c)::text FROM contacts c) t`.execute(
    db,
  );
  expect(rows[0]?.text).not.toContain('13800000002');
  expect(logLines.join('\n')).not.toContain('13800000002');
  const guardian = await db
    .selectFrom('contacts')
    .innerJoin('persons', 'persons.id', 'contacts.person_id')
    .select('persons.id')
    .where('persons.home_org_id', '=', who.orgId)
    .executeTakeFirstOrThrow();
  const granted = await authorize(db, operatorActor(), checkRoster, { orgId: who.orgId });
  expect(await openContact(db, ctx.secrets, granted, { personId: guardian.id })).toBe('13800000002');
});

test('the same set again changes nothing; another telephone is the same guardian', async () => {
  await imported(app, who, family(), mapped('users', 13));
  const again = await imported(app, who, family(), mapped('users', 13));
  expect(again).toMatchObject({ created: 0, changed: 0, unchanged: 3 });
  const moved = await imported(app, who, family('13900000077'), mapped('users', 13));
  expect(moved).toMatchObject({ created: 0, changed: 2 });
  expect(await guardians()).toEqual(['沈可欣: 沈大年 j20240101 0077', '韦长庚: 沈大年 j20240101 0077']);
});

test('a pupil may have several guardians', async () => {
  const set = zipOf({
    ...oneRosterSet({ code: who.code }),
    'users.csv': `${USERS}
u-1,active,,true,p1,,可欣,沈,,20240101,,,,"g-1,g-2,g-3,g-9",07,
u-2,active,,true,p2,,长庚,韦,,20240102,,,,,07,
u-3,active,,true,t1,,文澜,欧阳,,T01,,,,,,
g-1,active,,true,g1,,大年,沈,,,,,13800000002,,,
g-2,active,,true,g2,,秋白,韦,,,,,13700000002,,,
g-3,active,,true,g3,,无邪,吴,,,,,12,,,
`,
    'roles.csv': `sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId
r-1,active,,u-1,primary,student,,,org-1,
r-2,active,,u-2,primary,student,,,org-1,
r-3,active,,u-3,primary,teacher,,,org-1,
r-4,active,,g-1,primary,parent,,,org-1,
r-5,active,,g-2,primary,parent,,,org-1,
r-6,active,,g-3,primary,parent,,,org-1,
`,
  });
  const draft = await imported(app, who, set, mapped('users', 13));
  expect((await guardians()).map((line) => line.replace(/j\S+/, 'j'))).toEqual(
    expect.arrayContaining(['沈可欣: 沈大年 j 0002', '沈可欣: 韦秋白 j 0002']),
  );
  expect((await guardians()).length).toBe(2);
  const said = (await problemsOf(app, who, draft.id)).map(
    ({ code, row, column }) => `${code} ${column}${row}`,
  );
  expect(said).toContain('roster_phone_odd M7');
  expect(said).toContain('roster_agent_missing N2');
});

test('School Data Sync names guardians by a table of relationships', async () => {
  const set = zipOf({
    'orgs.csv': `sourcedId,name,type,parentSourcedId\n${who.code},青禾学校,school,\n`,
    'users.csv': `sourcedId,username,givenName,familyName,password,activeDirectoryMatchId,email,phone,sms
1001,a@example.org,可欣,沈,x,,,,
2001,b@example.org,大年,沈,,,,13800000002,
`,
    'roles.csv': `userSourcedId,orgSourcedId,role,sessionSourcedId,grade,isPrimary,roleStartDate,roleEndDate
1001,${who.code},student,,10,TRUE,,
`,
    'relationships.csv': `userSourcedId,relationshipUserSourcedId,relationshipRole\n1001,2001,guardian\n`,
    'classes.csv': `sourcedId,orgSourcedId,title,sessionSourcedIds,courseSourcedId\nc1,${who.code},生物,,\n`,
  });
  const draft = await checked(app, who, set);
  expect((await problemsOf(app, who, draft.id)).map(({ code }) => code)).toContain(
    'roster_guardians_left_out',
  );
  await imported(app, who, set, mapped('users', 8));
  expect(await guardians()).toEqual(['沈可欣: 沈大年 j1001 0002']);
});

test('older sets of School Data Sync name them by two tables of their own', async () => {
  const set = zipOf({
    'School.csv': `SIS ID,Name\n${who.code},青禾学校\n`,
    'Student.csv': `SIS ID,School SIS ID,First Name,Last Name,Username,Grade\n1001,${who.code},可欣,沈,p1,10\n`,
    'Section.csv': `SIS ID,School SIS ID,Section Name\nk1,${who.code},生物\n`,
    'StudentEnrollment.csv': 'Section SIS ID,SIS ID\nk1,1001\n',
    'User.csv': 'Email,First Name,Last Name,Phone,SIS ID\ng@example.org,大年,沈,13800000002,\n',
    'Guardianrelationship.csv': 'SIS ID,Email,Role\n1001,g@example.org,Parent\n',
  });
  const draft = await checked(app, who, set);
  expect((await problemsOf(app, who, draft.id)).map(({ code }) => code)).toContain(
    'roster_guardians_left_out',
  );
  const { sheet = '', column = 0 } =
    draft.columns.find(({ header, sensitive }) => /Phone/.test(header) && sensitive === 'phone') ?? {};
  await imported(app, who, set, mapped(sheet, column));
  expect(await guardians()).toEqual(['沈可欣: 沈大年 j1001 0002']);
});
