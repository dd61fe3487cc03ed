import { mkdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sql } from 'kysely';
import { beforeEach, expect, test, vi } from 'vitest';
import { buildTestApp } from '../../platform/testing/app.ts';
import { aSchool, aStaff, signedInAs } from '../../platform/testing/builders.ts';
import { oneRosterSet } from '../testing/table-sets.ts';
import { workbookBytes, type Value } from '../testing/workbooks.ts';
import type { RosterSync } from './contract.ts';
import { syncFolder } from './sync-folder.ts';

// Each run starts a process of its own; on a busy machine a few of them take their time.
vi.setConfig({ testTimeout: 60_000 });
const { app, db, ctx, logLines, runJob } = await buildTestApp();

let school: { orgId: string; code: string };
let headers: Record<string, string>;

async function importerOf(orgId: string, role: 'schoolAdmin' | 'teacher' = 'schoolAdmin') {
  const person = await aStaff(db, { orgId, role });
  return signedInAs(db, person.accountId, { appointmentId: person.appointmentId });
}

beforeEach(async () => {
  school = await aSchool(db);
  headers = await importerOf(school.orgId);
});

const SETTINGS = {
  kind: 'folder',
  url: null,
  hour: 5,
  maxLeavingPercent: 10,
  maxChangedPercent: 50,
  leaving: 'end',
  isPaused: false,
};

function ask(
  method: 'GET' | 'PUT' | 'POST' | 'DELETE',
  { run = false, body }: { run?: boolean; body?: object } = {},
) {
  return app.inject({
    method,
    url: `/api/orgs/${school.orgId}/roster-sync${run ? '/run' : ''}`,
    headers,
    ...(body ? { payload: body } : {}),
  });
}

async function set(change: Partial<typeof SETTINGS> = {}): Promise<RosterSync> {
  const answer = await ask('PUT', { body: { ...SETTINGS, ...change } });
  expect([answer.statusCode, answer.json().code]).toEqual([200, undefined]);
  return answer.json();
}

async function run(): Promise<RosterSync['runs'][number]> {
  const answer = await ask('POST', { run: true });
  expect(answer.statusCode).toBe(200);
  const [newest] = answer.json<RosterSync>().runs;
  if (!newest) throw new Error('no run');
  return newest;
}

let written = 0;

/** Puts a file into the school's folder, newer than those before. */
async function put(name: string, bytes: Uint8Array | string): Promise<void> {
  const folder = syncFolder(ctx.config, school.code);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, name), bytes);
  written += 1;
  await utimes(path.join(folder, name), new Date(), new Date(Date.UTC(2026, 0, 1) + written * 60_000));
}

const pupils = (count: number, from = 0): Value[][] => [
  ['学号', '姓名', '班级'],
  ...Array.from({ length: count }, (_, i) => [
    `${20260100 + from + i}`,
    `甲${'乙丙丁戊己'[i % 5]}`,
    '三（1）班',
  ]),
];

test('a file in the folder is imported, once more it is no change, and the history says both', async () => {
  expect((await ask('GET')).json()).toMatchObject({ settings: null, runs: [] });
  expect((await ask('POST', { run: true })).json().code).toBe('roster_sync_not_set');
  await set();
  expect(await run()).toMatchObject({
    state: 'failed',
    reason: expect.stringContaining(school.code),
    byHand: true,
  });
  await put('名册.xlsx', workbookBytes({ 名册: pupils(20) }));
  expect(await run()).toMatchObject({ state: 'applied', counts: { read: 20, created: 20 }, reason: null });
  expect(await run()).toMatchObject({ state: 'unchanged', counts: { unchanged: 20 }, draftId: null });
  const { runs } = (await ask('GET')).json<RosterSync>();
  expect(runs.map(({ state }) => state)).toEqual(['unchanged', 'applied', 'failed']);
});

test('a file that leaves out too many stops with a draft for a person, and writes nothing', async () => {
  await set();
  await put('a.xlsx', workbookBytes({ 名册: pupils(20) }));
  await run();
  await put('b.xlsx', workbookBytes({ 名册: pupils(14) }));
  const stopped = await run();
  expect(stopped).toMatchObject({ state: 'stopped', counts: { leaving: 6 } });
  expect(stopped.reason).toContain('30%');
  const draft = await app.inject({ url: `/api/roster-drafts/${stopped.draftId}`, headers });
  expect(draft.json()).toMatchObject({ state: 'checked', leaving: 6 });
  await set({ maxLeavingPercent: 30 });
  expect(await run()).toMatchObject({ state: 'applied', counts: { leaving: 6 } });
});

test('a file that changes too many stops, one with rows to correct stops too', async () => {
  await set({ maxChangedPercent: 20 });
  await put('a.xlsx', workbookBytes({ 名册: pupils(10) }));
  await run();
  const renamed = pupils(10).map((row, i) => (i > 4 ? [row[0] ?? '', `${row[1]}新`, row[2] ?? ''] : row));
  await put('b.xlsx', workbookBytes({ 名册: renamed }));
  expect(await run()).toMatchObject({ state: 'stopped', counts: { changed: 6 } });
  await put('c.xlsx', workbookBytes({ 名册: [...pupils(10), ['20269999', '', '三（1）班']] }));
  expect(await run()).toMatchObject({ state: 'stopped', counts: { must: 1 } });
});

test('tables that lie in the folder are one set', async () => {
  await set();
  for (const [name, table] of Object.entries(oneRosterSet({ code: school.code }))) await put(name, table);
  expect(await run()).toMatchObject({ state: 'applied', counts: { created: 3 } });
});

test('runs by itself once a day from its hour on, unless it is paused', async () => {
  await set({ hour: 0 });
  await put('a.xlsx', workbookBytes({ 名册: pupils(3) }));
  await runJob('rosters.syncDue');
  await runJob('rosters.syncDue');
  expect((await ask('GET')).json().runs).toMatchObject([{ state: 'applied', byHand: false }]);
  await set({ hour: 0, isPaused: true });
  await sql`UPDATE roster_sync_runs SET day = day - 1 WHERE school_id = ${school.orgId}`.execute(db);
  await runJob('rosters.syncDue');
  expect((await ask('GET')).json<RosterSync>().runs.length).toBe(1);
  await set({ hour: 0 });
  await runJob('rosters.syncDue');
  expect((await ask('GET')).json<RosterSync>().runs.length).toBe(2);
});

test('an address is kept sealed: it comes back nowhere, and no log and no refusal holds its key', async () => {
  const secret = 'k3y-0f-the-school';
  const url = `https://user:${secret}@nowhere.invalid/roster.zip?token=${secret}`;
  const card = await set({ kind: 'url', url } as never);
  expect(card.settings).toMatchObject({ kind: 'url', addressShown: 'https://nowhere.invalid/roster.zip' });
  const failed = await run();
  expect(failed).toMatchObject({ state: 'failed', reason: expect.stringContaining('nowhere.invalid') });
  const everything = JSON.stringify([(await ask('GET')).json(), logLines]);
  expect(everything).not.toContain(secret);
  const rows = await sql<{ text: string }>`
    SELECT to_jsonb(s)::text AS text FROM roster_syncs s UNION ALL SELECT to_jsonb(r)::text FROM roster_sync_runs r
    UNION ALL SELECT to_jsonb(a)::text FROM audit_lines a`.execute(db);
  expect(rows.rows.filter(({ text }) => text.includes(secret))).toEqual([]);
  // Left out, the address stays; of an own network it is refused.
  expect((await set({ kind: 'url', hour: 7 })).settings).toMatchObject({
    hour: 7,
    addressShown: expect.any(String),
  });
  const refused = await ask('PUT', {
    body: { ...SETTINGS, kind: 'url', url: 'https://192.168.1.1/roster.csv' },
  });
  expect([refused.statusCode, refused.json().code]).toEqual([422, 'roster_sync_address_private']);
  expect((await ask('DELETE')).statusCode).toBe(204);
  expect((await ask('GET')).json()).toMatchObject({ settings: null, runs: [{ state: 'failed' }] });
});

test('is not for teachers, and not for another school', async () => {
  for (const [as, status] of [
    [await importerOf(school.orgId, 'teacher'), 403],
    [await importerOf((await aSchool(db)).orgId), 404],
  ] as const) {
    headers = as;
    expect((await ask('GET')).statusCode).toBe(status);
    expect((await ask('PUT', { body: SETTINGS })).statusCode).toBe(status);
    expect((await ask('POST', { run: true })).statusCode).toBe(status);
    expect((await ask('DELETE')).statusCode).toBe(status);
  }
});
