import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { sql } from 'kysely';

import type { Db } from './database.ts';
import type { FileStore } from './files.ts';
import type { Logger } from './log.ts';
import { selectNamedFiles } from './named-files.ts';
import {
  PASS_MS,
  readScrubState,
  SCRUB_STEPS,
  writeScrubState,
  type Damage,
  type ScrubState,
} from './scrub-state.ts';
import { errorCode } from './start-refusal.ts';

/** What a scrub works on. */
export interface Scrubbed {
  readonly db: Db;
  readonly files: FileStore;
  readonly dataDir: string;
  /** Columns that name files, as `log_parts.file_sha256`. */
  readonly fileColumns: readonly string[];
  readonly log: Pick<Logger, 'error' | 'info'>;
  now(): Date;
}

/** Files are read at most this fast, so that lessons do not feel it. */
const BYTES_A_SECOND = 20_000_000;
/** A file without a row for this long is nobody's: rows follow within seconds. */
const UNNAMED_MS = 86_400_000;

/**
 * Reads the part of all stored files and table pages that is due, so that everything is read once in six days: damage is
 * noticed while there is a backup that is older. Files are compared with their sha256; pages with their checksums, by
 * PostgreSQL. Files that nothing names are removed.
 *
 * Killed anywhere, the next call goes on with the step it was at.
 *
 * @returns steps done now.
 */
export async function scrubDue(
  scrubbed: Scrubbed,
  { stopping, bytesASecond = BYTES_A_SECOND }: { stopping?: AbortSignal; bytesASecond?: number } = {},
): Promise<number> {
  const { dataDir, files, now } = scrubbed;
  let state = beginning(await readScrubState(dataDir), now());
  await files.sweep();
  state = { ...state, damaged: await stillDamaged(scrubbed, state.damaged) };
  await writeScrubState(dataDir, state);
  const from = state.step;
  const until = dueStep(state, now());
  while (state.step < until) {
    if (stopping?.aborted) break;
    const found = await scrubStep(scrubbed, state.step, bytesASecond);
    const step = state.step + 1;
    const lastPassAt = step === SCRUB_STEPS ? now().toISOString() : state.lastPassAt;
    state = { ...state, step, lastPassAt, damaged: merged(state.damaged, found) };
    await writeScrubState(dataDir, state);
  }
  return state.step - from;
}

function beginning(state: ScrubState, now: Date): ScrubState {
  const isOver =
    state.step >= SCRUB_STEPS && now.getTime() - Date.parse(state.passStartedAt ?? '') >= PASS_MS;
  return state.passStartedAt === null || isOver
    ? { ...state, passStartedAt: now.toISOString(), step: 0 }
    : state;
}

/** One more step at each call, and as many as the time since the beginning asks for. */
function dueStep({ passStartedAt, step }: ScrubState, now: Date): number {
  const elapsed = now.getTime() - Date.parse(passStartedAt!);
  return Math.min(SCRUB_STEPS, Math.max(step + 1, Math.floor((elapsed / PASS_MS) * SCRUB_STEPS)));
}

async function scrubStep(scrubbed: Scrubbed, step: number, bytesASecond: number): Promise<Damage[]> {
  const prefix = step.toString(16).padStart(2, '0');
  const whats = [
    ...(await damagedFiles(scrubbed, prefix, bytesASecond)).map((what) => ({ kind: 'file' as const, what })),
    ...(await damagedTables(scrubbed.db, step)).map((what) => ({ kind: 'table' as const, what })),
  ];
  const since = scrubbed.now().toISOString();
  for (const { kind, what } of whats) scrubbed.log.error({ kind, what }, 'scrub.damaged');
  return whats.map((one) => ({ ...one, since }));
}

async function damagedFiles(
  { db, files, fileColumns, now }: Scrubbed,
  prefix: string,
  bytesASecond: number,
): Promise<string[]> {
  const namedBefore = await selectNamedFiles(db, fileColumns, prefix);
  const listed = await files.list(prefix);
  const named = await selectNamedFiles(db, fileColumns, prefix);
  const damaged: string[] = [];
  for (const sha256 of listed) {
    if (!named.has(sha256)) {
      await files.discard(sha256, new Date(now().getTime() - UNNAMED_MS));
      continue;
    }
    const startedAt = performance.now();
    const bytes = await wholeBytes(files, sha256);
    if (bytes === null) damaged.push(sha256);
    else await sleep(Math.max(0, (bytes / bytesASecond) * 1000 - (performance.now() - startedAt)));
  }
  const there = new Set(listed);
  for (const sha256 of namedBefore) {
    // What was deleted with its row, or written with it, in between is not missing.
    if (!there.has(sha256) && named.has(sha256) && (await files.size(sha256)) === null) damaged.push(sha256);
  }
  return damaged;
}

/** @returns how many bytes it has; `null` when it is not what its name says, cannot be read or is not there. */
async function wholeBytes(files: FileStore, sha256: string): Promise<number | null> {
  try {
    const bytes = await files.read(sha256);
    return createHash('sha256').update(bytes).digest('hex') === sha256 ? bytes.length : null;
  } catch (error) {
    // EIO: the disk itself cannot give it back.
    if (['ENOENT', 'EIO'].includes(errorCode(error))) return null;
    throw error;
  }
}

/** Reads every page of the tables whose turn it is, and of what is stored beside their rows. */
async function damagedTables(db: Db, step: number): Promise<string[]> {
  const { rows: tables } = await sql<{ name: string }>`
    SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 't', 'm') AND c.relpersistence = 'p' AND c.oid::bigint % ${SCRUB_STEPS} = ${step}
    ORDER BY c.oid`.execute(db);
  const damaged: string[] = [];
  for (const { name } of tables) if (!(await isTableWhole(db, name))) damaged.push(name);
  return damaged;
}

async function isTableWhole(db: Db, name: string): Promise<boolean> {
  try {
    await db.transaction().execute(async (trx) => {
      await sql`SET LOCAL statement_timeout = 0`.execute(trx);
      // Page by page: an index would answer without looking at them.
      await sql`SET LOCAL enable_indexonlyscan = off`.execute(trx);
      await sql`SET LOCAL max_parallel_workers_per_gather = 0`.execute(trx);
      await sql`SELECT count(*) FROM ${sql.raw(name)}`.execute(trx);
    });
    return true;
  } catch (error) {
    // XX001, XX002: a page or an index that is not what was written. 42P01: dropped meanwhile.
    if (['XX001', 'XX002'].includes(errorCode(error))) return false;
    if (errorCode(error) === '42P01') return true;
    throw error;
  }
}

/** What was damaged and is not whole again, and is still wanted. */
async function stillDamaged(
  { db, files, fileColumns }: Scrubbed,
  damaged: readonly Damage[],
): Promise<Damage[]> {
  const left: Damage[] = [];
  for (const one of damaged) {
    const isWhole =
      one.kind === 'table'
        ? await isTableWhole(db, one.what)
        : !(await selectNamedFiles(db, fileColumns, one.what)).has(one.what) ||
          (await wholeBytes(files, one.what)) !== null;
    if (!isWhole) left.push(one);
  }
  return left;
}

function merged(known: readonly Damage[], found: readonly Damage[]): Damage[] {
  const names = new Set(known.map(({ what }) => what));
  return [...known, ...found.filter(({ what }) => !names.has(what))];
}
