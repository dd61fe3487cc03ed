import { beforeEach, expect, test, vi } from 'vitest';
import { buildTestApp } from '../platform/testing/app.ts';
import { aSchool, aStaff, signedInAs } from '../platform/testing/builders.ts';
import { checked, problemsOf, type Importing } from './testing/importing.ts';
import { workbookBytes, type Value } from './testing/workbooks.ts';

// Each upload starts a process of its own; on a busy machine a few of them take their time.
vi.setConfig({ testTimeout: 60_000 });
const { app, db } = await buildTestApp();

async function importer(role: 'schoolAdmin' | 'teacher' = 'schoolAdmin'): Promise<Importing> {
  const { orgId } = await aSchool(db);
  const person = await aStaff(db, { orgId, role });
  return { orgId, headers: await signedInAs(db, person.accountId, { appointmentId: person.appointmentId }) };
}

let who: Importing;
beforeEach(async () => {
  who = await importer();
});

const bytesOf = (heading: Value[], more: Value[] = []) =>
  workbookBytes({
    名册: [
      ['某校花名册', null, null, null],
      heading,
      ['20240101', '沈可欣', '三（1）班', ...more],
      ['20240102', '韦长庚', '三（1）班', ...more],
    ],
  });
const UNKNOWN = bytesOf(['娃的编码', '娃叫啥', '在哪个班']);
const choices = [
  { sheet: '名册', column: 1, field: 'number' },
  { sheet: '名册', column: 2, field: 'name' },
  { sheet: '名册', column: 3, field: 'class' },
];

const headings = async ({ orgId, headers }: Importing) =>
  (await app.inject({ url: `/api/orgs/${orgId}/roster-headings`, headers })).json().headings as {
    id: string;
    heading: string;
    field: string;
  }[];

test('a heading that was read by hand once is read the same way the next time, until it is removed', async () => {
  const unread = await checked(app, who, UNKNOWN);
  expect(unread).toMatchObject({ read: 0, must: 1 });
  expect(unread.columns.map(({ header, use }) => [header, use])).toEqual([
    ['娃的编码', 'ignored'],
    ['娃叫啥', 'ignored'],
    ['在哪个班', 'ignored'],
  ]);
  expect(await checked(app, who, UNKNOWN, { options: { choices } })).toMatchObject({ created: 2, must: 0 });
  const again = await checked(app, who, UNKNOWN);
  expect(again).toMatchObject({ created: 2, must: 0 });
  expect(again.columns.map(({ field, learned }) => [field, learned])).toEqual([
    ['number', true],
    ['name', true],
    ['class', true],
  ]);
  const learned = await headings(who);
  expect(learned.map(({ heading, field }) => [heading, field])).toEqual(
    expect.arrayContaining([
      ['娃的编码', 'number'],
      ['娃叫啥', 'name'],
      ['在哪个班', 'class'],
    ]),
  );
  for (const { id } of learned) {
    const url = `/api/orgs/${who.orgId}/roster-headings/${id}`;
    expect((await app.inject({ method: 'DELETE', url, headers: who.headers })).statusCode).toBe(204);
    expect((await app.inject({ method: 'DELETE', url, headers: who.headers })).statusCode).toBe(204);
  }
  expect(await checked(app, who, UNKNOWN)).toMatchObject({ read: 0, must: 1 });
});

test('what one school taught is nothing to another school, and no teacher sees or removes it', async () => {
  await checked(app, who, UNKNOWN, { options: { choices } });
  const other = await importer();
  expect(await checked(app, other, UNKNOWN)).toMatchObject({ read: 0, must: 1 });
  const [first] = await headings(who);
  const url = `/api/orgs/${who.orgId}/roster-headings`;
  expect((await app.inject({ url, headers: other.headers })).statusCode).toBe(404);
  const own = `/api/orgs/${other.orgId}/roster-headings/${first?.id}`;
  expect((await app.inject({ method: 'DELETE', url: own, headers: other.headers })).statusCode).toBe(204);
  expect((await headings(who)).length).toBe(3);
  const teacher = await importer('teacher');
  const theirs = `/api/orgs/${teacher.orgId}/roster-headings`;
  expect((await app.inject({ url: theirs, headers: teacher.headers })).statusCode).toBe(403);
});

test('a column of identity numbers cannot be taught', async () => {
  const bytes = bytesOf(['娃的编码', '姓名', '班级', '代号'], ['11010519491231002X']);
  const options = { choices: [{ sheet: '名册', column: 4, field: 'number' }] };
  const draft = await checked(app, who, bytes, { options });
  expect((await problemsOf(app, who, draft.id)).map(({ code }) => code)).toContain('roster_choice_refused');
  expect(await headings(who)).toEqual([]);
});
