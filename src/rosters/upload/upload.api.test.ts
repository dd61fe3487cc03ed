import { readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { sql } from 'kysely';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { buildTestApp } from '../../platform/testing/app.ts';
import { aStaff, signedInAs } from '../../platform/testing/builders.ts';
import { checkFile } from '../check/check-file.ts';
import type { RosterDraft } from '../contract.ts';
import { aRosterSchool, HEADER, TWO, type RosterSchool } from '../testing/roster-school.ts';
import { workbookBytes } from '../testing/workbooks.ts';
import { CHECK_JOB, checkUpload } from './check-upload.ts';

// Each check starts a process of its own; on a busy machine a few of them take their time.
vi.setConfig({ testTimeout: 60_000 });
const { app, db, ctx, runJob } = await buildTestApp();
const folder = path.join(ctx.config.dataDir, 'roster-uploads');

let school: RosterSchool;

beforeEach(async () => {
  vi.restoreAllMocks();
  school = await aRosterSchool({ app, db });
});

/** Uploads while no worker is there to do the check. */
async function waiting(rows = TWO, headers = school.admin): Promise<RosterDraft> {
  const send = vi.spyOn(ctx.jobs, 'send').mockImplementation(async () => {});
  const answer = await school.upload(rows, { headers });
  expect([answer.statusCode, answer.json().state]).toEqual([201, 'checking']);
  expect(send).toHaveBeenCalledWith(CHECK_JOB, { draftId: answer.json().id }, expect.anything());
  send.mockRestore();
  return answer.json();
}

async function read(draftId: string): Promise<RosterDraft> {
  const answer = await app.inject({ url: `/api/roster-drafts/${draftId}`, headers: school.admin });
  expect(answer.statusCode).toBe(200);
  return answer.json();
}

const throwAway = (draftId: string) =>
  app.inject({ method: 'DELETE', url: `/api/roster-drafts/${draftId}`, headers: school.admin });

async function stagedRows(draftId: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    SELECT count(*)::int AS n FROM roster_draft_rows WHERE draft_id = ${draftId}`.execute(db);
  return rows[0]?.n ?? -1;
}

const check = (draftId: string, stopping = new AbortController().signal) =>
  checkUpload(ctx, { draftId }, stopping);

describe('an upload', () => {
  test('is answered before its check; the check goes on without its page and is found again', async () => {
    const draft = await waiting();
    expect(draft).toMatchObject({
      check: { phase: 'waiting', rowsDone: 0, rowsTotal: 0 },
      format: null,
      read: 0,
    });
    expect((await school.confirm(draft.id)).json().code).toBe('roster_draft_checking');
    const list = await app.inject({
      url: `/api/orgs/${school.orgId}/roster-drafts`,
      headers: school.admin,
    });
    expect(list.json().drafts).toMatchObject([{ id: draft.id, state: 'checking' }]);
    await runJob(CHECK_JOB, { draftId: draft.id });
    expect(await read(draft.id)).toMatchObject({ state: 'checked', check: null, read: 2, created: 2 });
  });

  test('lies on the disk encrypted, for its owner only, and is gone with the end of its check', async () => {
    const draft = await waiting();
    const file = path.join(folder, draft.id);
    expect((await stat(file)).mode & 0o077).toBe(0);
    expect((await readFile(file)).subarray(0, 200).includes('PK')).toBe(false);
    await check(draft.id);
    expect(await readdir(folder)).not.toContain(draft.id);
  });

  test('of another person of the school is said to both until one is done with', async () => {
    const colleague = await aStaff(db, { orgId: school.orgId, role: 'teachingSecretary', name: '万俟静' });
    const theirs = await signedInAs(db, colleague.accountId, { appointmentId: colleague.appointmentId });
    const first = await waiting();
    const second = await waiting([HEADER, ['1', '谭一鸣', '男', '三（1）班']], theirs);
    expect(second.others).toMatchObject([{ id: first.id, state: 'checking', fileName: '花名册.xls' }]);
    expect((await read(first.id)).others).toMatchObject([{ id: second.id, by: '万俟静' }]);
    await check(first.id);
    await check(second.id);
    expect((await school.confirm(first.id)).json()).toMatchObject({ state: 'applied', others: [] });
    expect((await read(second.id)).others).toEqual([]);
    // The second was compared with a roster that is no more.
    expect((await school.confirm(second.id)).json().code).toBe('roster_draft_stale');
  });

  test('of the same person again says nothing of the first', async () => {
    await waiting();
    expect((await waiting([HEADER, ['1', '谭一鸣', '男', '三（1）班']])).others).toEqual([]);
  });
});

describe('cancelling a check', () => {
  test('that waits deletes the file, and the job that comes later finds nothing to do', async () => {
    const draft = await waiting();
    expect((await throwAway(draft.id)).statusCode).toBe(204);
    expect(await readdir(folder)).not.toContain(draft.id);
    await check(draft.id);
    expect([(await read(draft.id)).state, await stagedRows(draft.id)]).toEqual(['discarded', 0]);
  });

  test('that goes on ends it and leaves no row', async () => {
    const draft = await waiting();
    const going = check(draft.id);
    await vi.waitFor(async () => expect((await read(draft.id)).check?.phase).not.toBe('waiting'));
    expect((await throwAway(draft.id)).statusCode).toBe(204);
    await going;
    expect([(await read(draft.id)).state, await stagedRows(draft.id)]).toEqual(['discarded', 0]);
    expect(await readdir(folder)).not.toContain(draft.id);
  });
});

describe('a server that stops or dies in the middle of a check', () => {
  const silence = (draftId: string) =>
    sql`UPDATE roster_drafts SET beat_at = clock_timestamp() - interval '1 minute' WHERE id = ${draftId}`.execute(
      db,
    );

  test('when it stops in order, lets go of the check, which begins again at the next start', async () => {
    const draft = await waiting();
    const stopping = new AbortController();
    stopping.abort();
    await check(draft.id, stopping.signal);
    expect(await read(draft.id)).toMatchObject({ state: 'checking', check: { phase: 'waiting' } });
    await runJob('rosters.resume');
    expect((await read(draft.id)).state).toBe('checked');
  });

  test('when it was killed, is not heard of for a while, and then the check begins again', async () => {
    const draft = await waiting();
    await sql`UPDATE roster_drafts SET beat_at = clock_timestamp(), check_tries = 1 WHERE id = ${draft.id}`.execute(
      db,
    );
    await runJob('rosters.resume');
    await check(draft.id);
    expect((await read(draft.id)).state).toBe('checking');
    await silence(draft.id);
    await runJob('rosters.resume');
    expect((await read(draft.id)).state).toBe('checked');
  });

  test('too often by one file gives the file up and says so', async () => {
    const draft = await waiting();
    await sql`UPDATE roster_drafts SET check_tries = 3 WHERE id = ${draft.id}`.execute(db);
    await runJob('rosters.resume');
    expect(await read(draft.id)).toMatchObject({
      state: 'refused',
      failure: expect.stringContaining('多次中断'),
    });
    expect(await readdir(folder)).not.toContain(draft.id);
  });

  test('and whose file is gone, as after a restore, says that it must be uploaded again', async () => {
    const draft = await waiting();
    await rm(path.join(folder, draft.id));
    await check(draft.id);
    expect(await read(draft.id)).toMatchObject({
      state: 'refused',
      failure: expect.stringContaining('重新上传'),
    });
  });

  test('while it writes a confirmed import: the writing begins again', async () => {
    const draft = await school.checked(TWO);
    await sql`UPDATE roster_drafts SET state = 'applying', leaving_act = 'keep' WHERE id = ${draft.id}`.execute(
      db,
    );
    await runJob('rosters.resume');
    expect((await read(draft.id)).state).toBe('applied');
    expect((await school.pupils()).length).toBe(2);
  });

  test('between two steps leaves a file that the nightly sweep deletes', async () => {
    const draft = await waiting();
    await sql`UPDATE roster_drafts SET state = 'discarded' WHERE id = ${draft.id}`.execute(db);
    const other = await waiting();
    await runJob('rosters.purge');
    const left = await readdir(folder);
    expect([left.includes(draft.id), left.includes(other.id)]).toEqual([false, true]);
  });
});

test('a check that fails for a reason of ours is tried again, and given up with a sentence', async () => {
  const draft = await waiting();
  const broken = vi.spyOn(ctx.secrets, 'decryptBytes').mockImplementation(() => {
    throw new Error('the disk says no');
  });
  await expect(check(draft.id)).rejects.toThrow('the disk says no');
  expect((await read(draft.id)).state).toBe('checking');
  await expect(check(draft.id)).rejects.toThrow('the disk says no');
  await check(draft.id);
  expect(await read(draft.id)).toMatchObject({
    state: 'refused',
    failure: expect.stringContaining('核对没有完成'),
  });
  broken.mockRestore();
});

test('the check says how far it is: opened, rows read of all rows, compared', async () => {
  const rows = [
    HEADER,
    ...Array.from({ length: 2_500 }, (_, i) => [`${20240000 + i}`, '沈可欣', '女', '三（1）班']),
  ];
  const said: string[] = [];
  const result = await checkFile(
    workbookBytes({ 名册: rows }),
    {
      current: { persons: [], classes: [] },
      school: {
        school: { id: school.orgId, code: school.code, name: '甲校' },
        today: '2026-09-01',
        terms: [],
        sections: [],
        members: [],
        externalIds: [],
      },
      choices: [],
      learned: {},
      newClasses: 'all',
    },
    { onReport: ({ phase, done, total }) => void said.push(`${phase} ${done}/${total}`) },
  );
  expect(result.ok).toBe(true);
  expect(said).toEqual([
    'reading 0/0',
    'rows 0/2501',
    'rows 1000/2501',
    'rows 2000/2501',
    'comparing 2501/2501',
  ]);
});
