import { sql } from 'kysely';
import { systemActor } from '../src/platform/actor.ts';
import { teachPast } from '../src/demo/past.ts';
import { markOverdueClasses } from '../src/facts/judgements.ts';
import { selectDaysToClose, selectDaysToOpen } from '../src/reach/queries/school-days.ts';
import { recountDirty } from '../src/reach/recount.ts';
import { closeSchoolDay, followPlans, openSchoolDay } from '../src/reach/school-day.ts';
import { publishWeekIn } from '../src/timetable/service/publish.ts';
import { verdict, type BenchOptions, type BenchResult } from './bench.ts';
import { startCell, type BenchedCell } from './parts/cell.ts';
import { openCellApp, type CellApp } from './parts/county-app.ts';
import { BOARD_BUDGET, DAY, everybodyComes, readPages, slowLog, timed, WEEK } from './parts/county-day.ts';
import { makeCounty, type County, type CountySize } from './parts/county.ts';

const BUDGET = { publishSeconds: 60, ...BOARD_BUDGET };

/**
 * A county of 200,000 pupils in 200 schools through one school day: its week is published, the day is opened, everybody
 * comes at the first bell, lessons are taught, the day is closed; boards and lists are read in between.
 *
 * `--schools N --classes N --pupils N` (of a class), `--periods N` and `--reads N` (of each page) make it smaller; `--log MS`
 * writes the plans of slower statements into the database's log.
 */
export async function run(options: BenchOptions = {}): Promise<BenchResult> {
  const size: CountySize = {
    schools: options['schools'] ?? 200,
    classesEach: options['classes'] ?? 20,
    pupilsEach: options['pupils'] ?? 50,
    periods: options['periods'] ?? 6,
  };
  const cell = await startCell({ settings: options['log'] ? slowLog(options['log']) : {} });
  try {
    const app = await openCellApp(cell);
    await cell.setClock(new Date('2026-11-20T08:00:00Z'));
    const generated = await timed(() => makeCounty(cell, size));
    const figures = await liveDay(cell, app, generated.value, { ...size, reads: options['reads'] ?? 100 });
    await app.close();
    const { publishSeconds, classBoardP99Ms, schoolBoardP99Ms, countyBoardP99Ms } = figures;
    return {
      name: 'county',
      figures: {
        pupils: size.schools * size.classesEach * size.pupilsEach,
        schools: size.schools,
        generatedSeconds: generated.seconds,
        ...figures,
      },
      reference: null,
      ratio: null,
      budget: BUDGET,
      ...verdict([
        { name: 'publishSeconds', holds: publishSeconds! <= BUDGET.publishSeconds },
        { name: 'classBoardP99Ms', holds: classBoardP99Ms! <= BUDGET.classBoardP99Ms },
        { name: 'schoolBoardP99Ms', holds: schoolBoardP99Ms! <= BUDGET.schoolBoardP99Ms },
        { name: 'countyBoardP99Ms', holds: countyBoardP99Ms! <= BUDGET.countyBoardP99Ms },
      ]),
    };
  } finally {
    await cell.end();
  }
}

async function liveDay(
  cell: BenchedCell,
  app: CellApp,
  county: County,
  size: CountySize & { reads: number },
): Promise<Record<string, number>> {
  const { db, clock } = cell;
  const figures: Record<string, number> = {};
  const step = async (name: string, work: () => Promise<unknown>) => {
    figures[`${name}Seconds`] = (await timed(work)).seconds;
    if (size.schools > 20) console.error(`  ${name}: ${figures[`${name}Seconds`]} s`);
  };
  await step('publish', async () => {
    for (const schoolId of county.schoolIds) {
      await db
        .transaction()
        .execute((trx) =>
          publishWeekIn(trx, systemActor('bench', []), { schoolId, weekNo: WEEK, now: clock.now() }),
        );
    }
  });
  await cell.setClock(new Date(`${DAY}T06:00:00+08:00`));
  await step('open', async () => {
    for (const { schoolId, day } of await selectDaysToOpen(db))
      await openSchoolDay(db, { schoolId, day, now: clock.now() });
  });
  await step('firstCount', () => recountDirty(db, clock.now()));
  await step('followPlansFirst', () => followPlans(db));
  await step('followPlansUnchanged', () => followPlans(db));

  await cell.setClock(new Date(`${DAY}T08:02:00+08:00`));
  await everybodyComes(cell);
  await step('bellCount', () => recountDirty(db, clock.now()));
  Object.assign(figures, await readPages(cell, app, county, size.reads));

  for (let period = 0; period < size.periods; period++) {
    await cell.setClock(new Date(`${DAY}T${String(8 + period).padStart(2, '0')}:40:30+08:00`));
    await teachPast(app.ctx, { day: DAY });
    const over = async () => {
      await markOverdueClasses(db, [DAY]);
      await recountDirty(db, clock.now());
    };
    if (period === 0) await step('lessonEndCount', over);
    else if (period === size.periods - 1) await step('lastLessonEndCount', over);
    else await over();
  }
  await cell.setClock(new Date(`${DAY}T18:00:30+08:00`));
  await step('close', async () => {
    for (const { schoolId, day, closesAt } of await selectDaysToClose(db))
      await closeSchoolDay(db, {
        schoolId,
        day,
        closesAt,
        now: clock.now(),
        actor: systemActor('bench', []),
      });
  });
  const { rows } = await sql<{ expected: number; left: number; cases: number }>`
    SELECT (SELECT count FROM rollups WHERE school_day = ${DAY} AND org_id = ${county.countyId} AND measure = 'expected') AS expected,
      (SELECT count(*)::int FROM school_days WHERE day = ${DAY} AND closed_at IS NULL) AS left,
      (SELECT count(*)::int FROM follow_ups) AS cases`.execute(db);
  const pupils = size.schools * size.classesEach * size.pupilsEach;
  if (rows[0]?.expected !== pupils || rows[0].left !== 0)
    throw new Error(`the county was not counted whole: ${JSON.stringify(rows[0])}`);
  return { ...figures, followUps: rows[0].cases };
}
