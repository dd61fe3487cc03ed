import { statfs } from 'node:fs/promises';

import { sql } from 'kysely';

import type { BackupState } from './backup/continuous.ts';
import type { Alarm, Probe } from './alarms.ts';
import type { Db } from './database.ts';
import { readScrubState, scrubAlarm } from './scrub-state.ts';

/** Room that must be left: less than one part in twenty, and less than this, is an alarm; a large disk has gigabytes left at 95 %. */
const LEAST_FREE_SHARE = 0.05;
const ENOUGH_FREE_BYTES = 10 * 1024 ** 3;
/** A job that was due this long ago and nobody does: the queue stands still. */
const QUEUE_LIMIT_SECONDS = 600;
const CLOCK_LIMIT_MS = 1_000;
const BASE_LIMIT_HOURS = 26;
const LOG_LIMIT_MINUTES = 5;
const SEAL_LIMIT_SECONDS = 60;

interface Watched {
  readonly db: Db;
  readonly dataDir: string;
  /** `null`: this installation does not back itself up. */
  readonly backup: BackupState | null;
  /** Wall clock of this machine; tests move it. */
  readonly now?: () => number;
  /** Of the disk of a folder; tests fill it. */
  readonly room?: (folder: string) => Promise<{ bavail: number; blocks: number; bsize: number }>;
}

/** What is looked at, and from where on it is an alarm. */
export function alarmProbes({
  db,
  dataDir,
  backup,
  now = Date.now,
  room = statfs,
}: Watched): Record<Alarm, Probe> {
  const startedAt = now();
  return {
    async database() {
      const { rows } = await sql<{ writable: boolean }>`SELECT NOT pg_is_in_recovery() AS writable`.execute(
        db,
      );
      return rows[0]?.writable ? null : 'the database does not take writes';
    },
    async disk() {
      const { bavail, blocks, bsize } = await room(dataDir);
      if (bavail / blocks >= LEAST_FREE_SHARE || bavail * bsize >= ENOUGH_FREE_BYTES) return null;
      return `${Math.round((bavail * bsize) / 1024 ** 2)} MiB free of ${Math.round((blocks * bsize) / 1024 ** 2)}`;
    },
    async queue() {
      const { rows } = await sql<{ name: string; seconds: number }>`
        SELECT name, extract(epoch FROM now() - min(start_after))::int AS seconds FROM jobs.job
        WHERE state IN ('created', 'retry') AND start_after < now() - make_interval(secs => ${QUEUE_LIMIT_SECONDS})
        GROUP BY name ORDER BY 2 DESC LIMIT 1`.execute(db);
      return rows[0] === undefined ? null : `${rows[0].name} waits for ${rows[0].seconds} s`;
    },
    async clock() {
      const before = now();
      const { rows } = await sql<{ at: Date }>`SELECT clock_timestamp() AS at`.execute(db);
      const apart = (rows[0]?.at.getTime() ?? 0) - (before + now()) / 2;
      // A slow answer moves the middle, not the clock.
      const slack = (now() - before) / 2;
      return Math.abs(apart) <= CLOCK_LIMIT_MS + slack ? null : `${Math.round(apart)} ms from the database`;
    },
    async backup() {
      if (backup === null) return null;
      if (backup.trouble !== null) return backup.trouble;
      // A server that has just started has not copied anything yet.
      const logMinutes = (now() - (backup.keptUntil?.getTime() ?? startedAt)) / 60_000;
      const baseHours = (now() - (backup.newestBaseAt?.getTime() ?? startedAt)) / 3_600_000;
      if (logMinutes > LOG_LIMIT_MINUTES) return `the log was last copied ${Math.round(logMinutes)} min ago`;
      return baseHours > BASE_LIMIT_HOURS ? `the newest base is ${Math.round(baseHours)} h old` : null;
    },
    async audit() {
      const { rows } = await sql<{ seconds: number | null }>`
        SELECT extract(epoch FROM clock_timestamp() - min(at))::int AS seconds FROM audit_lines WHERE seal_no IS NULL`.execute(
        db,
      );
      const seconds = rows[0]?.seconds ?? 0;
      return seconds > SEAL_LIMIT_SECONDS ? `lines wait for their seal since ${seconds} s` : null;
    },
    async damage() {
      const { damaged } = await readScrubState(dataDir);
      if (damaged.length === 0) return null;
      return `${damaged.length} damaged: ${damaged
        .slice(0, 3)
        .map(({ what }) => what)
        .join(', ')}`;
    },
    async scrub() {
      return scrubAlarm(await readScrubState(dataDir), new Date(now()));
    },
  };
}
