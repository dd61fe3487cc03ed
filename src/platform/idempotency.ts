import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { sql } from 'kysely';
import { actorKey, type Actor } from './actor.ts';
import type { Db, Trx } from './database.ts';
import { AppError } from './errors.ts';

export interface WriteResult {
  /** HTTP status of the first answer; repeated answers say the same. */
  readonly status: number;
  /** What the answer is rebuilt from. */
  readonly resourceId: string | null;
}

/** The part of a request that makes a write repeatable. */
export interface RepeatableRequest {
  readonly actor: Actor;
  readonly key: string;
  /** Covers method, address and body: the same key with another content is refused. */
  readonly requestHash: Buffer;
}

/**
 * Reads `Idempotency-Key` (8–100 characters) of a write that has no natural key.
 *
 * @throws {AppError} 400 `idempotency_key_required`
 */
export function repeatable(request: FastifyRequest): RepeatableRequest {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string' || key.length < 8 || key.length > 100) {
    throw new AppError(
      400,
      'idempotency_key_required',
      'Send a header Idempotency-Key of 8 to 100 characters.',
    );
  }
  const requestHash = createHash('sha256')
    .update(`${request.method} ${request.url}\n`)
    .update(JSON.stringify(request.body ?? null))
    .digest();
  return { actor: request.actor, key, requestHash };
}

/**
 * Runs a write at most once per (actor, key), in one transaction with its key row. A repeat waits for
 * the first (row lock), then gets its result; the caller rebuilds the answer from `resourceId`.
 *
 * @throws {AppError} 422 `idempotency_key_reused` when the key came with another content before.
 */
export async function idempotent(
  db: Db,
  request: FastifyRequest | RepeatableRequest,
  write: (trx: Trx) => Promise<WriteResult>,
): Promise<WriteResult & { repeated: boolean }> {
  const { actor, key, requestHash } = 'requestHash' in request ? request : repeatable(request);
  return db.transaction().execute(async (trx) => {
    const inserted = await trx
      .insertInto('idempotency_keys')
      .values({ actor_key: actorKey(actor), key, request_hash: requestHash, status: null, resource_id: null })
      .onConflict((conflict) => conflict.columns(['actor_key', 'key']).doNothing())
      .returning('key')
      .executeTakeFirst();
    if (!inserted) {
      const first = await trx
        .selectFrom('idempotency_keys')
        .select(['request_hash', 'status', 'resource_id'])
        .where('actor_key', '=', actorKey(actor))
        .where('key', '=', key)
        .executeTakeFirstOrThrow();
      if (!first.request_hash.equals(requestHash)) {
        throw new AppError(
          422,
          'idempotency_key_reused',
          'This Idempotency-Key was used for another request.',
        );
      }
      return { status: first.status ?? 200, resourceId: first.resource_id, repeated: true };
    }
    const result = await write(trx);
    await trx
      .updateTable('idempotency_keys')
      .set({ status: result.status, resource_id: result.resourceId })
      .where('actor_key', '=', actorKey(actor))
      .where('key', '=', key)
      .execute();
    return { ...result, repeated: false };
  });
}

/** A key counts for two days, longer than any page goes on trying. @returns how many rows went. */
export async function purgeIdempotencyKeys(db: Db): Promise<number> {
  const gone = await sql`
    DELETE FROM idempotency_keys WHERE created_at < clock_timestamp() - interval '48 hours'`.execute(db);
  return Number(gone.numAffectedRows ?? 0);
}
