import { sql } from 'kysely';
import type { Granted } from '../platform/authorize.ts';
import type { Db, Trx } from '../platform/database.ts';
import type { ConsentAnswer, ConsentChannel, ConsentPurpose } from './rules/notice.ts';

export interface StandingConsent {
  readonly personId: string;
  readonly purpose: ConsentPurpose;
  readonly answer: ConsentAnswer;
  readonly channel: ConsentChannel;
  readonly recordedAt: Date;
  readonly isCurrent: boolean;
}

/** The newest answers of these persons. */
export async function selectStanding(db: Db, personIds: readonly string[]): Promise<StandingConsent[]> {
  const { rows } = await sql<StandingConsent>`
    SELECT person_id AS "personId", purpose, answer, channel, recorded_at AS "recordedAt", is_current AS "isCurrent"
    FROM standing_consents WHERE person_id = ANY (${[...personIds]}::uuid[])
  `.execute(db);
  return rows;
}

/** A pupil's name and whether a guardian is asked today. */
export async function selectChild(
  db: Db,
  _granted: Granted<'consents.read'> | Granted<'consents.answer'> | Granted<'consents.record'>,
  pupilId: string,
): Promise<{ name: string; isAsked: boolean } | undefined> {
  const { rows } = await sql<{ name: string; isAsked: boolean }>`
    SELECT p.name, EXISTS (SELECT FROM minors m JOIN orgs o ON o.id = p.home_org_id
      WHERE m.person_id = p.person_id AND m.under14_until > (app_now() AT TIME ZONE o.tz)::date) AS "isAsked"
    FROM people_cards p WHERE p.person_id = ${pupilId}::uuid
  `.execute(db);
  return rows[0];
}

/** The pupils of a class today, those of whom a guardian is asked marked. */
export async function selectClassChildren(
  db: Db,
  _granted: Granted<'consents.readClass'>,
  classId: string,
): Promise<{ className: string; personId: string; number: string; name: string; isAsked: boolean }[]> {
  const { rows } = await sql<{
    className: string;
    personId: string;
    number: string;
    name: string;
    isAsked: boolean;
  }>`
    WITH asked AS (
      SELECT c.class_id, c.name, (app_now() AT TIME ZONE o.tz)::date AS day
      FROM class_cards c JOIN orgs o ON o.id = c.school_id WHERE c.class_id = ${classId}::uuid)
    SELECT a.name AS "className", p.person_id AS "personId", p.number, p.name,
      EXISTS (SELECT FROM minors m WHERE m.person_id = p.person_id AND m.under14_until > a.day) AS "isAsked"
    FROM asked a, class_members(a.day) m JOIN people_cards p ON p.person_id = m.person_id
    WHERE m.class_id = a.class_id AND m.role = 'pupil'
    ORDER BY p.number, p.person_id
  `.execute(db);
  return rows;
}

/** Writes an answer, unless the very same one stands already. @returns whether something changed. */
export async function insertAnswer(
  trx: Trx,
  answer: {
    readonly personId: string;
    readonly purpose: ConsentPurpose;
    readonly answer: ConsentAnswer;
    readonly channel: ConsentChannel;
    readonly guardianId: string | null;
    readonly recorderId: string | null;
  },
): Promise<boolean> {
  // Two taps at once: the second sees what the first wrote.
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`consent ${answer.personId} ${answer.purpose}`}, 0))`.execute(
    trx,
  );
  const { rows } = await sql<{ id: string }>`
    INSERT INTO consents (person_id, purpose, answer, notice_version, channel, guardian_id, recorder_id, recorded_at)
    SELECT ${answer.personId}::uuid, ${answer.purpose}, ${answer.answer}, (SELECT max(version) FROM consent_notices),
      ${answer.channel}, ${answer.guardianId}::uuid, ${answer.recorderId}::uuid, app_now()
    WHERE NOT EXISTS (SELECT FROM standing_consents s WHERE s.person_id = ${answer.personId}::uuid
      AND s.purpose = ${answer.purpose} AND s.answer = ${answer.answer} AND s.channel = ${answer.channel} AND s.is_current)
    RETURNING id
  `.execute(trx);
  return rows.length > 0;
}
