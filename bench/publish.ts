import { sql } from 'kysely';
import { systemActor } from '../src/platform/actor.ts';
import type { Db } from '../src/platform/database.ts';
import { insertPlanItems, newIds } from '../src/timetable/queries/plan.ts';
import { publishWeekIn } from '../src/timetable/service/publish.ts';
import { round, verdict, type BenchResult } from './bench.ts';
import { startProduct } from './parts/product.ts';
import { planSchool, type PlanSchool } from './parts/plan.ts';

const CLASSES = 60;
const PUPILS_EACH = 45;
/** Weekdays and periods of a full week of one class. */
const WEEKDAYS = 5;
const PERIODS = 6;
const BUDGET_SECONDS = 3;

/**
 * Publishes the week of a school of 60 classes: 1,800 lessons with classes, teachers and bookings, in one transaction;
 * then once more without edits, and once after one lesson of every class was moved.
 */
export async function run(): Promise<BenchResult> {
  const product = await startProduct({ connections: 8 });
  try {
    const { db } = product.database;
    const school = await planSchool(db, { classes: CLASSES, pupilsEach: PUPILS_EACH, periods: PERIODS + 1 });
    await fillWeek(db, school);
    const first = await publish(db, school);
    const again = await publish(db, school);
    await sql`UPDATE plan_items SET period = ${PERIODS + 1}, period_to = ${PERIODS + 1} WHERE weekday = 5 AND period = 1`.execute(
      db,
    );
    const moved = await publish(db, school);
    if (
      first.report.added !== CLASSES * WEEKDAYS * PERIODS ||
      again.report.unchanged !== first.report.added
    ) {
      throw new Error('the week was not published whole');
    }
    if (moved.report.moved !== CLASSES) throw new Error('the moves were not published');
    return {
      name: 'publish',
      figures: {
        lessons: first.report.added,
        firstSeconds: first.seconds,
        againSeconds: again.seconds,
        sixtyMovesSeconds: moved.seconds,
      },
      reference: null,
      ratio: null,
      budget: { firstSeconds: BUDGET_SECONDS },
      ...verdict([{ name: 'firstSeconds', holds: first.seconds <= BUDGET_SECONDS }]),
    };
  } finally {
    await product.close();
  }
}

/** Every class has every period; the teacher of a cell is another one for each class, so that nobody is used twice. */
async function fillWeek(db: Db, school: PlanSchool): Promise<void> {
  const cells = school.classIds.flatMap((classId, row) =>
    Array.from({ length: WEEKDAYS * PERIODS }, (_, n) => ({
      classId,
      weekday: Math.floor(n / PERIODS) + 1,
      period: (n % PERIODS) + 1,
      teacherId: school.teacherIds[(row + n) % school.teacherIds.length] ?? '',
    })),
  );
  const ids = await newIds(db, cells.length);
  await db.transaction().execute((trx) =>
    insertPlanItems(trx, {
      schoolId: school.schoolId,
      termId: school.termId,
      items: cells.map(({ classId, weekday, period, teacherId }, index) => ({
        id: ids[index] ?? '',
        originId: ids[index] ?? '',
        courseId: school.courseId,
        weekday,
        period,
        periodTo: period,
        weeks: Array.from({ length: 20 }, (_, week) => week + 1),
        mode: 'live',
        modeParams: {},
        classroomId: null,
        audiences: [{ classId, ownTeacherId: null }],
        staff: [{ personId: teacherId, duty: 'lead' as const }],
        sourceKey: null,
      })),
    }),
  );
}

async function publish(db: Db, { schoolId }: PlanSchool) {
  const began = performance.now();
  const done = await db.transaction().execute((trx) =>
    publishWeekIn(trx, systemActor('bench', []), {
      schoolId,
      weekNo: 13,
      now: new Date('2026-11-20T08:00:00Z'),
    }),
  );
  return { report: done.report, seconds: round((performance.now() - began) / 1000, 2) };
}
