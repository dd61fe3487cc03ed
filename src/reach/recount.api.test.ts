import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openExpectations, recordFacts, recordRun, type NewFact } from '../facts/service.ts';
import { testDatabase } from '../platform/testing/database.ts';
import { aClass, anOrg, aPupil, aSchool } from '../platform/testing/builders.ts';
import { recountDirty } from './recount.ts';

const { db } = await testDatabase();
const day = '2026-11-18';
const at = (clock: string) => new Date(`${day}T${clock}:00+08:00`);
const closing = at('18:00');
await setClock(at('17:00'));

async function setClock(now: Date) {
  await sql`UPDATE clock SET clock_offset = ${now}::timestamptz - clock_timestamp()`.execute(db);
}

async function schoolDay(schoolId: string) {
  await db
    .insertInto('school_days')
    .values({
      org_id: schoolId,
      day,
      kind: 'teaching',
      teaches_weekday: null,
      week_no: 12,
      opens_at: at('07:00'),
      closes_at: closing,
      opened_at: null,
      closed_at: null,
    })
    .execute();
}

/** Lessons at 9:00 and 10:00 for the classes; returns their ids per class. */
async function plan(schoolId: string, classIds: string[]) {
  const planned = classIds.flatMap((viaClassId) =>
    ['09', '10'].map((hour) => ({
      plannedId: randomUUID() as string,
      plannedKind: 'lesson' as const,
      viaClassId,
      startsAt: at(`${hour}:00`),
      dueAt: at(`${hour}:40`),
    })),
  );
  await db.transaction().execute(async (trx) => {
    await openExpectations(trx, { schoolId, day, planned, firstTime: true });
    for (const { plannedId, startsAt, dueAt } of planned) {
      await recordRun(trx, {
        schoolDay: day,
        plannedId,
        startedAt: startsAt,
        endedAt: dueAt,
        taughtSeconds: 2400,
        voiceSeconds: 2400,
      });
    }
  });
  return (classId: string) => planned.filter((one) => one.viaClassId === classId).map((one) => one.plannedId);
}

const write = (facts: NewFact[]) => db.transaction().execute((trx) => recordFacts(trx, facts));
const live = (personId: string, plannedId: string): NewFact => ({
  schoolDay: day,
  personId,
  plannedId,
  way: 'live',
  fromAt: at('09:00'),
  toAt: at('10:40'),
  source: 'room',
  sourceKey: `${plannedId} ${personId}`,
});
const replay = (personId: string, plannedId: string, seconds: number, recordedAt = at('16:00')): NewFact => ({
  schoolDay: day,
  personId,
  plannedId,
  way: 'recording',
  seconds,
  source: 'recording',
  sourceKey: `${plannedId} ${personId} ${seconds}`,
  recordedAt,
});
const recount = () => recountDirty(db, at('17:00'));

async function figures(orgId: string): Promise<Record<string, number>> {
  const rows = await db
    .selectFrom('rollups')
    .where('school_day', '=', day)
    .where('org_id', '=', orgId)
    .where('count', '>', 0)
    .select(['measure', 'way', 'count'])
    .execute();
  return Object.fromEntries(
    rows.map((row) => [row.way ? `${row.measure} ${row.way}` : row.measure, row.count]),
  );
}

test('a school with one reached live, one by recording after the close and one by nothing', async () => {
  const { orgId: countyId } = await anOrg(db, { kind: 'county' });
  const { orgId: schoolId } = await aSchool(db, { parentId: countyId });
  await schoolDay(schoolId);
  const { classId } = await aClass(db, { schoolId });
  const pupils = await Promise.all([1, 2, 3].map(() => aPupil(db, { schoolId, classId })));
  const [first, second] = (await plan(schoolId, [classId]))(classId);
  const [here, later] = pupils.map((pupil) => pupil.personId);
  await write([live(here!, first!), replay(later!, second!, 2000, at('21:00'))]);
  await recount();
  const counted = {
    expected: 3,
    reached: undefined,
    'reached live': 1,
    'reached recording': 1,
    reachedLate: 1,
    unreached: 1,
    lessonsExpected: 6,
    lessonsReached: 2,
    lessonsMissed: 4,
  };
  expect({ reached: undefined, ...(await figures(schoolId)) }).toEqual(counted);
  expect({ reached: undefined, ...(await figures(countyId)) }).toEqual(counted);
});

test('who moves to another school in the day is counted there and no longer here', async () => {
  const { orgId: countyId } = await anOrg(db, { kind: 'county' });
  const [left, joined] = await Promise.all(
    [1, 2].map(async () => (await aSchool(db, { parentId: countyId })).orgId),
  );
  await schoolDay(left!);
  await schoolDay(joined!);
  const { classId: old } = await aClass(db, { schoolId: left! });
  const { classId: fresh } = await aClass(db, { schoolId: joined! });
  const { personId } = await aPupil(db, { schoolId: left!, classId: old });
  await plan(left!, [old]);
  await recount();
  expect(await figures(left!)).toMatchObject({ expected: 1, unreached: 1 });
  await sql`UPDATE enrollments SET class_id = ${fresh} WHERE person_id = ${personId}`.execute(db);
  await sql`SELECT mark_dirty(${day}::date, ARRAY[${personId}]::uuid[])`.execute(db);
  await recount();
  expect(await figures(left!)).toEqual({});
  expect(await figures(joined!)).toMatchObject({ expected: 1, unreached: 1 });
  expect(await figures(countyId)).toMatchObject({ expected: 1, unreached: 1 });
});

test('a fact written while its class is being counted is counted by the next round, never lost', async () => {
  const { orgId: schoolId } = await aSchool(db);
  const { classId } = await aClass(db, { schoolId });
  const pupils = await Promise.all(Array.from({ length: 12 }, () => aPupil(db, { schoolId, classId })));
  const [first] = (await plan(schoolId, [classId]))(classId);
  await Promise.all([
    ...pupils.map(({ personId }) => write([live(personId, first!)])),
    ...Array.from({ length: 6 }, () => recount()),
  ]);
  await recount();
  expect(await figures(schoolId)).toMatchObject({ expected: 12, 'reached live': 12 });
});

// Ground truth is the generated tree itself, not anything the product computed.
const tree = fc.record({
  /** Parent of unit n + 1: one of the units before it. */
  parents: fc.array(fc.nat(), { minLength: 1, maxLength: 7 }),
  /** Unit each class hangs below, its pupils, and by what each was reached. */
  classes: fc.array(
    fc.record({
      unit: fc.nat(),
      pupils: fc.array(fc.constantFrom('live', 'recording', 'half', 'phone', 'nothing', 'absent' as const), {
        maxLength: 6,
      }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  /** Where a unit stood on the day, when it has been moved since. */
  moved: fc.option(fc.record({ unit: fc.nat(), to: fc.nat() })),
  /** What is written after the first count. */
  second: fc.array(fc.nat(), { maxLength: 3 }),
});

test('every unit of any tree shows what a recount of the raw rows shows, now and after more facts', async () => {
  await fc.assert(
    fc.asyncProperty(tree, async ({ parents, classes, moved, second }) => {
      const units = [(await anOrg(db, { kind: 'province' })).orgId];
      const parentOf = new Map<string, string>();
      for (const [n, parent] of parents.entries()) {
        const parentId = units[parent % units.length]!;
        const { orgId } = await anOrg(db, { kind: n === 0 ? 'school' : 'city', parentId });
        parentOf.set(orgId, parentId);
        units.push(orgId);
      }
      if (moved) {
        // Later than its own parent in the list it may have stood below any unit before it.
        const index = 1 + (moved.unit % (units.length - 1));
        const stood = units[moved.to % index]!;
        await db
          .insertInto('org_moves')
          .values({ org_id: units[index]!, parent_id: stood, during: '[2026-11-01,2026-12-01)' })
          .execute();
        parentOf.set(units[index]!, stood);
      }
      const schoolId = units[1]!;
      await schoolDay(schoolId);
      const truth = new Map<string, { unit: string; reached: string | null }>();
      const lessonsOf = new Map<string, string[]>();
      const built = [];
      for (const { unit, pupils } of classes) {
        const orgId = units[unit % units.length]!;
        const { classId } = await aClass(db, { schoolId, orgId });
        built.push({
          classId,
          orgId,
          pupils: await Promise.all(
            pupils.map(async (what) => ({ what, ...(await aPupil(db, { schoolId, classId })) })),
          ),
        });
      }
      const lessons = await plan(
        schoolId,
        built.map((one) => one.classId),
      );
      const facts: NewFact[] = [];
      for (const { classId, orgId, pupils } of built) {
        const [first, next] = lessons(classId);
        for (const { what, personId } of pupils) {
          lessonsOf.set(personId, [first!, next!]);
          truth.set(personId, {
            unit: orgId,
            reached: what === 'live' || what === 'recording' || what === 'phone' ? what : null,
          });
          if (what === 'live' || what === 'absent') facts.push(live(personId, first!));
          if (what === 'absent')
            facts.push({
              ...live(personId, first!),
              outcome: 'absent',
              source: 'rollCall',
              fromAt: null,
              toAt: null,
            });
          if (what === 'recording') facts.push(replay(personId, next!, 2000));
          if (what === 'half') facts.push(replay(personId, next!, 1000));
          if (what === 'phone')
            facts.push({
              ...live(personId, next!),
              way: 'phone',
              outcome: 'taught',
              source: 'contact',
              fromAt: null,
              toAt: null,
            });
        }
      }
      await write(facts);
      await recount();
      expect(await shown(units)).toEqual(recountedByHand(units, parentOf, truth));
      const persons = [...truth.keys()];
      for (const pick of second) {
        const personId = persons[pick % Math.max(1, persons.length)];
        if (!personId) continue;
        await write([replay(personId, lessonsOf.get(personId)![0]!, 2400)]);
        const before = truth.get(personId)!;
        // Two lessons by two ways: the way nearer to a live lesson names the day.
        const reached =
          before.reached === 'live' || before.reached === null
            ? (before.reached ?? 'recording')
            : 'recording';
        truth.set(personId, { ...before, reached });
      }
      await recount();
      expect(await shown(units)).toEqual(recountedByHand(units, parentOf, truth));
    }),
    { numRuns: 40 },
  );
}, 120_000);

/** What the units show; pupils only, lessons are counted in the first test. */
async function shown(units: string[]): Promise<Record<string, number>[]> {
  return Promise.all(
    units.map(async (unit) => {
      const { lessonsExpected: _e, lessonsReached: _r, lessonsMissed: _m, ...pupils } = await figures(unit);
      return pupils;
    }),
  );
}

/** What the units must show, counted one pupil at a time. */
function recountedByHand(
  units: string[],
  parentOf: Map<string, string>,
  truth: Map<string, { unit: string; reached: string | null }>,
): Record<string, number>[] {
  const isBelow = (unit: string, top: string): boolean =>
    unit === top || (parentOf.has(unit) && isBelow(parentOf.get(unit)!, top));
  return units.map((unit) => {
    const wanted: Record<string, number> = {};
    const add = (measure: string) => (wanted[measure] = (wanted[measure] ?? 0) + 1);
    for (const pupil of [...truth.values()].filter((one) => isBelow(one.unit, unit))) {
      add('expected');
      add(pupil.reached ? `reached ${pupil.reached}` : 'unreached');
    }
    return wanted;
  });
}
