import { sql } from 'kysely';
import type { Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import type { Trx } from '../platform/database.ts';
import { makeClaimCards, type ClaimCard } from '../people/claims.ts';
import { AppError, notFound } from '../platform/errors.ts';
import { assignCare, issueClaimCards, readClasses, readMembers, searchPeople } from './actions.ts';
import {
  selectClasses,
  selectMembers,
  selectPeopleLike,
  type ClassRow,
  type FoundPerson,
  type MemberRow,
} from './queries.ts';

/**
 * New claim cards for the pupils of a class and their guardians; older open cards stop working.
 *
 * @param onlyUnclaimed - leave out accounts that are in use, whose holders need no card.
 * @returns cards in the order of the pupils' numbers.
 */
export async function makeClassClaimCards(
  ctx: ServerContext,
  actor: Actor,
  { classId, onlyUnclaimed }: { classId: string; onlyUnclaimed: boolean },
): Promise<ClaimCard[]> {
  await authorize(ctx.db, actor, issueClaimCards, { classId });
  return ctx.db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ id: string }>`
      WITH pupils AS (
        SELECT m.person_id FROM class_members((app_now() AT TIME ZONE 'Asia/Shanghai')::date) m
        WHERE m.class_id = ${classId} AND m.role = 'pupil'
      )
      SELECT a.id FROM accounts a
      WHERE a.status <> 'disabled' AND (NOT ${onlyUnclaimed}::boolean OR a.status = 'unclaimed')
        AND (a.person_id IN (SELECT person_id FROM pupils)
          OR a.person_id IN (SELECT g.guardian_id FROM guardianships g JOIN pupils p ON p.person_id = g.pupil_id))
    `.execute(trx);
    const cards = await makeClaimCards(trx, ctx.secrets, {
      accountIds: rows.map(({ id }) => id),
      purpose: 'claim',
    });
    await audit(trx, actor, {
      action: 'courses.issueClaimCards',
      subjectKind: 'class',
      subjectId: classId,
      detail: { count: cards.length },
    });
    return cards;
  });
}

/** Classes of a school with counts and who answers for them. */
export async function listClasses(
  ctx: ServerContext,
  actor: Actor,
  { orgId }: { orgId: string },
): Promise<ClassRow[]> {
  const granted = await authorize(ctx.db, actor, readClasses, { orgId });
  return selectClasses(ctx.db, granted, { orgId });
}

/** Members of a class by name; pupils with their named adult, null where nobody answers. */
export async function listMembers(
  ctx: ServerContext,
  actor: Actor,
  { classId }: { classId: string },
): Promise<{ name: string; kind: string; schoolId: string; members: MemberRow[] }> {
  const granted = await authorize(ctx.db, actor, readMembers, { classId });
  const {
    name,
    kind,
    school_id: schoolId,
  } = await ctx.db
    .selectFrom('classes')
    .select(['name', 'kind', 'school_id'])
    .where('id', '=', classId)
    .executeTakeFirstOrThrow();
  return { name, kind, schoolId, members: await selectMembers(ctx.db, granted, { classId }) };
}

/** @param text - 1 to 40 characters of a name, its pinyin or initials, or a number. */
export async function findPeople(
  ctx: ServerContext,
  actor: Actor,
  { orgId, text }: { orgId: string; text: string },
): Promise<FoundPerson[]> {
  const granted = await authorize(ctx.db, actor, searchPeople, { orgId });
  return selectPeopleLike(ctx.db, granted, { orgId, text: text.normalize('NFC').trim() });
}

/**
 * From today on an adult answers for a class, before its class teacher; the duty before ends today.
 *
 * @param adultId - null: the duty ends and the rule of the class teacher holds again.
 * @throws {AppError} 400 `care_same_person`, 404 when the adult is not staff of this school.
 */
export async function assignCareDuty(
  ctx: ServerContext,
  actor: Actor,
  { classId, adultId, deputyId }: { classId: string; adultId: string | null; deputyId: string | null },
): Promise<void> {
  await authorize(ctx.db, actor, assignCare, { classId });
  if (adultId !== null && adultId === deputyId) {
    throw new AppError(400, 'care_same_person', 'Adult and deputy must be two persons.');
  }
  await ctx.db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ staff: number }>`
      SELECT count(DISTINCT a.person_id)::int AS staff FROM appointments a
      JOIN org_scope place ON place.org_id = a.org_id JOIN classes c ON c.id = ${classId} AND c.school_id = place.school_id
      WHERE a.person_id IN (${adultId}::uuid, ${deputyId}::uuid) AND a.during @> (app_now() AT TIME ZONE place.tz)::date
    `.execute(trx);
    const wanted = [adultId, deputyId].filter((id) => id !== null).length;
    if ((rows[0]?.staff ?? 0) !== wanted)
      throw notFound('adult_not_found', 'The adult must be staff of this school.');
    const today = await schoolDayOf(trx, classId);
    await sql`
      DELETE FROM care_duties WHERE class_id = ${classId} AND lower(during) >= ${today}::date
    `.execute(trx);
    await sql`
      UPDATE care_duties SET during = daterange(lower(during), ${today}::date)
      WHERE class_id = ${classId} AND during @> ${today}::date
    `.execute(trx);
    if (adultId !== null) {
      await sql`
        INSERT INTO care_duties (class_id, adult_id, deputy_id, during)
        VALUES (${classId}, ${adultId}, ${deputyId}, daterange(${today}::date, NULL))
      `.execute(trx);
    }
    await audit(trx, actor, { action: 'courses.assignCare', subjectKind: 'class', subjectId: classId });
  });
}

/** The school's today, `YYYY-MM-DD`: before four in the morning it is still the day before, as on every board. */
async function schoolDayOf(trx: Trx, classId: string): Promise<string> {
  const { rows } = await sql<{ day: string }>`
    SELECT (app_now() AT TIME ZONE o.tz - interval '4 hours')::date::text AS day
    FROM classes c JOIN orgs o ON o.id = c.school_id WHERE c.id = ${classId}`.execute(trx);
  const [row] = rows;
  if (!row) throw notFound();
  return row.day;
}

/**
 * Makes sure that these persons are teachers of these classes for a term; who is one already in that time stays as is.
 * The timetable calls it when it publishes, so that whoever teaches a class may see it and its course group.
 *
 * @param firstDay - first day, `YYYY-MM-DD`. @param lastDay - last day, included.
 * @returns how many are new.
 */
export async function enrollTeachers(
  trx: Trx,
  {
    teachers,
    firstDay,
    lastDay,
  }: {
    teachers: readonly { readonly classId: string; readonly personId: string }[];
    firstDay: string;
    lastDay: string;
  },
): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    INSERT INTO enrollments (class_id, person_id, role, during)
    SELECT DISTINCT t.class_id, t.person_id, 'teacher', daterange(${firstDay}::date, ${lastDay}::date, '[]')
    FROM unnest(${teachers.map(({ classId }) => classId)}::uuid[], ${teachers.map(({ personId }) => personId)}::uuid[])
      AS t (class_id, person_id)
    WHERE NOT EXISTS (
      SELECT FROM enrollments e WHERE e.class_id = t.class_id AND e.person_id = t.person_id
        AND e.role IN ('teacher', 'classTeacher', 'counsellor', 'assistant')
        AND e.during && daterange(${firstDay}::date, ${lastDay}::date, '[]'))
    ON CONFLICT DO NOTHING
  `.execute(trx);
  return Number(numAffectedRows);
}
