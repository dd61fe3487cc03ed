import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { testDatabase } from '../platform/testing/database.ts';
import type { AppError } from '../platform/errors.ts';
import { MODES } from '../rooms/modes.ts';
import {
  insertLessons,
  replaceLesson,
  selectClash,
  settleBookings,
  type NewLesson,
} from './queries/lessons.ts';
import { newIds } from './queries/plan.ts';
import { bookedResources, findClashes } from './rules/clashes.ts';
import { aPlannedSchool } from './testing/school.ts';

const { db } = await testDatabase();
const school = await aPlannedSchool(db);
const DAY = '2026-11-25';
const at = (minute: number) => new Date(Date.parse(`${DAY}T00:00:00Z`) + minute * 60_000);

interface Wish {
  readonly from: number;
  readonly minutes: number;
  readonly classes: readonly number[];
  readonly teacher: number;
  readonly mode: 'live' | 'recording' | 'external' | 'contacted';
}
const wish = fc.record<Wish>({
  from: fc.integer({ min: 0, max: 20 }).map((n) => n * 5),
  minutes: fc.integer({ min: 1, max: 8 }).map((n) => n * 5),
  classes: fc.subarray([0, 1], { minLength: 1 }),
  teacher: fc.integer({ min: 0, max: 1 }),
  mode: fc.constantFrom('live', 'recording', 'external', 'contacted'),
});

function lessonOf(id: string, { from, minutes, classes, teacher, mode }: Wish): NewLesson {
  const content = {
    startsAt: at(from),
    endsAt: at(from + minutes),
    classroomId: null,
    audiences: classes.map((n) => ({ classId: [school.first, school.second][n] ?? '', ownTeacherId: null })),
    staff: [{ personId: [school.lin, school.shen][teacher]?.personId ?? '', duty: 'lead' as const }],
  };
  return {
    ...content,
    id,
    schoolId: school.schoolId,
    originId: null,
    weekNo: 13,
    day: DAY,
    courseId: school.maths,
    topic: null,
    period: null,
    periodTo: null,
    mode,
    modeParams: {},
    movedFrom: null,
    changedByHand: false,
    resources: bookedResources(content, MODES[mode]),
  };
}

const clear = () => sql`DELETE FROM lessons WHERE school_id = ${school.schoolId}`.execute(db);

test('a lesson is accepted exactly when the rule finds no clash with those accepted before', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(wish, { minLength: 2, maxLength: 8 }), async (wishes) => {
      await clear();
      const standing: NewLesson[] = [];
      const ids = await newIds(db, wishes.length);
      for (const [index, one] of wishes.entries()) {
        const lesson = lessonOf(ids[index] ?? '', one);
        const allowed =
          findClashes([...standing, lesson], (mode) => MODES[mode as Wish['mode']]).length === 0;
        const written = db.transaction().execute(async (trx) => {
          await insertLessons(trx, [lesson]);
          const told = await selectClash(trx, [{ day: DAY, lessonId: lesson.id }]);
          expect(told === undefined).toBe(allowed);
          await settleBookings(trx);
        });
        const code = await written.then(
          () => null,
          (error: AppError) => error.code,
        );
        expect(code).toBe(allowed ? null : 'booked_meanwhile');
        if (allowed) standing.push(lesson);
      }
      const { rows } = await sql<{ count: number }>`
        SELECT count(*)::int AS count FROM bookings a JOIN bookings b ON a.resource_kind = b.resource_kind
          AND a.resource_id = b.resource_id AND a.lesson_id < b.lesson_id AND a.during && b.during`.execute(
        db,
      );
      expect(rows[0]?.count).toBe(0);
    }),
    { numRuns: 25 },
  );
}, 60_000);

test('two lessons of one teacher swap their hours in one transaction, and not one after the other', async () => {
  await clear();
  const [a = '', b = ''] = await newIds(db, 2);
  const first = lessonOf(a, { from: 0, minutes: 40, classes: [0], teacher: 0, mode: 'live' });
  const second = lessonOf(b, { from: 60, minutes: 40, classes: [1], teacher: 0, mode: 'live' });
  await db.transaction().execute((trx) => insertLessons(trx, [first, second]));
  const to = (lesson: NewLesson, hours: NewLesson) => ({
    ...lesson,
    status: 'planned' as const,
    startsAt: hours.startsAt,
    endsAt: hours.endsAt,
  });
  await db.transaction().execute(async (trx) => {
    await replaceLesson(trx, to(first, second));
    await replaceLesson(trx, to(second, first));
    await settleBookings(trx);
  });
  const alone = db.transaction().execute((trx) => replaceLesson(trx, to(first, first)));
  await expect(alone).rejects.toMatchObject({ code: '23P01' });
});

test('two planners who book one teacher at the same time cannot both succeed', async () => {
  await clear();
  const ids = await newIds(db, 2);
  const book = (id: string, classNo: number) =>
    db
      .transaction()
      .execute((trx) =>
        insertLessons(trx, [
          lessonOf(id, { from: 0, minutes: 40, classes: [classNo], teacher: 0, mode: 'live' }),
        ]),
      );
  const results = await Promise.allSettled(ids.map((id, index) => book(id, index)));
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});
