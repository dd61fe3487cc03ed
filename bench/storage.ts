import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { systemActor } from '../src/platform/actor.ts';
import { recordRun } from '../src/facts/service.ts';
import { recountDirty } from '../src/reach/recount.ts';
import { closeSchoolDay, openSchoolDay } from '../src/reach/school-day.ts';
import { finishLesson } from '../src/rooms/finish.ts';
import { writeJoins } from '../src/rooms/join-batch.ts';
import { round, verdict, type BenchResult } from './bench.ts';
import { startCell, type BenchedCell } from './parts/cell.ts';
import { fillWeek, planSchool, publishWeekOf, type PlanSchool } from './parts/plan.ts';

const CLASSES = 6;
const PUPILS_EACH = 45;
const PERIODS = 6;
const LESSON_MINUTES = 40;
/** Of a hundred pupils of a lesson: never come, come late, leave early. */
const LUCK = { away: 3, late: 8, early: 11 };
/** Four weeks from the second of November. */
const WEEKS = [10, 11, 12, 13];
const WEEKDAYS = 5;
const FIRST_MONDAY = Date.parse('2026-11-02T00:00:00Z');
const DAYS = WEEKS.flatMap((_, week) =>
  Array.from({ length: WEEKDAYS }, (__, weekday) =>
    new Date(FIRST_MONDAY + (week * 7 + weekday) * 86_400_000).toISOString().slice(0, 10),
  ),
);
const BUDGET_BYTES = 2500;

/**
 * Lives through a month of a school as it is lived: days are opened, everybody comes in, hears minute by minute, lessons
 * end, days are counted and closed. What expectations, facts and days then take on disk, after the vacuum that
 * autovacuum does at night, is divided by pupils and days.
 */
export async function run(): Promise<BenchResult> {
  const cell = await startCell();
  try {
    const { db, pool } = cell;
    await cell.setClock(new Date('2026-10-30T08:00:00Z'));
    const school = await planSchool(db, { classes: CLASSES, pupilsEach: PUPILS_EACH, periods: PERIODS });
    await fillWeek(db, school, { weekdays: WEEKDAYS, periods: PERIODS });
    for (const weekNo of WEEKS) await publishWeekOf(db, school, weekNo);
    for (const day of DAYS) {
      await liveDay(cell, school, day);
      await pool.query('VACUUM ANALYZE');
    }
    const pupilDays = CLASSES * PUPILS_EACH * DAYS.length;
    const sizes = await sizesOf(cell);
    const perPupilDay = (table: string) => round((sizes.get(table) ?? 0) / pupilDays);
    const total = perPupilDay('expectations') + perPupilDay('facts') + perPupilDay('reach_days');
    return {
      name: 'storage',
      figures: {
        pupilDays,
        lessonsADay: PERIODS,
        bytesPerPupilDay: total,
        expectationsBytes: perPupilDay('expectations'),
        factsBytes: perPupilDay('facts'),
        reachDaysBytes: perPupilDay('reach_days'),
        roomEntriesBytes: perPupilDay('room_entries'),
        presenceBytes: perPupilDay('presence'),
      },
      reference: null,
      ratio: null,
      budget: { bytesPerPupilDay: BUDGET_BYTES },
      ...verdict([{ name: 'bytesPerPupilDay', holds: total <= BUDGET_BYTES }]),
    };
  } finally {
    await cell.end();
  }
}

async function liveDay(cell: BenchedCell, { schoolId }: PlanSchool, day: string): Promise<void> {
  const { db, clock } = cell;
  const context = { db, now: () => clock.now() };
  await cell.setClock(new Date(`${day}T06:00:00+08:00`));
  await openSchoolDay(db, { schoolId, day, now: clock.now() });
  await recountDirty(db, clock.now());
  const { rows: lessons } = await sql<{ id: string; startsAt: Date }>`
    SELECT id, starts_at AS "startsAt" FROM lessons WHERE school_day = ${day}::date AND school_id = ${schoolId}`.execute(
    db,
  );
  await sql`SELECT ensure_month_partition(t, ${day}::date) FROM unnest(ARRAY['room_entries', 'presence']) t`.execute(
    db,
  );
  const byBell = Map.groupBy(lessons, (lesson) => lesson.startsAt.getTime());
  for (const bell of [...byBell.keys()].toSorted((a, b) => a - b)) {
    const ids = (byBell.get(bell) ?? []).map(({ id }) => id);
    await sql`
      INSERT INTO lesson_logs (school_day, lesson_id, school_id, opened_at, voice_started_at, epoch_secret, retention_until)
      SELECT ${day}::date, id, ${schoolId}, ${new Date(bell)}, ${new Date(bell)}, '\\x00', ${day}::date + 200
      FROM unnest(${ids}::uuid[]) id`.execute(db);
    await cell.setClock(new Date(bell + 2000));
    await db.transaction().execute(async (trx) => {
      for (const id of ids)
        await recordRun(trx, { schoolDay: day, plannedId: id, startedAt: new Date(bell) });
    });
    const { rows: pupils } = await sql<{ lessonId: string; personId: string; luck: number }>`
      SELECT lesson_id AS "lessonId", person_id AS "personId", abs(hashtext(person_id::text || lesson_id::text)) % 100 AS luck
      FROM lesson_people(${day}::date) WHERE lesson_id = ANY (${ids}::uuid[])`.execute(db);
    for (const [minute, come] of [
      [0, pupils.filter(({ luck }) => luck >= LUCK.late)],
      [12, pupils.filter(({ luck }) => luck >= LUCK.away && luck < LUCK.late)],
    ] as const) {
      await cell.setClock(new Date(bell + minute * 60_000 + 5000));
      for (let from = 0; from < come.length; from += 64) {
        await writeJoins(
          context,
          come.slice(from, from + 64).map(({ lessonId, personId }) => ({
            schoolDay: day,
            lessonId,
            personId,
            ticket: randomUUID(),
            heldElsewhere: false,
          })),
        );
      }
      // The job counts every five seconds: what came in together is counted together.
      await recountDirty(db, clock.now());
    }
    await sql`
      INSERT INTO presence (school_day, lesson_id, person_id, minute, heard_ms, step, queue_ms, via_class_id)
      SELECT e.school_day, e.lesson_id, e.person_id, m, 60000, 1, 0, e.via_class_id
      FROM room_entries e, generate_series(0, ${LESSON_MINUTES - 1}) m, abs(hashtext(e.person_id::text || e.lesson_id::text) % 100) luck
      WHERE e.school_day = ${day}::date AND e.lesson_id = ANY (${ids}::uuid[])
        AND (luck >= ${LUCK.late} OR m >= 12) AND (luck < ${LUCK.late} OR luck >= ${LUCK.early} OR m < 15)`.execute(
      db,
    );
    await cell.setClock(new Date(bell + LESSON_MINUTES * 60_000 + 1000));
    const { rows: logs } = await sql<{ id: string }>`
      UPDATE lesson_logs SET state = 'ended', ended_at = app_now(), ended_ms = ${LESSON_MINUTES * 60_000}
      WHERE school_day = ${day}::date AND lesson_id = ANY (${ids}::uuid[]) RETURNING id`.execute(db);
    for (const { id } of logs) await finishLesson(context, id);
    await recountDirty(db, clock.now());
  }
  await cell.setClock(new Date(`${day}T18:00:30+08:00`));
  const closed = await closeSchoolDay(db, {
    schoolId,
    day,
    closesAt: new Date(`${day}T18:00:00+08:00`),
    now: clock.now(),
    actor: systemActor('bench', []),
  });
  const { rows } = await sql<{ reached: number; expected: number }>`
    SELECT count(*)::int AS expected, count(*) FILTER (WHERE state = 'reached')::int AS reached FROM reach_days
    WHERE school_day = ${day}::date`.execute(db);
  if (rows[0]?.expected !== CLASSES * PUPILS_EACH || rows[0].reached + closed.opened < rows[0].expected)
    throw new Error(`the day was not lived: ${JSON.stringify({ ...rows[0], ...closed })}`);
}

/** Bytes of each partitioned table with its indexes, in bytes. */
async function sizesOf({ db }: BenchedCell): Promise<Map<string, number>> {
  const { rows } = await sql<{ name: string; bytes: number }>`
    SELECT c.relname AS name, (SELECT sum(pg_total_relation_size(t.relid)) FROM pg_partition_tree(c.oid) t)::float8 AS bytes
    FROM pg_class c WHERE c.relkind = 'p' AND c.relnamespace = 'public'::regnamespace`.execute(db);
  return new Map(rows.map(({ name, bytes }) => [name, bytes]));
}
