import { sql } from 'kysely';

import type { Trx } from '../database.ts';
import { judgeSeal, type Break, type FoundLine, type Seal } from './chain.ts';
import { readHead } from './head.ts';
import { auditSign, lineColumns, type Sealing } from './seal.ts';

export interface AuditReport {
  readonly lines: number;
  readonly seals: number;
  /** Hash of the newest seal in hex: written down elsewhere, it proves later that nothing before it was touched. */
  readonly head: { readonly sealNo: number; readonly hash: string } | null;
  /** Lines that wait for their seal; more than a handful, or old ones, mean that the sealer does not run. */
  readonly waiting: number;
  readonly oldestWaitingSeconds: number;
  readonly breaks: readonly Break[];
}

const sealsAtOnce = 200;

/**
 * Follows the whole chain and finds every line or seal that was changed, taken out or put in.
 *
 * Reads one snapshot, so that it may run beside a working server.
 *
 * @param expected - a head written down earlier, to be found in the chain as it was.
 * @throws {SyntaxError} when the noted head of the data folder is damaged.
 */
export async function verifyAudit(
  { db, secrets, dataDir }: Sealing,
  expected: readonly { sealNo: number; hash: string }[] = [],
): Promise<AuditReport> {
  // Before the snapshot: what is noted is committed, so the snapshot must have it.
  const noted = await readHead(dataDir);
  const heads = noted === null ? expected : [...expected, noted];
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => {
      await sql`SET LOCAL statement_timeout = 0`.execute(trx);
      const sign = auditSign(secrets);
      const breaks: Break[] = [];
      const hashes = new Map<number, string>();
      let previous: Seal | null = null;
      let lines = 0;
      for (;;) {
        const seals = await selectSeals(trx, previous?.seal_no ?? 0);
        if (seals.length === 0) break;
        const found = await selectLines(
          trx,
          seals.flatMap(({ line_ids }) => line_ids),
        );
        for (const seal of seals) {
          const mine = seal.line_ids.flatMap((id) => found.get(id) ?? []);
          breaks.push(...judgeSeal(sign, seal, previous, mine));
          if (heads.some(({ sealNo }) => sealNo === seal.seal_no)) {
            hashes.set(seal.seal_no, seal.hash.toString('hex'));
          }
          lines += seal.line_ids.length;
          previous = seal;
        }
      }
      breaks.push(...(await selectIntruders(trx)));
      for (const { sealNo, hash } of heads) {
        if (hashes.has(sealNo) && hashes.get(sealNo) !== hash) breaks.push({ kind: 'sealChanged', sealNo });
        if (!hashes.has(sealNo) && sealNo > (previous?.seal_no ?? 0)) {
          breaks.push({ kind: 'sealRemoved', sealNo });
        }
      }
      return {
        lines,
        seals: previous?.seal_no ?? 0,
        head: previous && { sealNo: previous.seal_no, hash: previous.hash.toString('hex') },
        ...(await selectWaiting(trx)),
        breaks,
      };
    });
}

async function selectSeals(trx: Trx, after: number): Promise<Seal[]> {
  const { rows } = await sql<Seal>`
    SELECT seal_no, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') AS at,
      line_ids::text[], line_hashes, previous_hash, hash
    FROM audit_seals WHERE seal_no > ${after} ORDER BY seal_no LIMIT ${sealsAtOnce}`.execute(trx);
  return rows;
}

async function selectLines(trx: Trx, ids: readonly string[]): Promise<Map<string, FoundLine>> {
  const { rows } = await sql<FoundLine>`
    SELECT ${lineColumns}, seal_no FROM audit_lines WHERE id = ANY(${ids}::uuid[])`.execute(trx);
  return new Map(rows.map((line) => [line.id, line]));
}

/** Lines that claim a seal which does not name them. */
async function selectIntruders(trx: Trx): Promise<Break[]> {
  const { rows } = await sql<{ id: string; seal_no: number }>`
    SELECT line.id::text, line.seal_no FROM audit_lines line
    LEFT JOIN audit_seals seal ON seal.seal_no = line.seal_no
    WHERE line.seal_no IS NOT NULL AND (seal.seal_no IS NULL OR line.id <> ALL(seal.line_ids))
    ORDER BY line.id`.execute(trx);
  return rows.map(({ id, seal_no }) => ({ kind: 'inserted', sealNo: seal_no, id }));
}

async function selectWaiting(trx: Trx): Promise<Pick<AuditReport, 'waiting' | 'oldestWaitingSeconds'>> {
  const { rows } = await sql<{ waiting: number; oldest: number }>`
    SELECT count(*) AS waiting,
      coalesce(greatest(extract(epoch FROM clock_timestamp() - min(at)), 0), 0)::int AS oldest
    FROM audit_lines WHERE seal_no IS NULL`.execute(trx);
  return { waiting: rows[0]?.waiting ?? 0, oldestWaitingSeconds: rows[0]?.oldest ?? 0 };
}
