import { sql } from 'kysely';
import type { Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import type { Db, Trx } from '../platform/database.ts';
import { AppError, notFound } from '../platform/errors.ts';
import { manageMembers } from './actions.ts';
import { composeClasses, replaceCompositions } from './compositions.ts';

interface Place {
  readonly schoolId: string;
  readonly kind: 'homeroom' | 'scheduled';
  /** The school's day, `YYYY-MM-DD`. */
  readonly today: string;
}

export interface Composition {
  readonly kind: 'homeroom' | 'scheduled';
  readonly homerooms: readonly { classId: string; name: string; isPart: boolean }[];
}

/** Homeroom classes of the school, and which of them a teaching class is made of. */
export async function readComposition(
  ctx: ServerContext,
  actor: Actor,
  { classId }: { classId: string },
): Promise<Composition> {
  await authorize(ctx.db, actor, manageMembers, { classId });
  const { schoolId, kind, today } = await placeOf(ctx.db, classId);
  const { rows } = await sql<{ classId: string; name: string; isPart: boolean }>`
    SELECT h.id AS "classId", h.name, c.class_id IS NOT NULL AS "isPart"
    FROM classes h LEFT JOIN class_compositions c ON c.class_id = ${classId} AND c.homeroom_id = h.id
    WHERE h.school_id = ${schoolId} AND h.kind = 'homeroom' AND h.during @> ${today}::date AND h.id <> ${classId}
    ORDER BY h.year_group NULLS LAST, h.class_no NULLS LAST, h.name
  `.execute(ctx.db);
  return { kind, homerooms: kind === 'scheduled' ? rows : [] };
}

/**
 * Makes a teaching class of homeroom classes: their pupils join today, or on its first day, and follow from then on.
 *
 * @throws {AppError} 409 `class_is_homeroom`, 422 `homeroom_unknown`.
 */
export async function setComposition(
  ctx: ServerContext,
  actor: Actor,
  { classId, homeroomIds }: { classId: string; homeroomIds: readonly string[] },
): Promise<{ joined: number; left: number }> {
  await authorize(ctx.db, actor, manageMembers, { classId });
  const place = await placeOf(ctx.db, classId);
  if (place.kind === 'homeroom') throw isHomeroom();
  const counts = await ctx.db.transaction().execute(async (trx) => {
    await lockClass(trx, classId);
    const { rows } = await sql<{ id: string }>`
      SELECT id FROM classes WHERE id = ANY (${[...homeroomIds]}::uuid[]) AND school_id = ${place.schoolId}
        AND kind = 'homeroom' AND during @> ${place.today}::date
    `.execute(trx);
    if (rows.length !== new Set(homeroomIds).size) {
      throw new AppError(422, 'homeroom_unknown', 'A chosen class is no homeroom class of this school.');
    }
    await replaceCompositions(trx, [{ classId, homeroomIds }]);
    const done = await composeClasses(trx, { ...place, classIds: [classId] });
    await audit(trx, actor, {
      action: 'courses.setComposition',
      subjectKind: 'class',
      subjectId: classId,
      orgId: place.schoolId,
      detail: { homerooms: homeroomIds.length, ...done },
    });
    return done;
  });
  ctx.bus.publish('roster.changed', { schoolId: place.schoolId });
  return counts;
}

/**
 * Lets one pupil join a class in their own right: retaking, chosen late, or a guest from another school, who stays at home there.
 *
 * Number and name must both be right, and so must the code of another school: nobody is found here by trying.
 *
 * @throws {AppError} 404 `pupil_not_found`, 409 `join_homeroom` for another homeroom class of the pupil's own school: all its
 *   lessons would be expected.
 */
export async function joinClass(
  ctx: ServerContext,
  actor: Actor,
  asked: { classId: string; schoolCode: string | null; number: string; name: string },
): Promise<{ personId: string; outcome: 'joined' | 'unchanged' }> {
  const { classId } = asked;
  await authorize(ctx.db, actor, manageMembers, { classId });
  const { schoolId, kind, today } = await placeOf(ctx.db, classId);
  const answer = await ctx.db.transaction().execute(async (trx) => {
    await lockClass(trx, classId);
    const pupil = await selectPupil(trx, { ...asked, schoolId, today });
    if (!pupil) throw notFound('pupil_not_found', 'There is no pupil of this number and name.');
    if (kind === 'homeroom' && pupil.schoolId === schoolId) {
      throw new AppError(
        409,
        'join_homeroom',
        'A pupil joins a teaching class; a homeroom class is changed by the roster.',
      );
    }
    const { personId } = pupil;
    await trx
      .deleteFrom('class_exemptions')
      .where('class_id', '=', classId)
      .where('person_id', '=', personId)
      .execute();
    const made = await sql`
      INSERT INTO enrollments (class_id, person_id, role, is_home, during)
      SELECT k.id, ${personId}::uuid, 'pupil', false,
        daterange(greatest(${today}::date, coalesce(lower(k.during), ${today}::date)), upper(k.during))
      FROM classes k WHERE k.id = ${classId} AND coalesce(upper(k.during) > ${today}::date, true)
        AND NOT EXISTS (SELECT FROM enrollments e WHERE e.class_id = k.id AND e.person_id = ${personId}
          AND e.role = 'pupil' AND coalesce(upper(e.during) > ${today}::date, true))
    `.execute(trx);
    const isNew = (made.numAffectedRows ?? 0n) > 0n;
    if (isNew) {
      const isGuest = pupil.schoolId !== schoolId;
      await audit(trx, actor, {
        action: 'courses.joinClass',
        ...subjectOf(personId, schoolId, { classId, isGuest }),
      });
    }
    return { personId, outcome: isNew ? ('joined' as const) : ('unchanged' as const) };
  });
  if (answer.outcome === 'joined') ctx.bus.publish('roster.changed', { schoolId });
  return answer;
}

/**
 * Takes a pupil out of a teaching class or a guest out of any, from today on; who is in it by a homeroom class stays out while
 * the class is made of it. Asked again, nothing changes.
 *
 * @throws {AppError} 409 `home_by_roster` for a pupil's home class; 404 for somebody of another school who never was in it.
 */
export async function leaveClass(
  ctx: ServerContext,
  actor: Actor,
  { classId, personId }: { classId: string; personId: string },
): Promise<void> {
  await authorize(ctx.db, actor, manageMembers, { classId });
  const { schoolId, today } = await placeOf(ctx.db, classId);
  const left = await ctx.db.transaction().execute(async (trx) => {
    await lockClass(trx, classId);
    const { rows } = await sql<{ isHome: boolean; byClassId: string | null }>`
      SELECT is_home AS "isHome", by_class_id AS "byClassId" FROM enrollments
      WHERE class_id = ${classId} AND person_id = ${personId} AND role = 'pupil'
        AND coalesce(upper(during) > ${today}::date, true)
    `.execute(trx);
    if (rows.length === 0) {
      await requireKnown(trx, { classId, personId, schoolId });
      return false;
    }
    if (rows.some(({ isHome }) => isHome)) {
      throw new AppError(409, 'home_by_roster', 'The home class of a pupil is changed by the roster.');
    }
    if (rows.some(({ byClassId }) => byClassId !== null)) {
      await sql`
        INSERT INTO class_exemptions (class_id, person_id) VALUES (${classId}, ${personId}) ON CONFLICT DO NOTHING
      `.execute(trx);
    }
    const mine = sql`class_id = ${classId} AND person_id = ${personId} AND role = 'pupil'`;
    await sql`DELETE FROM enrollments WHERE ${mine} AND lower(during) >= ${today}::date`.execute(trx);
    await sql`
      UPDATE enrollments SET during = daterange(lower(during), ${today}::date) WHERE ${mine} AND during @> ${today}::date
    `.execute(trx);
    await audit(trx, actor, { action: 'courses.leaveClass', ...subjectOf(personId, schoolId, { classId }) });
    return true;
  });
  if (left) ctx.bus.publish('roster.changed', { schoolId });
}

/** Somebody of another school who never was in the class is not known here. */
async function requireKnown(
  trx: Trx,
  { classId, personId, schoolId }: { classId: string; personId: string; schoolId: string },
): Promise<void> {
  const { rows } = await sql`
    SELECT FROM persons p WHERE p.id = ${personId} AND (
      p.home_org_id IN (SELECT org_id FROM org_scope WHERE school_id = ${schoolId})
      OR EXISTS (SELECT FROM enrollments e WHERE e.person_id = p.id AND e.class_id = ${classId} AND e.role = 'pupil'))
  `.execute(trx);
  if (rows.length === 0) throw notFound();
}

function subjectOf(personId: string, orgId: string, detail: Record<string, unknown>) {
  return { subjectKind: 'person', subjectId: personId, orgId, detail };
}

async function selectPupil(
  trx: Trx,
  {
    schoolId,
    schoolCode,
    number,
    name,
    today,
  }: { schoolId: string; schoolCode: string | null; number: string; name: string; today: string },
): Promise<{ personId: string; schoolId: string } | undefined> {
  const { rows } = await sql<{ personId: string; schoolId: string }>`
    SELECT p.id AS "personId", h.school_id AS "schoolId"
    FROM persons p JOIN home_classes(${today}::date) h ON h.person_id = p.id JOIN orgs s ON s.id = h.school_id
    WHERE p.number = ${number.trim()} AND p.name = ${name.normalize('NFC').trim()} AND p.status = 'active'
      AND (${schoolCode}::text IS NULL AND s.id = ${schoolId} OR s.code = lower(${schoolCode}::text))
  `.execute(trx);
  return rows.length === 1 ? rows[0] : undefined;
}

/** Two acts on one class follow each other. */
async function lockClass(trx: Trx, classId: string): Promise<void> {
  await sql`SELECT FROM classes WHERE id = ${classId} FOR UPDATE`.execute(trx);
}

async function placeOf(db: Db, classId: string): Promise<Place> {
  const { rows } = await sql<Place>`
    SELECT c.school_id AS "schoolId", c.kind, (app_now() AT TIME ZONE o.tz - interval '4 hours')::date AS today
    FROM classes c JOIN orgs o ON o.id = c.school_id WHERE c.id = ${classId}
  `.execute(db);
  const [place] = rows;
  if (!place) throw notFound();
  return place;
}

function isHomeroom(): AppError {
  return new AppError(409, 'class_is_homeroom', 'Only a teaching class is made of homeroom classes.');
}
