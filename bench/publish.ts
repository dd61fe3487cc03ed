import { sql } from 'kysely';
import { verdict, type BenchResult } from './bench.ts';
import { startProduct } from './parts/product.ts';
import { fillWeek, planSchool, publishWeekOf } from './parts/plan.ts';

const CLASSES = 60;
const PUPILS_EACH = 45;
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
    await fillWeek(db, school, { weekdays: WEEKDAYS, periods: PERIODS });
    const first = await publishWeekOf(db, school);
    const again = await publishWeekOf(db, school);
    await sql`UPDATE plan_items SET period = ${PERIODS + 1}, period_to = ${PERIODS + 1} WHERE weekday = 5 AND period = 1`.execute(
      db,
    );
    const moved = await publishWeekOf(db, school);
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
