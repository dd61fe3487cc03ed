import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, expect, test, vi } from 'vitest';
import { anonymousActor, type PersonActor } from '../platform/actor.ts';
import { inProcessBus } from '../platform/bus.ts';
import { createLogger } from '../platform/log.ts';
import { aSchool, aStaff } from '../platform/testing/builders.ts';
import { testDatabase } from '../platform/testing/database.ts';
import { createSessionWatch, SESSIONS_ENDED } from './session-watch.ts';

const { db, pool } = await testDatabase();
const bus = inProcessBus({
  onError: (error) => {
    throw error;
  },
});
const watch = createSessionWatch({ pool, bus, log: createLogger({ level: 'silent' }) });
afterAll(() => watch.stop());

const school = await aSchool(db);

/** Somebody with an open session, under their appointment. */
async function signedIn(): Promise<PersonActor & { sessionHash: Buffer; appointment: { id: string } }> {
  const staff = await aStaff(db, { orgId: school.orgId, role: 'teacher' });
  const sessionHash = randomBytes(32);
  await sql`
    INSERT INTO sessions (id_hash, account_id, audience, idle_seconds, expires_at)
    VALUES (${sessionHash}, ${staff.accountId}, 'staff', 36000, clock_timestamp() + interval '10 hours')`.execute(
    db,
  );
  return {
    kind: 'person',
    accountId: staff.accountId,
    personId: staff.personId,
    role: 'teacher',
    appointment: { id: staff.appointmentId, orgId: school.orgId, orgPath: '' },
    sessionHash,
    granted: new Set(),
  };
}
type SignedIn = Awaited<ReturnType<typeof signedIn>>;

test.each<{ why: string; end(actor: SignedIn): Promise<unknown> }>([
  {
    why: 'signed out elsewhere',
    end: ({ sessionHash }) => db.deleteFrom('sessions').where('id_hash', '=', sessionHash).execute(),
  },
  {
    why: 'account disabled',
    end: ({ accountId }) =>
      db.updateTable('accounts').set({ status: 'disabled' }).where('id', '=', accountId).execute(),
  },
  {
    why: 'appointment ended',
    end: ({ appointment }) =>
      sql`UPDATE appointments SET during = daterange('2020-01-01', '2020-02-01') WHERE id = ${appointment.id}`.execute(
        db,
      ),
  },
  {
    why: 'too long idle',
    end: ({ sessionHash }) =>
      sql`UPDATE sessions SET last_seen_at = clock_timestamp() - interval '11 hours' WHERE id_hash = ${sessionHash}`.execute(
        db,
      ),
  },
])('what hangs on a session ends by itself: $why', async ({ end }) => {
  const actor = await signedIn();
  const onEnd = vi.fn();
  const other = vi.fn();
  watch.watch(actor, onEnd);
  watch.watch(await signedIn(), other);
  await end(actor);
  await vi.waitFor(() => expect(onEnd).toHaveBeenCalledTimes(1), { timeout: 15_000 });
  expect(other).not.toHaveBeenCalled();
});

test('a session that goes on is left alone, and a watch that was ended is silent', async () => {
  const [stays, left] = [await signedIn(), await signedIn()];
  const onEnd = vi.fn();
  watch.watch(stays, onEnd);
  watch.watch(left, onEnd)();
  await db.deleteFrom('sessions').where('id_hash', '=', left.sessionHash).execute();
  const proof = vi.fn();
  const third = await signedIn();
  watch.watch(third, proof);
  await db.deleteFrom('sessions').where('id_hash', '=', third.sessionHash).execute();
  bus.publish(SESSIONS_ENDED, {});
  await vi.waitFor(() => expect(proof).toHaveBeenCalledTimes(1), { timeout: 15_000 });
  expect(onEnd).not.toHaveBeenCalled();
});

test('nobody is watched who has no session', () => {
  const onEnd = vi.fn();
  watch.watch(anonymousActor(), onEnd)();
  expect(onEnd).not.toHaveBeenCalled();
});
