import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Db } from '../../platform/database.ts';
import type { Clock } from '../../platform/clock.ts';
import {
  aClass,
  aGuardian,
  aPupil,
  aSchool,
  aStaff,
  anOrg,
  enroll,
  signedInAs,
} from '../../platform/testing/builders.ts';

export const day = '2026-11-18';
/** An instant of the day on the school's clock. */
export const at = (time: string, on = day): Date => new Date(`${on}T${time}:00+08:00`);

export async function setClock(db: Db, clock: Clock, now: Date): Promise<void> {
  await sql`UPDATE clock SET clock_offset = ${now}::timestamptz - clock_timestamp()`.execute(db);
  await clock.refresh(db);
}

export async function aSchoolDay(db: Db, schoolId: string, on = day): Promise<void> {
  await db
    .insertInto('school_days')
    .values({
      org_id: schoolId,
      day: on,
      kind: 'teaching',
      teaches_weekday: 3,
      week_no: 12,
      opens_at: at('06:00', on),
      closes_at: at('18:00', on),
      opened_at: null,
      closed_at: null,
    })
    .execute();
}

/** A published lesson of 40 minutes for classes; in a room of ours unless another mode is named. */
export async function aLesson(
  db: Db,
  {
    schoolId,
    classIds,
    teacherId,
    from,
    mode = 'live',
    on = day,
    period = null,
  }: {
    schoolId: string;
    classIds: string[];
    teacherId: string;
    from: string;
    mode?: string;
    on?: string;
    period?: number | null;
  },
): Promise<string> {
  const id = randomUUID();
  const startsAt = at(from, on);
  const course = await db
    .insertInto('courses')
    .values({ school_id: schoolId, code: id, title: '数学', subject: null })
    .returning('id')
    .executeTakeFirstOrThrow();
  await sql`SELECT ensure_month_partition(t, ${on}::date) FROM unnest(ARRAY['lessons', 'lesson_audiences', 'lesson_staff']) t`.execute(
    db,
  );
  await sql`
    INSERT INTO lessons (school_day, id, school_id, course_id, period, starts_at, ends_at, mode)
    VALUES (${on}, ${id}, ${schoolId}, ${course.id}, ${period}, ${startsAt}, ${new Date(startsAt.getTime() + 40 * 60_000)}, ${mode})
  `.execute(db);
  for (const classId of classIds) {
    await sql`INSERT INTO lesson_audiences (school_day, lesson_id, class_id) VALUES (${on}, ${id}, ${classId})`.execute(
      db,
    );
  }
  await sql`INSERT INTO lesson_staff (school_day, lesson_id, person_id) VALUES (${on}, ${id}, ${teacherId})`.execute(
    db,
  );
  return id;
}

/** A county with one school, one class of three pupils, each with a guardian, and everybody who has a part in their day. */
export async function aTaughtSchool(db: Db) {
  const { orgId: countyId } = await anOrg(db, { kind: 'county', name: '云岭县' });
  const { orgId: schoolId } = await aSchool(db, { parentId: countyId, name: '青石镇初级中学' });
  await aSchoolDay(db, schoolId);
  const { classId } = await aClass(db, { schoolId, name: '七（2）班' });
  const named = async (role: 'teacher' | 'classTeacher' | 'schoolDeputy' | 'schoolAdmin', name: string) => {
    const staff = await aStaff(db, { orgId: schoolId, role, name });
    return {
      ...staff,
      headers: await signedInAs(db, staff.accountId, { appointmentId: staff.appointmentId }),
    };
  };
  const teacher = await named('teacher', '林任课');
  const classTeacher = await named('classTeacher', '周班主任');
  const deputy = await named('schoolDeputy', '蔺副校长');
  const admin = await named('schoolAdmin', '葛管理');
  await enroll(db, { personId: teacher.personId, classId, role: 'teacher' });
  await enroll(db, { personId: classTeacher.personId, classId, role: 'classTeacher' });
  const officerStaff = await aStaff(db, { orgId: countyId, role: 'bureauOfficer', name: '裴科长' });
  const officer = {
    ...officerStaff,
    headers: await signedInAs(db, officerStaff.accountId, { appointmentId: officerStaff.appointmentId }),
  };
  const pupils = [];
  for (const name of ['岑一', '韦二', '虞三']) {
    const pupil = await aPupil(db, { schoolId, classId, name });
    const guardian = await aGuardian(db, { schoolId, pupilIds: [pupil.personId], name: `${name}家长` });
    pupils.push({
      ...pupil,
      name,
      headers: await signedInAs(db, pupil.accountId),
      guardian: { ...guardian, headers: await signedInAs(db, guardian.accountId) },
    });
  }
  return {
    countyId,
    schoolId,
    classId,
    teacher,
    classTeacher,
    deputy,
    admin,
    officer,
    pupils: pupils as [Pupil, Pupil, Pupil],
  };
}

interface Pupil {
  personId: string;
  accountId: string;
  name: string;
  headers: Record<string, string>;
  guardian: { personId: string; accountId: string; headers: Record<string, string> };
}
export type TaughtSchool = Awaited<ReturnType<typeof aTaughtSchool>>;
