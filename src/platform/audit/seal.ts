import { sql } from 'kysely';

import type { Db, Trx } from '../database.ts';
import type { Logger } from '../log.ts';
import type { Secrets } from '../secrets.ts';
import { beforeFirst, hashOfLine, hashOfSeal, type ChainedLine, type Seal, type Sign } from './chain.ts';
import { writeHead } from './head.ts';

/** What the sealer needs to work. */
export interface Sealing {
  readonly db: Db;
  readonly secrets: Secrets;
  readonly dataDir: string;
}

export interface Sealer {
  /** Seals what is left and ends. */
  stop(): Promise<void>;
}

const everyMs = 1_000;
/** Most lines under one seal. */
const mostLines = 1_000;
/** One sealer at a time on one database, whatever the number of servers. */
const sealerLock = 0x5ea1;

export function auditSign(secrets: Secrets): Sign {
  return (text) => secrets.hmac('audit', text);
}

/** Columns of `audit_lines` as the chain signs them. */
export const lineColumns =
  sql.raw(`id::text, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') AS at,
  actor_kind, actor_id::text, action, subject_kind, subject_id, org_id::text, reason, detail::text`);

/**
 * Puts all lines that wait under seals.
 *
 * Lines are taken as they become visible, not by their time: one whose transaction was long comes under a later seal
 * and is never left out.
 *
 * @returns the number of lines sealed.
 */
export async function sealWaiting({ db, secrets, dataDir }: Sealing): Promise<number> {
  const sign = auditSign(secrets);
  let total = 0;
  for (;;) {
    const { rows } = await sql<{ waiting: boolean }>`
      SELECT EXISTS (SELECT FROM audit_lines WHERE seal_no IS NULL) AS waiting`.execute(db);
    if (!rows[0]?.waiting) return total;
    const seal = await db.transaction().execute((trx) => sealOnce(trx, sign));
    if (seal === null) return total;
    await writeHead(dataDir, { sealNo: seal.seal_no, hash: seal.hash.toString('hex') });
    total += seal.line_ids.length;
  }
}

/** @returns `null` when another sealer is at work or was faster. */
async function sealOnce(trx: Trx, sign: Sign): Promise<Seal | null> {
  const { rows: locks } = await sql<{ mine: boolean }>`
    SELECT pg_try_advisory_xact_lock(${sealerLock}) AS mine`.execute(trx);
  if (!locks[0]?.mine) return null;
  const { rows: lines } = await sql<ChainedLine>`
    SELECT ${lineColumns} FROM audit_lines WHERE seal_no IS NULL ORDER BY id LIMIT ${mostLines}`.execute(trx);
  if (lines.length === 0) return null;
  const { rows: previous } = await sql<{ seal_no: number; hash: Buffer }>`
    SELECT seal_no, hash FROM audit_seals ORDER BY seal_no DESC LIMIT 1`.execute(trx);
  const { rows: clocks } = await sql<{ at: string }>`
    SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') AS at`.execute(trx);
  const unsigned = {
    seal_no: (previous[0]?.seal_no ?? 0) + 1,
    at: clocks[0]!.at,
    line_ids: lines.map(({ id }) => id),
    line_hashes: lines.map((line) => hashOfLine(sign, line)),
    previous_hash: previous[0]?.hash ?? beforeFirst,
  };
  const seal = { ...unsigned, hash: hashOfSeal(sign, unsigned) };
  await sql`
    INSERT INTO audit_seals (seal_no, at, line_count, line_ids, line_hashes, previous_hash, hash)
    VALUES (${seal.seal_no}, ${`${seal.at}Z`}, ${lines.length}, ${seal.line_ids}, ${seal.line_hashes},
      ${seal.previous_hash}, ${seal.hash})`.execute(trx);
  await sql`
    UPDATE audit_lines SET seal_no = ${seal.seal_no} WHERE id = ANY(${seal.line_ids}::uuid[])`.execute(trx);
  return seal;
}

/**
 * Seals once a second until `stop()`.
 *
 * On a bare timer: a line that waits is a row, and the next second, or the next start, finds it.
 */
export function startSealer(sealing: Sealing, log: Logger): Sealer {
  let running: Promise<unknown> = Promise.resolve();
  let busy = false;
  const seal = async () => {
    busy = true;
    try {
      await sealWaiting(sealing);
    } catch (error) {
      log.warn({ err: error }, 'audit.seal');
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(() => {
    if (!busy) running = seal();
  }, everyMs).unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
      await seal();
    },
  };
}
