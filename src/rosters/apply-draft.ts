import { sql } from 'kysely';
import type { Trx } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import { loginNameFor } from '../people/service-accounts.ts';
import { externalSource } from './query-school.ts';
import type { LeavingAct } from './tables.ts';

/**
 * Writes a draft into people, courses and enrollments: set-based statements over the staged rows, in the caller's
 * one transaction.
 *
 * The statements write their neighbours' tables directly, as only an import may: a row at a time through the services
 * would take minutes for a county. Rows staged as `blocked` take no part; the caller has made sure there are none.
 */
export interface Applying {
  readonly draftId: string;
  readonly schoolId: string;
  readonly orgCode: string;
  /** The school's day, `YYYY-MM-DD`: enrollments begin and end on it. */
  readonly today: string;
  readonly leavingAct: LeavingAct;
}

/** Homeroom classes the school does not have yet, each once, with its course group. */
export async function createClasses(trx: Trx, { draftId, schoolId, today }: Applying): Promise<void> {
  await sql`
    WITH made AS (
      INSERT INTO classes (id, school_id, org_id, kind, name, year_group, class_no, during)
      SELECT DISTINCT ON (class_id) class_id, ${schoolId}::uuid, ${schoolId}::uuid, 'homeroom', class_name, year_group, class_no,
        daterange(${today}::date, NULL)
      FROM roster_draft_rows
      WHERE draft_id = ${draftId} AND new_class AND outcome <> 'blocked'
      ORDER BY class_id, n
      RETURNING id
    )
    INSERT INTO course_groups (class_id) SELECT id FROM made
  `.execute(trx);
}

/**
 * New persons with accounts that wait for their claim card; changed names; people who come back.
 *
 * The month in which a child turns 14 follows from the year group (beginners are six on 1 September): the birthday
 * itself is never read.
 *
 * @throws {AppError} 409 `roster_login_taken` when a sign-in name is held by somebody of another unit.
 */
export async function writePersons(trx: Trx, { draftId, schoolId, orgCode, today }: Applying): Promise<void> {
  await sql`
    INSERT INTO persons (id, home_org_id, number, name, name_readings, sex, under14_until)
    SELECT person_id, ${schoolId}, number, name, name_readings, sex,
      CASE WHEN kind = 'pupil' AND year_group ~ '^[1-8]$' THEN make_date(
        (extract(year FROM ${today}::date) - CASE WHEN extract(month FROM ${today}::date) < 8 THEN 1 ELSE 0 END)::int
          + 9 - year_group::int, 9, 1) END
    FROM roster_draft_rows WHERE draft_id = ${draftId} AND outcome = 'created'
  `.execute(trx);
  await sql`
    UPDATE persons p SET
      name = r.name,
      name_readings = CASE WHEN p.name = r.name THEN p.name_readings ELSE '{}' END,
      sex = coalesce(r.sex, p.sex),
      status = 'active'
    FROM roster_draft_rows r
    WHERE r.draft_id = ${draftId} AND r.outcome IN ('changed', 'unchanged') AND p.id = r.person_id
      AND (p.name <> r.name OR r.sex IS DISTINCT FROM p.sex AND r.sex IS NOT NULL OR p.status = 'left')
  `.execute(trx);
  const people = sql`
    SELECT person_id, number FROM roster_draft_rows WHERE draft_id = ${draftId} AND outcome = 'created'
  `;
  await requireFreeLogins(trx, orgCode, people);
  await insertAccounts(trx, orgCode, people);
}

/** Sign-in names are `<school code>-<number>`, see `loginNameFor` of people. */
const loginName = (orgCode: string) => {
  const prefix = loginNameFor({ orgCode, number: '' });
  // Numbers of rows are plain ASCII without spaces, see `readSchoolNumber`; the longer form is for the school's code.
  return sql`${prefix} || lower(number)`;
};

/** @throws {AppError} 409 `roster_login_taken` with the first number, when names are held by somebody of another unit. */
async function requireFreeLogins(trx: Trx, orgCode: string, people: ReturnType<typeof sql>): Promise<void> {
  const { rows } = await sql<{ number: string; count: number }>`
    SELECT p.number, count(*) OVER ()::int AS count
    FROM (${people}) p JOIN accounts a ON a.login_name = ${loginName(orgCode)}
    ORDER BY p.number LIMIT 1
  `.execute(trx);
  const [taken] = rows;
  if (!taken) return;
  const { count, number } = taken;
  throw new AppError(
    409,
    'roster_login_taken',
    `${count} sign-in names are already in use; the first is that of number ${number}.`,
    { params: { count, number, loginName: loginNameFor({ orgCode, number }) } },
  );
}

async function insertAccounts(trx: Trx, orgCode: string, people: ReturnType<typeof sql>): Promise<void> {
  await sql`
    INSERT INTO accounts (person_id, login_name) SELECT person_id, ${loginName(orgCode)} FROM (${people}) p
  `.execute(trx);
}

/** Pupils enter their class today; the class they leave ends today; a class entered and left on one day never was. */
export async function writeEnrollments(trx: Trx, { draftId, today }: Applying): Promise<void> {
  await endHomeEnrollments(
    trx,
    today,
    sql`
    SELECT person_id FROM roster_draft_rows
    WHERE draft_id = ${draftId} AND kind = 'pupil' AND enters_class AND outcome = 'changed'
  `,
  );
  await sql`
    INSERT INTO enrollments (class_id, person_id, role, is_home, during)
    SELECT class_id, person_id, 'pupil', true, daterange(${today}::date, NULL)
    FROM roster_draft_rows
    WHERE draft_id = ${draftId} AND kind = 'pupil' AND enters_class AND class_id IS NOT NULL AND outcome <> 'blocked'
  `.execute(trx);
}

async function endHomeEnrollments(trx: Trx, today: string, people: ReturnType<typeof sql>): Promise<void> {
  await sql`
    DELETE FROM enrollments e USING (${people}) p
    WHERE e.person_id = p.person_id AND e.is_home AND e.role = 'pupil' AND lower(e.during) >= ${today}::date
  `.execute(trx);
  await sql`
    UPDATE enrollments e SET during = daterange(lower(e.during), ${today}::date) FROM (${people}) p
    WHERE e.person_id = p.person_id AND e.is_home AND e.role = 'pupil' AND e.during @> ${today}::date
  `.execute(trx);
}

/** Appointments of staff from today, and the class teacher of each class the file names one for. */
export async function writeStaff(trx: Trx, { draftId, schoolId, today }: Applying): Promise<void> {
  await sql`
    INSERT INTO appointments (person_id, org_id, role, during)
    SELECT r.person_id, ${schoolId}, wanted.role, daterange(${today}::date, NULL)
    FROM roster_draft_rows r
    CROSS JOIN LATERAL (SELECT 'teacher' AS role UNION SELECT r.role) wanted
    WHERE r.draft_id = ${draftId} AND r.kind = 'staff' AND r.outcome <> 'blocked'
      AND NOT EXISTS (SELECT FROM appointments a WHERE a.person_id = r.person_id AND a.org_id = ${schoolId}
        AND a.role = wanted.role AND a.during && daterange(${today}::date, NULL))
  `.execute(trx);
  const taken = sql`
    SELECT DISTINCT class_id FROM roster_draft_rows
    WHERE draft_id = ${draftId} AND kind = 'staff' AND enters_class AND class_id IS NOT NULL AND outcome <> 'blocked'
  `;
  const staysOn = sql`
    EXISTS (SELECT FROM roster_draft_rows r WHERE r.draft_id = ${draftId} AND r.kind = 'staff'
      AND r.person_id = e.person_id AND r.class_id = e.class_id)
  `;
  await sql`
    DELETE FROM enrollments e USING (${taken}) t
    WHERE e.class_id = t.class_id AND e.role = 'classTeacher' AND lower(e.during) >= ${today}::date AND NOT ${staysOn}
  `.execute(trx);
  await sql`
    UPDATE enrollments e SET during = daterange(lower(e.during), ${today}::date) FROM (${taken}) t
    WHERE e.class_id = t.class_id AND e.role = 'classTeacher' AND e.during @> ${today}::date AND NOT ${staysOn}
  `.execute(trx);
  await sql`
    INSERT INTO enrollments (class_id, person_id, role, is_home, during)
    SELECT DISTINCT class_id, person_id, 'classTeacher', false, daterange(${today}::date, NULL)
    FROM roster_draft_rows r
    WHERE draft_id = ${draftId} AND kind = 'staff' AND enters_class AND class_id IS NOT NULL AND outcome <> 'blocked'
      AND NOT EXISTS (SELECT FROM enrollments e WHERE e.class_id = r.class_id AND e.person_id = r.person_id
        AND e.role = 'classTeacher' AND e.during && daterange(${today}::date, NULL))
  `.execute(trx);
}

/**
 * Guardians whose telephone was mapped: the pupil's guardian of that name, else the guardian another row of the same
 * telephone stands for, else a new person. Their contact is for follow-up only.
 */
export async function writeGuardians(
  trx: Trx,
  { draftId, schoolId, orgCode, today }: Applying,
  newText: string,
): Promise<void> {
  const rows = sql`
    SELECT r.person_id, r.number, r.name, r.n, r.guardian_name, r.guardian_cipher, r.guardian_key_id, r.guardian_tail,
      r.guardian_hash, NULL::text AS guardian_external_id
    FROM roster_draft_rows r
    WHERE r.draft_id = ${draftId} AND r.kind = 'pupil' AND r.guardian_cipher IS NOT NULL AND r.outcome <> 'blocked'
    UNION ALL
    SELECT r.person_id, r.number, r.name, r.n, g.name, g.cipher, g.key_id, g.tail, g.hash, g.external_id
    FROM roster_draft_guardians g JOIN roster_draft_rows r ON r.draft_id = g.draft_id AND r.n = g.row_n
    WHERE g.draft_id = ${draftId} AND r.kind = 'pupil' AND r.outcome <> 'blocked'
  `;
  const source = externalSource(schoolId);
  const { rows: mapped } = await sql`SELECT 1 FROM (${rows}) r LIMIT 1`.execute(trx);
  if (mapped.length === 0) return;
  await sql`
    CREATE TEMPORARY TABLE roster_guardians ON COMMIT DROP AS
    WITH pupils AS (${rows}), known AS (
      SELECT DISTINCT ON (r.person_id, r.guardian_hash) r.person_id AS pupil_id, r.guardian_hash, found.guardian_id
      FROM pupils r CROSS JOIN LATERAL (
        -- Whom an earlier set knew under this id is who it was, whatever they are called now.
        SELECT e.entity_id AS guardian_id, '' AS place FROM external_ids e
        WHERE e.source = ${source} AND e.kind = 'person' AND e.external_id = r.guardian_external_id
          AND EXISTS (SELECT FROM guardianships g WHERE g.guardian_id = e.entity_id)
        UNION ALL
        SELECT g.guardian_id, p.number FROM guardianships g
        JOIN persons p ON p.id = g.guardian_id AND p.name = coalesce(r.guardian_name, p.name)
        WHERE g.pupil_id = r.person_id AND g.during @> ${today}::date
      ) found
      ORDER BY r.person_id, r.guardian_hash, found.place
    ), by_phone AS (
      SELECT DISTINCT ON (guardian_hash) guardian_hash, guardian_id FROM known ORDER BY guardian_hash, guardian_id
    ), first_of AS (
      SELECT DISTINCT ON (r.guardian_hash) r.*
      FROM pupils r
      WHERE NOT EXISTS (SELECT FROM by_phone b WHERE b.guardian_hash = r.guardian_hash)
        AND NOT EXISTS (SELECT FROM known k WHERE k.pupil_id = r.person_id AND k.guardian_hash = r.guardian_hash)
      ORDER BY r.guardian_hash, r.n
    ), fresh AS (
      SELECT r.guardian_hash, uuidv7() AS guardian_id,
        -- One number a guardian, though a pupil has several, of whom two may end on the same digits.
        'j' || r.number || CASE
          WHEN EXISTS (SELECT FROM persons p WHERE p.home_org_id = ${schoolId} AND p.number = 'j' || r.number)
            OR row_number() OVER (PARTITION BY r.number ORDER BY r.guardian_hash) > 1
          THEN '-' || r.guardian_tail || CASE
            WHEN EXISTS (SELECT FROM persons p
                WHERE p.home_org_id = ${schoolId} AND p.number = 'j' || r.number || '-' || r.guardian_tail)
              OR row_number() OVER (PARTITION BY r.number, r.guardian_tail ORDER BY r.guardian_hash) > 1
            THEN '-' || encode(substr(r.guardian_hash, 1, 3), 'hex') ELSE '' END
          ELSE '' END AS number,
        coalesce(r.guardian_name, replace(${newText}, '{name}', r.name)) AS name
      FROM first_of r
    )
    SELECT r.person_id AS pupil_id, coalesce(k.guardian_id, b.guardian_id, f.guardian_id) AS guardian_id,
      k.guardian_id IS NULL AND b.guardian_id IS NULL AS is_new, f.number, f.name,
      r.guardian_cipher AS cipher, r.guardian_key_id AS key_id, r.guardian_tail AS tail,
      r.guardian_external_id AS external_id
    FROM pupils r
    LEFT JOIN known k ON k.pupil_id = r.person_id AND k.guardian_hash = r.guardian_hash
    LEFT JOIN by_phone b ON b.guardian_hash = r.guardian_hash
    LEFT JOIN fresh f ON f.guardian_hash = r.guardian_hash
  `.execute(trx);
  await sql`
    INSERT INTO persons (id, home_org_id, number, name)
    SELECT DISTINCT guardian_id, ${schoolId}::uuid, number, name FROM pg_temp.roster_guardians WHERE is_new
  `.execute(trx);
  const guardians = sql`
    SELECT DISTINCT guardian_id AS person_id, number FROM pg_temp.roster_guardians WHERE is_new
  `;
  await requireFreeLogins(trx, orgCode, guardians);
  await insertAccounts(trx, orgCode, guardians);
  await sql`
    INSERT INTO guardianships (pupil_id, guardian_id, during)
    SELECT DISTINCT pupil_id, guardian_id, daterange(${today}::date, NULL) FROM pg_temp.roster_guardians n
    WHERE NOT EXISTS (SELECT FROM guardianships g WHERE g.pupil_id = n.pupil_id AND g.guardian_id = n.guardian_id
      AND g.during && daterange(${today}::date, NULL))
  `.execute(trx);
  await sql`
    INSERT INTO contacts (person_id, purpose, cipher, key_id, tail)
    SELECT DISTINCT ON (guardian_id) guardian_id, 'followUp', cipher, key_id, tail FROM pg_temp.roster_guardians
    ORDER BY guardian_id, pupil_id
    ON CONFLICT (person_id, purpose) DO UPDATE
    SET cipher = excluded.cipher, key_id = excluded.key_id, tail = excluded.tail, updated_at = clock_timestamp()
  `.execute(trx);
  await sql`
    INSERT INTO external_ids (source, kind, external_id, entity_id)
    SELECT DISTINCT ON (external_id) ${source}, 'person', external_id, guardian_id FROM pg_temp.roster_guardians
    WHERE external_id IS NOT NULL ORDER BY external_id, guardian_id
    ON CONFLICT (source, kind, external_id) DO UPDATE SET entity_id = excluded.entity_id
    WHERE external_ids.entity_id <> excluded.entity_id
  `.execute(trx);
}

/** Ends the enrollment of pupils the file leaves out, when the importer said so; otherwise nothing happens to them. */
export async function endLeaving(
  trx: Trx,
  { draftId, schoolId, today, leavingAct }: Applying,
): Promise<void> {
  if (leavingAct === 'keep') return;
  const people = sql`SELECT person_id FROM roster_draft_leaving WHERE draft_id = ${draftId}`;
  await endHomeEnrollments(trx, today, people);
  await endGuestEnrollments(trx, { schoolId, today, people });
  await endAppointments(trx, { schoolId, today, people });
  await sql`UPDATE persons p SET status = 'left' FROM (${people}) l WHERE p.id = l.person_id AND p.status = 'active'`.execute(
    trx,
  );
}

/** Who leaves the school is in none of its teaching classes either; what they are at other schools stays. */
async function endGuestEnrollments(
  trx: Trx,
  { schoolId, today, people }: { schoolId: string; today: string; people: ReturnType<typeof sql> },
): Promise<void> {
  const theirs = sql`
    e.person_id = p.person_id AND NOT e.is_home AND EXISTS (SELECT FROM classes c WHERE c.id = e.class_id AND c.school_id = ${schoolId})
  `;
  await sql`
    DELETE FROM enrollments e USING (${people}) p WHERE ${theirs} AND lower(e.during) >= ${today}::date
  `.execute(trx);
  await sql`
    UPDATE enrollments e SET during = daterange(lower(e.during), ${today}::date) FROM (${people}) p
    WHERE ${theirs} AND e.during @> ${today}::date
  `.execute(trx);
}

/** Roles at the school end with the person's time there; one that began today never was. */
async function endAppointments(
  trx: Trx,
  { schoolId, today, people }: { schoolId: string; today: string; people: ReturnType<typeof sql> },
): Promise<void> {
  await sql`
    DELETE FROM appointments a USING (${people}) p
    WHERE a.person_id = p.person_id AND a.org_id = ${schoolId} AND lower(a.during) >= ${today}::date
  `.execute(trx);
  await sql`
    UPDATE appointments a SET during = daterange(lower(a.during), ${today}::date) FROM (${people}) p
    WHERE a.person_id = p.person_id AND a.org_id = ${schoolId} AND a.during @> ${today}::date
  `.execute(trx);
}

/** Rows from which an import changes what the planner should believe about the tables. */
const ANALYSE_FROM = 2_000;

/** After a large import the next statements would be planned for the tables as they were. */
export async function refreshStatistics(trx: Trx, rows: number): Promise<void> {
  if (rows > ANALYSE_FROM) await sql`ANALYZE persons, accounts, classes, enrollments`.execute(trx);
}
