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
/** Meetings of a university term, of which several equal ones are one lecture. */
const TERM_ROWS = 4_401;
const BUDGET_SECONDS = 5;

/** Imports a class-matrix workbook of 4,410 lessons and the list of a term: read, checked and written as a draft. */
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
    const termBegan = performance.now();
    const term = await importMatrix(ctx, operatorActor(), {
      ...input,
      fileName: 'term.json',
      bytes: termList(),
      createTeachers: true,
    });
    const termSeconds = round((performance.now() - termBegan) / 1000, 2);
    if (term.read !== TERM_ROWS || term.created + term.merged !== TERM_ROWS)
      throw new Error('rows of the term are missing');
    if (first.created !== ROWS || again.unchanged !== ROWS) throw new Error('not everything was imported');
    return {
      name: 'timetable-import',
      figures: { rows: ROWS, seconds, againSeconds, termRows: TERM_ROWS, termSeconds },
      reference: null,
      ratio: null,
      budget: { seconds: BUDGET_SECONDS },
      ...verdict([
        { name: 'seconds', holds: seconds <= BUDGET_SECONDS },
        { name: 'termSeconds', holds: termSeconds <= BUDGET_SECONDS },
      ]),
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

/** 640 courses of 510 teachers in 217 rooms; every third meeting is heard by several classes. */
function termList(): Uint8Array {
  const rows: object[] = [];
  for (let n = 0; rows.length < TERM_ROWS; n++) {
    const meeting = {
      课程名: `课程${n % 640}`,
      上课地点: n % 15 === 0 ? '' : `${(n % 7) + 1}号教学楼${n % 217}`,
      任课老师: `教师${(n % 640) % 510}`,
      上课周期: n % 2 === 0 ? '1-16周上(2学时)' : '2,4-9,12-15周上(2学时)',
      星期: WEEKDAYS[n % 5],
      节次: ((n * 7) % 6) * 2 + 1,
    };
    const classes = n % 3 === 0 ? 1 + (n % 12) : 1;
    for (let k = 0; k < classes && rows.length < TERM_ROWS; k++) rows.push(meeting);
  }
  return new TextEncoder().encode(JSON.stringify(rows));
}
