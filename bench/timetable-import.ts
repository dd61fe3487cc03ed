import { operatorActor } from '../src/platform/actor.ts';
import { inProcessBus } from '../src/platform/bus.ts';
import type { ServerContext } from '../src/platform/context.ts';
import { workbookBytes } from '../src/rosters/testing/workbooks.ts';
import { importMatrix } from '../src/timetable/service/import-matrix.ts';
import { round, verdict, type BenchResult } from './bench.ts';
import { planSchool, type PlanSchool } from './parts/plan.ts';
import { startProduct } from './parts/product.ts';

const CLASSES = 147;
const WEEKDAYS = ['星期一', '星期二', '星期三', '星期四', '星期五'];
const PERIODS = 6;
/** 147 classes × 30 cells: a little more than the 4,401 meetings of the reference timetable. */
const ROWS = CLASSES * WEEKDAYS.length * PERIODS;
const BUDGET_SECONDS = 5;

/** Imports a class-matrix workbook of 4,410 lessons, one sheet a class: read, checked and written as a draft. */
export async function run(): Promise<BenchResult> {
  const product = await startProduct({ connections: 8 });
  try {
    const { db } = product.database;
    const school = await planSchool(db, { classes: CLASSES, pupilsEach: 1, periods: PERIODS });
    const bytes = workbookOf(school);
    const ctx = {
      db,
      now: () => new Date('2026-11-20T08:00:00Z'),
      bus: inProcessBus({
        onError: (error) => {
          throw error;
        },
      }),
    } as unknown as ServerContext;
    const input = { schoolId: school.schoolId, fileName: 'bench.xlsx', bytes, dryRun: false };
    const firstBegan = performance.now();
    const first = await importMatrix(ctx, operatorActor(), input);
    const seconds = round((performance.now() - firstBegan) / 1000, 2);
    const againBegan = performance.now();
    const again = await importMatrix(ctx, operatorActor(), input);
    const againSeconds = round((performance.now() - againBegan) / 1000, 2);
    if (first.created !== ROWS || again.unchanged !== ROWS) throw new Error('not everything was imported');
    return {
      name: 'timetable-import',
      figures: { rows: ROWS, seconds, againSeconds },
      reference: null,
      ratio: null,
      budget: { seconds: BUDGET_SECONDS },
      ...verdict([{ name: 'seconds', holds: seconds <= BUDGET_SECONDS }]),
    };
  } finally {
    await product.close();
  }
}

function workbookOf({ classNames, teacherNames }: PlanSchool): Uint8Array {
  return workbookBytes(
    Object.fromEntries(
      classNames.map((name, row) => [
        name,
        [
          [`${name}课程表`],
          ['节次', ...WEEKDAYS],
          ...Array.from({ length: PERIODS }, (_, period) => [
            `第${period + 1}节`,
            ...WEEKDAYS.map(
              (_day, day) =>
                `数学\n${teacherNames[(row + day * PERIODS + period) % teacherNames.length] ?? ''}`,
            ),
          ]),
        ],
      ]),
    ),
  );
}
