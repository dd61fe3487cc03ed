import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Db } from '../../platform/database.ts';
import { aClass, aPupil, aSchool, aTeacher, signedInAs } from '../../platform/testing/builders.ts';
import type { LessonKey } from '../access.ts';

/** Headers of one signed-in person. */
export type Headers = Record<string, string>;

export interface BuiltLesson extends LessonKey {
  readonly schoolId: string;
  readonly classIds: readonly string[];
  readonly teacher: { personId: string; headers: Headers };
  readonly pupils: readonly { personId: string; classId: string; headers: Headers }[];
}

export interface LessonOptions {
  readonly classCount?: number;
  readonly pupilsEach?: number;
  readonly mode?: string;
  readonly modeParams?: Record<string, unknown>;
  /** Minutes from now to the bell; negative: it has rung. */
  readonly startsInMinutes?: number;
  readonly minutes?: number;
  readonly status?: string;
}

/** A published lesson with its school, classes, teacher and pupils, all signed in. */
export async function aLesson(db: Db, options: LessonOptions = {}): Promise<BuiltLesson> {
  const {
    classCount = 1,
    pupilsEach = 3,
    mode = 'live',
    modeParams = {},
    startsInMinutes = -5,
    minutes = 40,
    status = 'planned',
  } = options;
  const { orgId: schoolId } = await aSchool(db);
  const teacher = await aTeacher(db, { orgId: schoolId, name: '周老师' });
  const { courseId } = await aClass(db, { schoolId, courseTitle: '数学' });
  const classIds: string[] = [];
  const pupils: { personId: string; classId: string; headers: Headers }[] = [];
  for (let c = 0; c < classCount; c++) {
    const { classId } = await aClass(db, { schoolId });
    classIds.push(classId);
    for (let p = 0; p < pupilsEach; p++) {
      const { personId, accountId } = await aPupil(db, { schoolId, classId });
      pupils.push({ personId, classId, headers: await signedInAs(db, accountId) });
    }
  }
  const { schoolDay, lessonId } = await aPublishedLesson(db, {
    schoolId,
    courseId: courseId!,
    classIds,
    teacherId: teacher.personId,
    mode,
    modeParams,
    startsInMinutes,
    minutes,
    status,
  });
  const headers = await signedInAs(db, teacher.accountId, { appointmentId: teacher.appointmentId });
  return {
    schoolDay,
    lessonId,
    schoolId,
    classIds,
    pupils,
    teacher: { personId: teacher.personId, headers },
  };
}

/** Puts a lesson into the published plan as the timetable would. */
export async function aPublishedLesson(
  db: Db,
  lesson: {
    schoolId: string;
    courseId: string;
    classIds: readonly string[];
    teacherId: string;
    mode: string;
    modeParams: Record<string, unknown>;
    startsInMinutes: number;
    minutes: number;
    status: string;
  },
): Promise<LessonKey> {
  const found = await sql<{ day: string }>`
    SELECT (app_now() AT TIME ZONE 'Asia/Shanghai' - interval '4 hours')::date::text AS day`.execute(db);
  const schoolDay = found.rows[0]!.day;
  for (const table of ['lessons', 'lesson_audiences', 'lesson_staff']) {
    await sql`SELECT ensure_month_partition(${table}, ${schoolDay}::date)`.execute(db);
  }
  const { rows } = await sql<{ id: string }>`
    INSERT INTO lessons (school_day, school_id, course_id, topic, period, period_to, starts_at, ends_at, mode, mode_params, status)
    VALUES (${schoolDay}, ${lesson.schoolId}, ${lesson.courseId}, '一次函数', 1, 1,
      app_now() + make_interval(mins => ${lesson.startsInMinutes}),
      app_now() + make_interval(mins => ${lesson.startsInMinutes + lesson.minutes}),
      ${lesson.mode}, ${JSON.stringify(lesson.modeParams)}::jsonb, ${lesson.status})
    RETURNING id`.execute(db);
  const lessonId = rows[0]!.id;
  for (const classId of lesson.classIds) {
    await sql`INSERT INTO lesson_audiences (school_day, lesson_id, class_id) VALUES (${schoolDay}, ${lessonId}, ${classId})`.execute(
      db,
    );
  }
  await sql`INSERT INTO lesson_staff (school_day, lesson_id, person_id, duty) VALUES (${schoolDay}, ${lessonId}, ${lesson.teacherId}, 'lead')`.execute(
    db,
  );
  return { schoolDay, lessonId };
}

export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Bytes of a voice segment; the server does not look into them. */
export function aSegment(size = 3000): Buffer {
  return randomBytes(size);
}
