import { sql } from 'kysely';
import { fillReadings } from '../people/fill-readings.ts';
import type { Trx } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';

/**
 * Makes teachers of a school with accounts that wait for a claim card and an appointment from today, for an import that
 * names them; who has the number already stays as is. The caller has authorised.
 *
 * @param today - the school's day, `YYYY-MM-DD`.
 * @returns person ids by number.
 * @throws {AppError} 409 `roster_login_taken` when a sign-in name is held by somebody of another unit.
 */
export async function addTeachers(
  trx: Trx,
  {
    schoolId,
    today,
    teachers,
  }: {
    schoolId: string;
    today: string;
    teachers: readonly { readonly number: string; readonly name: string }[];
  },
): Promise<Map<string, string>> {
  if (teachers.length === 0) return new Map();
  const numbers = teachers.map(({ number }) => number);
  await sql`
    INSERT INTO persons (home_org_id, number, name)
    SELECT ${schoolId}::uuid, * FROM unnest(${numbers}::text[], ${teachers.map(({ name }) => name)}::text[])
    ON CONFLICT (home_org_id, number) DO NOTHING
  `.execute(trx);
  const { rows } = await sql<{ id: string; number: string; account: boolean }>`
    WITH people AS (
      SELECT id, number FROM persons WHERE home_org_id = ${schoolId} AND number = ANY (${numbers}::text[])
    ), accounts_made AS (
      INSERT INTO accounts (person_id, login_name)
      SELECT p.id, regexp_replace(lower(normalize(o.code || '-' || p.number, NFKC)), '\\s+', '', 'g')
      FROM people p JOIN orgs o ON o.id = ${schoolId}
      WHERE NOT EXISTS (SELECT FROM accounts a WHERE a.person_id = p.id)
      ON CONFLICT DO NOTHING RETURNING person_id
    ), appointed AS (
      INSERT INTO appointments (person_id, org_id, role, during)
      SELECT p.id, ${schoolId}::uuid, 'teacher', daterange(${today}::date, NULL) FROM people p
      WHERE NOT EXISTS (SELECT FROM appointments a WHERE a.person_id = p.id AND a.org_id = ${schoolId}
        AND a.role = 'teacher' AND a.during && daterange(${today}::date, NULL))
    )
    SELECT p.id, p.number, (a.person_id IS NOT NULL OR EXISTS (SELECT FROM accounts x WHERE x.person_id = p.id)) AS account
    FROM people p LEFT JOIN accounts_made a ON a.person_id = p.id
  `.execute(trx);
  await fillReadings(trx, { orgIds: [schoolId] });
  const without = rows.filter(({ account }) => !account).length;
  if (without > 0) {
    throw new AppError(
      409,
      'roster_login_taken',
      'A sign-in name made of school code and number is already in use.',
      {
        params: { count: without },
      },
    );
  }
  return new Map(rows.map(({ id, number }) => [number, id]));
}
