import { sql } from 'kysely';
import type { Db, Trx } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { errorCode } from '../../platform/start-refusal.ts';
import type { StandingLesson } from '../rules/difference.ts';
import type { Resource } from '../rules/clashes.ts';
import type { Audience, Staff } from '../rules/week.ts';
import type { ChangeKind, LessonStatus, ModeParams } from '../tables.ts';

/** A lesson row with its classes and staff, as changes need it. */
export interface LessonRow extends StandingLesson {
  readonly schoolId: string;
  readonly weekNo: number | null;
  readonly topic: string | null;
  readonly version: number;
}

const lessonColumns = sql`
  l.id, l.school_id AS "schoolId", l.plan_origin_id AS "originId", l.school_day AS day, l.course_id AS "courseId", l.topic,
  l.period, l.period_to AS "periodTo", l.starts_at AS "startsAt", l.ends_at AS "endsAt", l.mode,
  l.mode_params AS "modeParams", l.status, l.classroom_id AS "classroomId", l.week_no AS "weekNo", l.version,
  l.changed_by_hand AS "changedByHand",
  (SELECT coalesce(json_agg(json_build_object('classId', a.class_id, 'ownTeacherId', a.own_teacher_id) ORDER BY a.class_id), '[]')
   FROM lesson_audiences a WHERE a.school_day = l.school_day AND a.lesson_id = l.id) AS audiences,
  (SELECT coalesce(json_agg(json_build_object('personId', s.person_id, 'duty', s.duty) ORDER BY s.duty, s.person_id), '[]')
   FROM lesson_staff s WHERE s.school_day = l.school_day AND s.lesson_id = l.id) AS staff`;

/** Lessons of a school between two days, moved-away rows included. */
export async function selectLessonRows(
  db: Db,
  { schoolId, firstDay, lastDay }: { schoolId: string; firstDay: string; lastDay: string },
): Promise<LessonRow[]> {
  const { rows } = await sql<LessonRow>`
    SELECT ${lessonColumns} FROM lessons l
    WHERE l.school_id = ${schoolId} AND l.school_day BETWEEN ${firstDay}::date AND ${lastDay}::date
    ORDER BY l.starts_at, l.id
  `.execute(db);
  return rows;
}

/** Locks the lesson until the transaction ends, so that two changes come one after the other. */
export async function lockLesson(
  trx: Trx,
  { day, lessonId }: { day: string; lessonId: string },
): Promise<LessonRow | undefined> {
  const { rows } = await sql<LessonRow>`
    SELECT ${lessonColumns} FROM lessons l WHERE l.school_day = ${day}::date AND l.id = ${lessonId} FOR UPDATE
  `.execute(trx);
  return rows[0];
}

export interface NewLesson {
  readonly id: string;
  readonly schoolId: string;
  readonly originId: string | null;
  readonly weekNo: number | null;
  readonly day: string;
  readonly courseId: string;
  readonly topic: string | null;
  readonly period: number | null;
  readonly periodTo: number | null;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly mode: string;
  readonly modeParams: ModeParams;
  readonly classroomId: string | null;
  readonly audiences: readonly Audience[];
  readonly staff: readonly Staff[];
  readonly movedFrom: { readonly day: string; readonly lessonId: string } | null;
  readonly changedByHand: boolean;
  readonly resources: readonly Resource[];
}

/** Partitions of the months; made on demand. */
export async function ensureLessonMonths(trx: Trx, days: Iterable<string>): Promise<void> {
  const months = new Set(Array.from(days, (day) => `${day.slice(0, 7)}-01`));
  for (const month of months) {
    await sql`
      SELECT ensure_month_partition('lessons', ${month}::date), ensure_month_partition('lesson_audiences', ${month}::date),
        ensure_month_partition('lesson_staff', ${month}::date)
    `.execute(trx);
  }
}

/** Writes published lessons with classes, staff and bookings; four statements for any number. */
export async function insertLessons(trx: Trx, lessons: readonly NewLesson[]): Promise<void> {
  if (lessons.length === 0) return;
  await ensureLessonMonths(
    trx,
    lessons.map(({ day }) => day),
  );
  const rows = lessons.map((lesson) => ({
    school_day: lesson.day,
    id: lesson.id,
    school_id: lesson.schoolId,
    course_id: lesson.courseId,
    topic: lesson.topic,
    period: lesson.period,
    period_to: lesson.periodTo,
    starts_at: lesson.startsAt,
    ends_at: lesson.endsAt,
    mode: lesson.mode,
    mode_params: lesson.modeParams,
    classroom_id: lesson.classroomId,
    plan_origin_id: lesson.originId,
    week_no: lesson.weekNo,
    moved_from_day: lesson.movedFrom?.day ?? null,
    moved_from_id: lesson.movedFrom?.lessonId ?? null,
    changed_by_hand: lesson.changedByHand,
  }));
  await sql`
    INSERT INTO lessons (school_day, id, school_id, course_id, topic, period, period_to, starts_at, ends_at, mode, mode_params,
      classroom_id, plan_origin_id, week_no, moved_from_day, moved_from_id, changed_by_hand)
    SELECT r.school_day, r.id, r.school_id, r.course_id, r.topic, r.period, r.period_to, r.starts_at, r.ends_at, r.mode,
      r.mode_params, r.classroom_id, r.plan_origin_id, r.week_no, r.moved_from_day, r.moved_from_id, r.changed_by_hand
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r (school_day date, id uuid, school_id uuid, course_id uuid,
      topic text, period smallint, period_to smallint, starts_at timestamptz, ends_at timestamptz, mode text, mode_params jsonb,
      classroom_id uuid, plan_origin_id uuid, week_no smallint, moved_from_day date, moved_from_id uuid, changed_by_hand boolean)
  `.execute(trx);
  await insertLessonChildren(trx, lessons);
  await insertBookings(trx, lessons);
}

async function insertLessonChildren(
  trx: Trx,
  lessons: readonly Pick<NewLesson, 'day' | 'id' | 'audiences' | 'staff'>[],
): Promise<void> {
  const audiences = lessons.flatMap(({ day, id, audiences: rows }) =>
    rows.map((row) => ({ day, id, ...row })),
  );
  await sql`
    INSERT INTO lesson_audiences (school_day, lesson_id, class_id, own_teacher_id)
    SELECT * FROM unnest(${audiences.map((row) => row.day)}::date[], ${audiences.map((row) => row.id)}::uuid[],
      ${audiences.map((row) => row.classId)}::uuid[], ${audiences.map((row) => row.ownTeacherId)}::uuid[])
  `.execute(trx);
  const staff = lessons.flatMap(({ day, id, staff: rows }) => rows.map((row) => ({ day, id, ...row })));
  await sql`
    INSERT INTO lesson_staff (school_day, lesson_id, person_id, duty)
    SELECT * FROM unnest(${staff.map((row) => row.day)}::date[], ${staff.map((row) => row.id)}::uuid[],
      ${staff.map((row) => row.personId)}::uuid[], ${staff.map((row) => row.duty)}::text[])
  `.execute(trx);
}

async function insertBookings(
  trx: Trx,
  lessons: readonly Pick<NewLesson, 'day' | 'id' | 'startsAt' | 'endsAt' | 'resources'>[],
): Promise<void> {
  const rows = lessons.flatMap(({ resources, ...lesson }) =>
    resources.map((resource) => ({ ...lesson, resource })),
  );
  await sql`
    INSERT INTO bookings (resource_kind, resource_id, during, school_day, lesson_id)
    SELECT b.kind, b.id, tstzrange(b.from_at, b.to_at), b.day, b.lesson_id
    FROM unnest(${rows.map((row) => row.resource.kind)}::text[], ${rows.map((row) => row.resource.id)}::uuid[],
      ${rows.map((row) => row.startsAt)}::timestamptz[], ${rows.map((row) => row.endsAt)}::timestamptz[],
      ${rows.map((row) => row.day)}::date[], ${rows.map((row) => row.id)}::uuid[]) AS b (kind, id, from_at, to_at, day, lesson_id)
  `.execute(trx);
}

/** Brings one lesson to a new content or time of the same day; classes, staff and bookings are written anew. */
export async function replaceLesson(
  trx: Trx,
  lesson: Omit<NewLesson, 'movedFrom' | 'schoolId'> & { status: LessonStatus },
): Promise<void> {
  const key = { day: lesson.day, lessonId: lesson.id };
  await sql`
    UPDATE lessons SET course_id = ${lesson.courseId}, topic = ${lesson.topic}, period = ${lesson.period},
      period_to = ${lesson.periodTo}, starts_at = ${lesson.startsAt}, ends_at = ${lesson.endsAt}, mode = ${lesson.mode},
      mode_params = ${JSON.stringify(lesson.modeParams)}, classroom_id = ${lesson.classroomId}, status = ${lesson.status},
      changed_by_hand = changed_by_hand OR ${lesson.changedByHand}, version = version + 1
    WHERE school_day = ${key.day}::date AND id = ${key.lessonId}
  `.execute(trx);
  await sql`DELETE FROM lesson_audiences WHERE school_day = ${key.day}::date AND lesson_id = ${key.lessonId}`.execute(
    trx,
  );
  await sql`DELETE FROM lesson_staff WHERE school_day = ${key.day}::date AND lesson_id = ${key.lessonId}`.execute(
    trx,
  );
  await deleteBookings(trx, [key]);
  await insertLessonChildren(trx, [lesson]);
  await insertBookings(trx, [lesson]);
}

export async function deleteBookings(
  trx: Trx,
  lessons: readonly { day: string; lessonId: string }[],
): Promise<void> {
  await sql`
    DELETE FROM bookings b USING unnest(${lessons.map(({ day }) => day)}::date[],
      ${lessons.map(({ lessonId }) => lessonId)}::uuid[]) AS gone (day, lesson_id)
    WHERE b.school_day = gone.day AND b.lesson_id = gone.lesson_id
  `.execute(trx);
}

/** Takes lessons out of the day: cancelled, or moved to the row named. Their bookings go. */
export async function withdrawLessons(
  trx: Trx,
  lessons: readonly { day: string; lessonId: string; movedTo: { day: string; lessonId: string } | null }[],
  { byHand }: { byHand: boolean },
): Promise<void> {
  if (lessons.length === 0) return;
  await sql`
    UPDATE lessons l SET status = CASE WHEN w.to_id IS NULL THEN 'cancelled' ELSE 'moved' END, moved_to_day = w.to_day,
      moved_to_id = w.to_id, version = l.version + 1, changed_by_hand = l.changed_by_hand OR ${byHand}
    FROM unnest(${lessons.map(({ day }) => day)}::date[], ${lessons.map(({ lessonId }) => lessonId)}::uuid[],
      ${lessons.map(({ movedTo }) => movedTo?.day ?? null)}::date[],
      ${lessons.map(({ movedTo }) => movedTo?.lessonId ?? null)}::uuid[]) AS w (day, id, to_day, to_id)
    WHERE l.school_day = w.day AND l.id = w.id
  `.execute(trx);
  await deleteBookings(trx, lessons);
}

export interface ClashRow {
  readonly kind: Resource['kind'];
  readonly resourceName: string;
  readonly day: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly lesson: string;
  readonly otherStartsAt: Date;
  readonly otherEndsAt: Date;
  readonly other: string;
  readonly timeZone: string;
}

/**
 * First double use of a teacher, class or classroom in which one of these lessons has a part, with names.
 * Bookings are deferred until the end of the transaction, so the clash can still be told in words.
 */
export async function selectClash(
  trx: Trx,
  lessons: readonly { day: string; lessonId: string }[],
): Promise<ClashRow | undefined> {
  const { rows } = await sql<ClashRow>`
    SELECT mine.resource_kind AS kind, mine.school_day AS day, org.tz AS "timeZone",
      CASE mine.resource_kind WHEN 'teacher' THEN person.name WHEN 'class' THEN class.name ELSE room.name END AS "resourceName",
      lower(mine.during) AS "startsAt", upper(mine.during) AS "endsAt",
      lower(other.during) AS "otherStartsAt", upper(other.during) AS "otherEndsAt",
      lesson_words(mine.school_day, mine.lesson_id) AS lesson, lesson_words(other.school_day, other.lesson_id) AS other
    FROM unnest(${lessons.map(({ day }) => day)}::date[], ${lessons.map(({ lessonId }) => lessonId)}::uuid[]) AS asked (day, lesson_id)
    JOIN bookings mine ON mine.school_day = asked.day AND mine.lesson_id = asked.lesson_id
    JOIN bookings other ON other.resource_kind = mine.resource_kind AND other.resource_id = mine.resource_id
      AND other.during && mine.during AND other.lesson_id <> mine.lesson_id
    JOIN lessons l ON l.school_day = mine.school_day AND l.id = mine.lesson_id
    JOIN orgs org ON org.id = l.school_id
    LEFT JOIN persons person ON mine.resource_kind = 'teacher' AND person.id = mine.resource_id
    LEFT JOIN classes class ON mine.resource_kind = 'class' AND class.id = mine.resource_id
    LEFT JOIN classrooms room ON mine.resource_kind = 'classroom' AND room.id = mine.resource_id
    ORDER BY lower(mine.during), mine.resource_kind DESC LIMIT 1
  `.execute(trx);
  return rows[0];
}

/**
 * Checks all bookings now instead of at the end: what fails here fails inside the use case.
 *
 * @throws {AppError} 409 `booked_meanwhile` when somebody else booked the same hour in this very moment.
 */
export async function settleBookings(trx: Trx): Promise<void> {
  try {
    await sql`SET CONSTRAINTS bookings_no_double_use IMMEDIATE`.execute(trx);
  } catch (cause) {
    if (errorCode(cause) !== '23P01') throw cause;
    throw new AppError(409, 'booked_meanwhile', 'Somebody else booked this hour just now.', { cause });
  }
  await sql`SET CONSTRAINTS bookings_no_double_use DEFERRED`.execute(trx);
}

export interface NewPlanChange {
  readonly schoolId: string;
  readonly day: string;
  readonly lessonId: string;
  readonly kind: ChangeKind;
  readonly classIds: readonly string[];
  readonly staffIds: readonly string[];
  readonly before: object | null;
  readonly after: object | null;
  readonly reason: string | null;
}

export async function insertPlanChanges(
  trx: Trx,
  changes: readonly NewPlanChange[],
  { now, by }: { now: Date; by: string | null },
): Promise<void> {
  if (changes.length === 0) return;
  await trx
    .insertInto('plan_changes')
    .values(
      changes.map((change) => ({
        school_id: change.schoolId,
        school_day: change.day,
        lesson_id: change.lessonId,
        kind: change.kind,
        class_ids: [...change.classIds],
        staff_ids: [...change.staffIds],
        before: change.before === null ? null : JSON.stringify(change.before),
        after: change.after === null ? null : JSON.stringify(change.after),
        reason: change.reason,
        changed_at: now,
        changed_by: by,
      })),
    )
    .execute();
}

/** Pupils in these classes and their families on a day: whom a change touches. */
export async function countTouched(
  db: Db,
  { classIds, day }: { classIds: readonly string[]; day: string },
): Promise<{ pupils: number; families: number }> {
  const { rows } = await sql<{ pupils: number; families: number }>`
    WITH pupils AS (
      SELECT DISTINCT m.person_id FROM class_members(${day}::date) m
      WHERE m.role = 'pupil' AND m.class_id = ANY (${[...classIds]}::uuid[])
    )
    SELECT (SELECT count(*) FROM pupils)::int AS pupils,
      (SELECT count(DISTINCT g.guardian_id) FROM guardianships g JOIN pupils p ON p.person_id = g.pupil_id
       WHERE g.during @> ${day}::date)::int AS families
  `.execute(db);
  return rows[0] ?? { pupils: 0, families: 0 };
}
