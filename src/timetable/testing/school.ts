import { ensureSchoolDays } from '../../calendar/service.ts';
import type { Db } from '../../platform/database.ts';
import { aClass, anOrg, aPupil, aTeacher, enroll } from '../../platform/testing/builders.ts';
import { insertPlanItems, newIds, upsertBellPlan } from '../queries/plan.ts';
import type { PlanItem } from '../rules/week.ts';

/** Wednesday of week 13, 8:00 in Shanghai. */
export const WEDNESDAY = new Date('2026-11-25T00:00:00Z');

/** Four periods: 8:30, 9:10, 9:50, 10:30, of 25 minutes each. */
export const FOUR_PERIODS = ['08:30', '09:10', '09:50', '10:30'].map((startsAt, index) => {
  const [hour = 0, minute = 0] = startsAt.split(':').map(Number);
  const end = hour * 60 + minute + 25;
  const two = (value: number): string => String(value).padStart(2, '0');
  return {
    startsAt,
    endsAt: `${two(Math.floor(end / 60))}:${two(end % 60)}`,
    period: index + 1,
    label: null,
  };
});

/** Lets SQL `app_now()` and, after `clock.refresh`, the process stand at an instant. */
export async function standAt(db: Db, instant: Date): Promise<void> {
  const offset = `${(instant.getTime() - Date.now()) / 1000} seconds`;
  await db.updateTable('clock').set({ clock_offset: offset }).execute();
}

/** A school with a term (1 September 2026 to 22 January 2027), days, bells, two classes, two teachers and a course each. */
export async function aPlannedSchool(db: Db) {
  const { orgId: schoolId, code } = await anOrg(db, { name: '实验小学' });
  await db
    .insertInto('terms')
    .values({
      org_id: schoolId,
      title: '2026—2027 学年第一学期',
      first_day: '2026-09-01',
      last_day: '2027-01-22',
      week1_monday: '2026-08-31',
    })
    .execute();
  await ensureSchoolDays(db, { orgId: schoolId });
  const [bellPlanId = ''] = await newIds(db, 1);
  await db
    .transaction()
    .execute((trx) =>
      upsertBellPlan(trx, { id: bellPlanId, schoolId, title: '冬季', yearGroups: [], periods: FOUR_PERIODS }),
    );
  const first = await aClass(db, { schoolId, name: '五（1）班', yearGroup: '5' });
  const second = await aClass(db, { schoolId, name: '五（2）班', yearGroup: '5' });
  const lin = await aTeacher(db, { orgId: schoolId, name: '林佳禾' });
  const shen = await aTeacher(db, { orgId: schoolId, name: '沈念真' });
  await enroll(db, { personId: lin.personId, classId: first.classId, role: 'teacher' });
  const pupil = await aPupil(db, { schoolId, classId: first.classId, name: '林晓禾' });
  const course = async (title: string): Promise<string> =>
    (
      await db
        .insertInto('courses')
        .values({ school_id: schoolId, code: title, title, subject: null })
        .returning('id')
        .executeTakeFirstOrThrow()
    ).id;
  const [maths, chinese] = [await course('数学'), await course('语文')];
  const term = await db
    .selectFrom('terms')
    .where('org_id', '=', schoolId)
    .select('id')
    .executeTakeFirstOrThrow();
  return {
    schoolId,
    code,
    termId: term.id,
    bellPlanId,
    first: first.classId,
    second: second.classId,
    lin,
    shen,
    pupil,
    maths,
    chinese,
  };
}
export type PlannedSchool = Awaited<ReturnType<typeof aPlannedSchool>>;

/** Puts a slot into the draft; maths of Lin in the first class on Wednesday, period 1, every week, unless told otherwise. */
export async function aSlot(
  db: Db,
  school: PlannedSchool,
  slot: Partial<PlanItem> & { classId?: string; teacherId?: string } = {},
): Promise<string> {
  const [id = ''] = await newIds(db, 1);
  const { classId = school.first, teacherId = school.lin.personId, ...item } = slot;
  await db.transaction().execute((trx) =>
    insertPlanItems(trx, {
      schoolId: school.schoolId,
      termId: school.termId,
      items: [
        {
          id,
          originId: id,
          courseId: school.maths,
          weekday: 3,
          period: 1,
          periodTo: item.period ?? 1,
          weeks: Array.from({ length: 20 }, (_, index) => index + 1),
          mode: 'live',
          modeParams: {},
          classroomId: null,
          audiences: [{ classId, ownTeacherId: null }],
          staff: [{ personId: teacherId, duty: 'lead' }],
          sourceKey: null,
          ...item,
        },
      ],
    }),
  );
  return id;
}
