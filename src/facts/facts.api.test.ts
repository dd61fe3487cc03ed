import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { testDatabase } from '../platform/testing/database.ts';
import { factId } from './queries.ts';
import {
  expectationsOf,
  openExpectations,
  recordFacts,
  recordRun,
  type NewFact,
  type PlannedThing,
} from './service.ts';

const { db } = await testDatabase();
const day = '2026-11-18';
const at = (clock: string) => new Date(`${day}T${clock}:00+08:00`);
let schoolId: string;
let serial = 0;

beforeEach(async () => {
  serial += 1;
  schoolId = (
    await db
      .insertInto('orgs')
      .values({
        parent_id: null,
        kind: 'school',
        code: `s${serial}`,
        name: '青石镇初级中学',
        sealed_at: null,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
  ).id;
  await setClock(at('07:00'));
});

async function setClock(now: Date) {
  await sql`UPDATE clock SET clock_offset = ${now}::timestamptz - clock_timestamp()`.execute(db);
}

async function aClass(name: string, kind: 'homeroom' | 'scheduled' = 'homeroom'): Promise<string> {
  const course =
    kind === 'homeroom'
      ? null
      : await db
          .insertInto('courses')
          .values({ school_id: schoolId, code: name, title: name, subject: null })
          .returning('id')
          .executeTakeFirstOrThrow();
  const made = await db
    .insertInto('classes')
    .values({
      school_id: schoolId,
      org_id: schoolId,
      kind,
      name,
      course_id: course?.id ?? null,
      term_id: null,
      year_group: null,
      class_no: null,
      during: '[2026-09-01,2027-07-01)',
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return made.id;
}

async function aPupil(...classIds: string[]): Promise<string> {
  serial += 1;
  const made = await db
    .insertInto('persons')
    .values({ home_org_id: schoolId, number: `p${serial}`, name: '岑文彬', under14_until: null, sex: null })
    .returning('id')
    .executeTakeFirstOrThrow();
  for (const [index, classId] of classIds.entries()) {
    await db
      .insertInto('enrollments')
      .values({
        class_id: classId,
        person_id: made.id,
        role: 'pupil',
        is_home: index === 0,
        during: '[2026-09-01,2027-07-01)',
      })
      .execute();
  }
  return made.id;
}

const lesson = (
  viaClassId: string,
  startsAt: Date,
  dueAt: Date,
  plannedId = randomUUID() as string,
): PlannedThing => ({
  plannedId,
  plannedKind: 'lesson',
  viaClassId,
  startsAt,
  dueAt,
});

const open = (planned: PlannedThing[], firstTime = true) =>
  db.transaction().execute((trx) => openExpectations(trx, { schoolId, day, planned, firstTime }));

const takeDirty = async () =>
  (await db.deleteFrom('dirty_classes').returning(['school_day', 'class_id']).execute()).map(
    (row) => row.class_id,
  );

test('a pupil in two audiences of one lesson is expected once, through the home class', async () => {
  const home = await aClass('七（2）班');
  const section = await aClass('口语一班', 'scheduled');
  const pupil = await aPupil(home, section);
  const joint = randomUUID();
  const planned = [
    lesson(section, at('09:00'), at('09:40'), joint),
    lesson(home, at('09:00'), at('09:40'), joint),
  ];
  expect(await open(planned)).toEqual({ added: 1, changed: 0, cancelled: 0 });
  expect(await expectationsOf(db, { personId: pupil, day })).toMatchObject([
    { via_class_id: home, state: 'open' },
  ]);
  expect(await open(planned), 'opening twice makes nothing twice').toEqual({
    added: 0,
    changed: 0,
    cancelled: 0,
  });
});

test('who moves to another class in the morning stays expected in begun lessons and changes with the next', async () => {
  const [left, joined] = [await aClass('七（3）班'), await aClass('七（4）班')];
  const pupil = await aPupil(left);
  const first = lesson(left, at('08:00'), at('08:40'));
  const planned = [first, lesson(left, at('10:00'), at('10:40')), lesson(joined, at('10:00'), at('10:40'))];
  await open(planned);
  await setClock(at('08:20'));
  await sql`UPDATE enrollments SET class_id = ${joined}::uuid WHERE person_id = ${pupil}::uuid`.execute(db);
  expect(await open(planned, false)).toEqual({ added: 1, changed: 0, cancelled: 1 });
  const rows = await expectationsOf(db, { personId: pupil, day });
  expect(rows.map((row) => row.via_class_id)).toEqual([left, joined]);
});

test('a lesson moved by an hour moves its expectations, one taken out cancels them, one put back revives them', async () => {
  const home = await aClass('八（1）班');
  const pupil = await aPupil(home);
  const moved = lesson(home, at('09:00'), at('09:40'));
  await open([moved]);
  const later = { ...moved, startsAt: at('10:00'), dueAt: at('10:40') };
  expect(await open([later], false)).toEqual({ added: 0, changed: 1, cancelled: 0 });
  expect((await expectationsOf(db, { personId: pupil, day }))[0]?.starts_at).toEqual(at('10:00'));
  expect(await open([], false)).toEqual({ added: 0, changed: 0, cancelled: 1 });
  expect(await expectationsOf(db, { personId: pupil, day })).toEqual([]);
  expect(await open([later], false)).toEqual({ added: 0, changed: 1, cancelled: 0 });
  expect(await expectationsOf(db, { personId: pupil, day })).toMatchObject([{ state: 'open' }]);
});

test('a lesson started at once, outside the plan, expects its whole class', async () => {
  const home = await aClass('八（2）班');
  await aPupil(home);
  await aPupil(home);
  await open([]);
  await setClock(at('09:05'));
  expect(await open([lesson(home, at('09:04'), at('09:40'))], false)).toEqual({
    added: 2,
    changed: 0,
    cancelled: 0,
  });
});

test('the same fact written twice is one fact, and its home class is recounted', async () => {
  const home = await aClass('九（1）班');
  const pupil = await aPupil(home);
  const fact: NewFact = {
    schoolDay: day,
    personId: pupil,
    plannedId: randomUUID(),
    way: 'live',
    fromAt: at('09:00'),
    toAt: at('09:12'),
    source: 'room',
    sourceKey: `presence ${pupil} 1`,
  };
  await takeDirty();
  expect(await db.transaction().execute((trx) => recordFacts(trx, [fact]))).toMatchObject({ recorded: 1 });
  expect(await takeDirty()).toEqual([home]);
  expect(await db.transaction().execute((trx) => recordFacts(trx, [fact]))).toMatchObject({ recorded: 0 });
  expect(await takeDirty(), 'nothing new, nothing to recount').toEqual([]);
  await expect(
    sql`UPDATE facts SET seconds = 1 WHERE person_id = ${pupil}::uuid`.execute(db),
  ).rejects.toThrow('facts are never changed');
});

test('a fact whose interval ends before it begins is refused', async () => {
  const fact: NewFact = {
    schoolDay: day,
    personId: randomUUID(),
    way: 'live',
    fromAt: at('09:10'),
    toAt: at('09:00'),
    source: 'room',
    sourceKey: 'x',
  };
  await expect(db.transaction().execute((trx) => recordFacts(trx, [fact]))).rejects.toMatchObject({
    code: 'fact_reversed',
  });
});

test('a superseded fact no longer stands but can still be read', async () => {
  const pupil = await aPupil(await aClass('九（2）班'));
  const write = (fact: Partial<NewFact>) =>
    db
      .transaction()
      .execute((trx) =>
        recordFacts(trx, [
          { schoolDay: day, personId: pupil, way: 'live', source: 'rollCall', sourceKey: 'a', ...fact },
        ]),
      );
  await write({ outcome: 'absent' });
  const old = await db
    .selectFrom('facts')
    .where('person_id', '=', pupil)
    .select('id')
    .executeTakeFirstOrThrow();
  await write({ outcome: 'present', source: 'correction', sourceKey: 'b', supersedes: old.id });
  const standing = await sql<{ outcome: string }>`
    SELECT outcome FROM standing_facts(${day}::date) WHERE person_id = ${pupil}::uuid`.execute(db);
  expect(standing.rows).toEqual([{ outcome: 'present' }]);
});

test('a lesson that ends is recounted for all who were expected', async () => {
  const home = await aClass('九（3）班');
  await aPupil(home);
  const planned = lesson(home, at('09:00'), at('09:40'));
  await open([planned]);
  await takeDirty();
  const run = { schoolDay: day, plannedId: planned.plannedId, startedAt: at('09:03') };
  await db.transaction().execute((trx) => recordRun(trx, run));
  await db
    .transaction()
    .execute((trx) =>
      recordRun(trx, { ...run, endedAt: at('09:38'), taughtSeconds: 2000, voiceSeconds: 1900 }),
    );
  expect(await takeDirty()).toEqual([home, home]);
  expect(
    await db.selectFrom('runs').selectAll().where('planned_id', '=', planned.plannedId).executeTakeFirst(),
  ).toMatchObject({
    started_at: at('09:03'),
    ended_at: at('09:38'),
    taught_seconds: 2000,
  });
});

test('a fact has the id that SQL makes of its natural key', async () => {
  const key = { source: 'rollCall', sourceKey: '岑文彬 09:00' };
  const { rows } = await sql<{ id: string }>`SELECT fact_id(${key.source}, ${key.sourceKey}) AS id`.execute(
    db,
  );
  expect(factId(key)).toBe(rows[0]?.id);
});

test('the planner does not believe a day empty that its statistics have not seen', async () => {
  const month = '2027-03-';
  await sql`SELECT ensure_month_partition('facts', ${`${month}01`}::date)`.execute(db);
  await sql`
    INSERT INTO facts (school_day, person_id, way, source, id)
    SELECT d::date, gen_random_uuid(), 'phone', 'import', gen_random_uuid()
    FROM generate_series(${`${month}01`}::date, ${`${month}10`}::date, interval '1 day') d, generate_series(1, 500) n
  `.execute(db);
  await sql`ANALYZE facts_y2027m03`.execute(db);
  const { rows } = await sql<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>`
    EXPLAIN (FORMAT JSON) SELECT FROM facts WHERE school_day = ${sql.lit(`${month}11`)}::date`.execute(db);
  expect(rows[0]?.['QUERY PLAN'][0].Plan['Plan Rows']).toBeGreaterThan(10);
});
