import { sql } from 'kysely';
import { systemActor } from '../src/platform/actor.ts';
import { recountDirty } from '../src/reach/recount.ts';
import { selectDaysToOpen } from '../src/reach/queries/school-days.ts';
import { openSchoolDay } from '../src/reach/school-day.ts';
import { publishWeekIn } from '../src/timetable/service/publish.ts';
import { verdict, type BenchOptions, type BenchResult } from './bench.ts';
import { startCell, type BenchedCell } from './parts/cell.ts';
import { openCellApp } from './parts/county-app.ts';
import {
  askForAll,
  BOARD_BUDGET,
  DAY,
  everybodyComes,
  readPages,
  slowLog,
  timed,
  WEEK,
} from './parts/county-day.ts';
import { makeCounty, type CountySize } from './parts/county.ts';

const BOARDS = ['classBoard', 'schoolBoard', 'countyBoard'];

/**
 * The boards of a class, a school and a county of 200,000 pupils in the first lesson: read while nothing else runs, and
 * while the whole county is counted anew beside them, in the same process as on a server.
 *
 * `--schools N --classes N --pupils N` (of a class) and `--reads N` make it smaller; `--log MS` writes the plans of slower
 * statements into the database's log.
 */
export async function run(options: BenchOptions = {}): Promise<BenchResult> {
  const size: CountySize = {
    schools: options['schools'] ?? 200,
    classesEach: options['classes'] ?? 20,
    pupilsEach: options['pupils'] ?? 50,
    periods: 6,
    // The boards are of one day.
    weekdays: 1,
  };
  const cell = await startCell({ settings: options['log'] ? slowLog(options['log']) : {} });
  try {
    const app = await openCellApp(cell);
    await cell.setClock(new Date('2026-11-20T08:00:00Z'));
    const generated = await timed(() => makeCounty(cell, size));
    const county = generated.value;
    const bell = await timed(() => ringFirstBell(cell, county.schoolIds));
    const reads = options['reads'] ?? 300;
    const quiet = await readPages(cell, app, county, reads, BOARDS);
    const counting = countAnew(cell);
    const busy = await readPages(cell, app, county, reads, BOARDS);
    const recounts = await counting.stop();
    await app.close();
    return {
      name: 'boards',
      figures: {
        pupils: size.schools * size.classesEach * size.pupilsEach,
        generatedSeconds: generated.seconds,
        firstBellSeconds: bell.seconds,
        ...quiet,
        ...Object.fromEntries(Object.entries(busy).map(([name, value]) => [`counting_${name}`, value])),
        recounts,
      },
      reference: null,
      ratio: null,
      budget: BOARD_BUDGET,
      ...verdict(
        Object.entries(BOARD_BUDGET).flatMap(([name, budget]) => [
          { name, holds: quiet[name]! <= budget },
          { name: `counting_${name}`, holds: busy[name]! <= budget },
        ]),
      ),
    };
  } finally {
    await cell.end();
  }
}

/** Publishes, opens the day, and lets everybody come to the first lesson. */
async function ringFirstBell(cell: BenchedCell, schoolIds: readonly string[]): Promise<void> {
  const { db, clock } = cell;
  for (const schoolId of schoolIds) {
    await db
      .transaction()
      .execute((trx) =>
        publishWeekIn(trx, systemActor('bench', []), { schoolId, weekNo: WEEK, now: clock.now() }),
      );
  }
  await cell.setClock(new Date(`${DAY}T06:00:00+08:00`));
  for (const { schoolId, day } of await selectDaysToOpen(db))
    await openSchoolDay(db, { schoolId, day, now: clock.now() });
  await cell.setClock(new Date(`${DAY}T08:02:00+08:00`));
  await everybodyComes(cell);
  await recountDirty(db, clock.now());
  // As autovacuum does within minutes; all at once would take longer than a statement may.
  for (const table of ['expectations', 'reach_days', 'room_entries', 'lessons', 'rollups'])
    await sql`VACUUM (ANALYZE) ${sql.table(table)}`.execute(db);
}

/** Counts all who are in the first lesson anew, again and again, until it is stopped. */
function countAnew(cell: BenchedCell): { stop: () => Promise<number> } {
  const stopping = new AbortController();
  let recounts = 0;
  const work = (async () => {
    while (!stopping.signal.aborted) {
      await askForAll(cell);
      await recountDirty(cell.db, cell.clock.now());
      recounts += 1;
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await work;
      return recounts;
    },
  };
}
