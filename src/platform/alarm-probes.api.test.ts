import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sql } from 'kysely';
import { afterAll, expect, test } from 'vitest';

import { alarmProbes } from './alarm-probes.ts';
import { ALARMS, watchAlarms, type Alarm } from './alarms.ts';
import { openDatabase } from './database.ts';
import { openJobs } from './jobs.ts';
import { createLogger } from './log.ts';
import { PASS_MS, writeScrubState } from './scrub-state.ts';
import { testDatabase } from './testing/database.ts';

const { db, connection } = await testDatabase();
const dataDir = await mkdtemp(join(tmpdir(), 'nol-alarms-'));
afterAll(() => rm(dataDir, { recursive: true, force: true }));

const log = createLogger({ level: 'silent' });
const jobs = openJobs({ connection, log, work: false });
await jobs.define('test.job', {}, async () => undefined);
await jobs.start();
afterAll(() => jobs.stop());

type Watched = Parameters<typeof alarmProbes>[0];
const gibibyte = 1024 ** 3;
const well: Watched = {
  db,
  dataDir,
  backup: { keptUntil: new Date(), newestBaseAt: new Date(), trouble: null },
  room: async () => ({ bavail: 40 * gibibyte, blocks: 100 * gibibyte, bsize: 1 }),
};

/** What rings, and how many lines the log got for it, after looking three times. */
async function rings(watched: Watched): Promise<{ alarms: Alarm[]; lines: number }> {
  let lines = 0;
  const counting = createLogger({ level: 'error', destination: { write: () => void (lines += 1) } });
  const alarms = watchAlarms(alarmProbes(watched), counting, 2 ** 30);
  for (let n = 0; n < 3; n++) await alarms.look();
  await alarms.stop();
  return { alarms: [...alarms.ringing().keys()], lines };
}

interface Fault {
  readonly alarm: Alarm;
  readonly fault: string;
  inject(): Promise<Partial<Watched>> | Partial<Watched>;
  mend?(): Promise<unknown>;
}

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
const backup = { keptUntil: new Date(), newestBaseAt: new Date(), trouble: null };
const gone = openDatabase({ host: dataDir, port: 5432, user: 'x', database: 'x' }, { max: 1 });
afterAll(() => gone.close());

const faults: readonly Fault[] = [
  { alarm: 'database', fault: 'the database is gone', inject: () => ({ db: gone.db }) },
  {
    alarm: 'disk',
    fault: 'the disk is 96 % full',
    inject: () => ({ room: async () => ({ bavail: 4 * gibibyte, blocks: 100 * gibibyte, bsize: 1 }) }),
  },
  {
    alarm: 'queue',
    fault: 'a job was due eleven minutes ago',
    async inject() {
      await jobs.send('test.job', {}, { startAfter: new Date(Date.now() - 11 * 60_000) });
      await sql`UPDATE jobs.job SET start_after = now() - interval '11 minutes' WHERE name = 'test.job'`.execute(
        db,
      );
      return {};
    },
    mend: () => sql`DELETE FROM jobs.job WHERE name = 'test.job'`.execute(db),
  },
  {
    alarm: 'clock',
    fault: 'this machine is 3 h ahead',
    inject: () => ({ now: () => Date.now() + 3 * 3_600_000, backup: null }),
  },
  { alarm: 'clock', fault: 'it was set back by 2 s', inject: () => ({ now: () => Date.now() - 2_000 }) },
  {
    alarm: 'backup',
    fault: 'the target is away',
    inject: () => ({ backup: { ...backup, trouble: 'ENOENT' } }),
  },
  {
    alarm: 'backup',
    fault: 'the base is 27 h old',
    inject: () => ({ backup: { ...backup, newestBaseAt: hoursAgo(27) } }),
  },
  {
    alarm: 'backup',
    fault: 'the log was not copied for 6 min',
    inject: () => ({ backup: { ...backup, keptUntil: hoursAgo(0.1) } }),
  },
  {
    alarm: 'audit',
    fault: 'nobody seals',
    async inject() {
      await sql`INSERT INTO audit_lines (at, actor_kind, action) VALUES (now() - interval '2 minutes', 'operator', 'x')`.execute(
        db,
      );
      return {};
    },
    mend: () => sql`UPDATE audit_lines SET seal_no = 1`.execute(db),
  },
  {
    alarm: 'damage',
    fault: 'a file is damaged',
    async inject() {
      const since = new Date().toISOString();
      await writeScrubState(dataDir, {
        passStartedAt: since,
        step: 9,
        lastPassAt: null,
        damaged: [{ kind: 'file', what: 'ab', since }],
      });
      return {};
    },
    mend: () => rm(join(dataDir, 'scrub.json')),
  },
  {
    alarm: 'scrub',
    fault: 'not all was read for a week',
    async inject() {
      const passStartedAt = new Date(Date.now() - PASS_MS - 2 * 86_400_000).toISOString();
      await writeScrubState(dataDir, { passStartedAt, step: 9, lastPassAt: null, damaged: [] });
      return {};
    },
    mend: () => rm(join(dataDir, 'scrub.json')),
  },
];

test('nothing rings where all is well, and every alarm has a fault here', async () => {
  expect(await rings(well)).toEqual({ alarms: [], lines: 0 });
  expect(ALARMS.filter((alarm) => !faults.some((fault) => fault.alarm === alarm))).toEqual([]);
});

test.each(faults)('$fault: the alarm $alarm rings once, and no other', async ({ alarm, inject, mend }) => {
  const changed = await inject();
  expect(await rings({ ...well, ...changed })).toEqual({ alarms: [alarm], lines: 1 });
  await mend?.();
  expect((await rings(well)).alarms).toEqual([]);
});
