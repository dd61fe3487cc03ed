import { createHash, randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sql } from 'kysely';
import type pg from 'pg';
import { anonymousActor, type Actor } from '../platform/actor.ts';
import type { Config } from '../platform/config.ts';
import type { ServerContext } from '../platform/context.ts';
import type { Db } from '../platform/database.ts';
import { groupCommit } from '../platform/group-commit.ts';
import { AppError } from '../platform/errors.ts';
import type { AppointmentRole } from './roles.ts';

/**
 * Whom a session is of. How long each lives is a setting (`Config.sessionLife`): a learner's outlives the night, so that
 * 08:00 is no storm of logins; staff renew with the working day.
 */
export type Audience = keyof Config['sessionLife'];

/**
 * Name of the session cookie. It carries the port, because cookies do not: two instances on one host
 * would sign each other out.
 */
export function sessionCookieName(request: Pick<FastifyRequest, 'protocol' | 'host'>): string {
  const port = request.host.includes(':') ? request.host.slice(request.host.lastIndexOf(':') + 1) : 'web';
  return request.protocol === 'https' ? `__Host-nol_${port}` : `nol_${port}`;
}

/**
 * Opens a session and sets its cookie. Every sign-in gets a new id, and the session this device came with ends: an id that
 * somebody put there, or the one of whoever sat here before, opens nothing any more (B-04).
 */
export async function openSession(
  { db, config }: Pick<ServerContext, 'db' | 'config'>,
  request: FastifyRequest,
  reply: FastifyReply,
  { accountId, audience }: { accountId: string; audience: Audience },
): Promise<void> {
  const value = newSessionId();
  const { idleSeconds, absoluteSeconds } = config.sessionLife[audience];
  const before = request.cookies[sessionCookieName(request)];
  await sql`
    WITH ended AS (DELETE FROM sessions WHERE id_hash = ${before ? hashOf(before) : null}::bytea)
    INSERT INTO sessions (id_hash, account_id, audience, device_label, idle_seconds, expires_at)
    VALUES (${hashOf(value)}, ${accountId}, ${audience}, ${deviceLabel(request.headers['user-agent'])}, ${idleSeconds},
      clock_timestamp() + make_interval(secs => ${absoluteSeconds}))
  `.execute(db);
  setSessionCookie(request, reply, value, absoluteSeconds);
}

/** Goes on with a session under a new id; the old one is worth nothing from now on. */
export async function renewSession(
  db: Db,
  request: FastifyRequest,
  reply: FastifyReply,
  idHash: Buffer | null,
): Promise<void> {
  const value = newSessionId();
  const { rows } = await sql<{ seconds: number }>`
    UPDATE sessions SET id_hash = ${hashOf(value)} WHERE id_hash = ${idHash}
    RETURNING ceil(extract(epoch FROM expires_at - clock_timestamp()))::int AS seconds`.execute(db);
  if (rows[0]) setSessionCookie(request, reply, value, rows[0].seconds);
}

/** 256 random bits; the database keeps their hash only. */
export function newSessionId(): string {
  return randomBytes(32).toString('base64url');
}

function setSessionCookie(request: FastifyRequest, reply: FastifyReply, value: string, maxAge: number): void {
  reply.setCookie(sessionCookieName(request), value, {
    path: '/',
    httpOnly: true,
    secure: request.protocol === 'https',
    sameSite: 'lax',
    maxAge,
  });
}

/** Ends the session of this request everywhere it is used. */
export async function closeSession(db: Db, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const value = request.cookies[sessionCookieName(request)];
  if (value) await db.deleteFrom('sessions').where('id_hash', '=', hashOf(value)).execute();
  reply.clearCookie(sessionCookieName(request), { path: '/', secure: request.protocol === 'https' });
}

/**
 * Ends all sessions of staff: after a restore, those that were ended since are back. Learners keep theirs; most have no
 * password to come in with, and theirs open nobody else's data.
 */
export async function endStaffSessions(db: Db): Promise<void> {
  await db.deleteFrom('sessions').where('audience', '<>', 'learner').execute();
}

interface SessionRow {
  place: number;
  account_id: string;
  person_id: string;
  audience: Audience;
  is_stale: boolean;
  is_pupil: boolean;
  is_guardian: boolean;
  has_second_step: boolean;
  second_step_fresh: boolean;
  appointments: { id: string; orgId: string; orgPath: string; role: AppointmentRole }[];
}

// One prepared statement for all requests that come together (design: hot paths); each is asked anew, so that a
// session that was ended is ended at once. Sessions live by the real clock, not a demo's.
const sessionStatement = {
  name: 'sessions',
  text: `SELECT q.i::int - 1 AS place, s.account_id, a.person_id, s.audience,
      s.last_seen_at < clock_timestamp() - interval '5 minutes' AS is_stale,
      EXISTS (SELECT FROM enrollments e WHERE e.person_id = a.person_id AND e.role = 'pupil') AS is_pupil,
      EXISTS (SELECT FROM guardianships g WHERE g.guardian_id = a.person_id) AS is_guardian,
      a.totp_cipher IS NOT NULL AS has_second_step,
      coalesce(s.totp_at > clock_timestamp() - interval '30 minutes', false) AS second_step_fresh,
      (SELECT coalesce(json_agg(json_build_object('id', c.appointment_id, 'orgId', c.org_id, 'orgPath', c.path, 'role', c.role)
          ORDER BY nlevel(c.path), c.role, c.appointment_id), '[]')
        FROM current_appointments c WHERE c.person_id = a.person_id) AS appointments
    FROM unnest($1::bytea[]) WITH ORDINALITY q(id_hash, i)
    JOIN sessions s ON s.id_hash = q.id_hash
    JOIN accounts a ON a.id = s.account_id AND a.status = 'active'
    WHERE s.expires_at > clock_timestamp()
      AND s.last_seen_at + make_interval(secs => s.idle_seconds) > clock_timestamp()`,
};

const sessionReaders = new WeakMap<pg.Pool, (idHash: Buffer) => Promise<SessionRow | null>>();

function sessionReader(pool: pg.Pool): (idHash: Buffer) => Promise<SessionRow | null> {
  let read = sessionReaders.get(pool);
  if (read === undefined) {
    read = groupCommit(
      async (idHashes: readonly Buffer[]) => {
        const { rows } = await pool.query<SessionRow>({ ...sessionStatement, values: [idHashes] });
        const found: (SessionRow | null)[] = idHashes.map(() => null);
        for (const row of rows) found[row.place] = row;
        return found;
      },
      { maxItems: 200 },
    );
    sessionReaders.set(pool, read);
  }
  return read;
}

/**
 * Who asks, by the session cookie and the appointment that stands in the address of the page.
 *
 * The header `nol-appointment` names an appointment, or says `learner` when a teacher looks at their own
 * child's shell. Without it a pupil is a pupil, staff act under their first appointment.
 *
 * @param options.secondStepIsDuty - whether staff must have a second step before they act beyond their own class.
 * @throws {AppError} 403 `appointment_ended` when the page's appointment is no longer held.
 */
export async function actorOfRequest(
  pool: pg.Pool,
  request: FastifyRequest,
  {
    secondStepIsDuty = false,
    sessionLife,
  }: { secondStepIsDuty?: boolean; sessionLife: Config['sessionLife'] },
): Promise<Actor> {
  const value = request.cookies[sessionCookieName(request)];
  if (!value || value.length > 100) return anonymousActor();
  const idHash = hashOf(value);
  const row = await sessionReader(pool)(idHash);
  if (!row) return anonymousActor();
  if (row.is_stale) {
    await pool.query({
      name: 'session-seen',
      text: 'UPDATE sessions SET last_seen_at = clock_timestamp() WHERE id_hash = $1',
      values: [idHash],
    });
  }
  const audience = audienceFor(row.appointments);
  if (strictness[audience] > strictness[row.audience]) {
    await shortenSession(pool, idHash, audience, sessionLife[audience]);
  }
  const wanted = request.headers['nol-appointment'] ?? appointmentOfQuery(request);
  const person = {
    kind: 'person',
    accountId: row.account_id,
    personId: row.person_id,
    sessionHash: idHash,
    secondStep: { isSet: row.has_second_step, isFresh: row.second_step_fresh, isDuty: secondStepIsDuty },
  } as const;
  const { role, appointment } = chooseHat(row, typeof wanted === 'string' ? wanted : undefined);
  return { ...person, role, appointment, granted: new Set() };
}

const strictness: Readonly<Record<Audience, number>> = { learner: 0, staff: 1, schoolAdmin: 2 };

/** Pure: whose life a session has, by the roles held. */
export function audienceFor(held: readonly { readonly role: AppointmentRole }[]): Audience {
  if (held.some(({ role }) => role === 'schoolAdmin')) return 'schoolAdmin';
  return held.some(({ role }) => role !== 'classRep') ? 'staff' : 'learner';
}

/** A session opened before its holder got a role with more in it does not keep the longer life. */
async function shortenSession(
  pool: pg.Pool,
  idHash: Buffer,
  audience: Audience,
  { idleSeconds, absoluteSeconds }: Config['sessionLife'][Audience],
): Promise<void> {
  await pool.query({
    name: 'session-shorten',
    text: `UPDATE sessions SET audience = $2, idle_seconds = least(idle_seconds, $3),
        expires_at = least(expires_at, clock_timestamp() + make_interval(secs => $4)) WHERE id_hash = $1`,
    values: [idHash, audience, idleSeconds, absoluteSeconds],
  });
}

/** Sockets and downloads cannot send headers, so they name the appointment in the query (`as`). */
function appointmentOfQuery(request: FastifyRequest): string | undefined {
  const as = (request.query as { as?: unknown } | undefined)?.as;
  return typeof as === 'string' && as !== '' ? as : undefined;
}

function chooseHat(
  row: SessionRow,
  wanted: string | undefined,
): { role: string; appointment: { id: string; orgId: string; orgPath: string } | null } {
  if (wanted !== undefined && wanted !== 'learner') {
    const appointment = row.appointments.find(({ id }) => id === wanted);
    if (!appointment) throw new AppError(403, 'appointment_ended', 'This appointment is not held any more.');
    return { role: appointment.role, appointment };
  }
  const first = row.appointments[0];
  if (row.is_pupil || (wanted === 'learner' && !row.is_guardian)) return { role: 'pupil', appointment: null };
  if (wanted === 'learner' || !first) return { role: 'guardian', appointment: null };
  return { role: first.role, appointment: first };
}

function hashOf(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}

/** A word to recognise one's own device by ("Android · Chrome"); never the whole header. */
function deviceLabel(userAgent: string | undefined): string {
  const agent = (userAgent ?? '').slice(0, 400);
  const system = [
    'MicroMessenger',
    'HarmonyOS',
    'Android',
    'iPhone',
    'iPad',
    'Windows',
    'Mac OS',
    'Linux',
  ].find((word) => agent.includes(word));
  const browser = ['Edg', 'Firefox', 'Chrome', 'Safari'].find((word) => agent.includes(word));
  return [system ?? 'unknown', browser].filter(Boolean).join(' · ');
}
