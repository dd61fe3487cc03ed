import { buildTestApp } from '../../platform/testing/app.ts';
import { recordFacts, recordRun, type NewFact } from '../../facts/service.ts';
import { aLesson, aTaughtSchool, at, day, setClock, type TaughtSchool } from './school.ts';

interface Who {
  readonly headers: Record<string, string>;
}

/** The product with its clock in a test's hands, and the acts of a school day as a test tells them. */
export async function buildSchoolDay() {
  const test = await buildTestApp();
  const { app, db, clock, runJob } = test;
  let key = 0;
  const nextKey = () => `key-${(key += 1)}-12345`;
  return {
    ...test,
    now: (time: string, on = day) => setClock(db, clock, at(time, on)),
    get: (url: string, who: Who) => app.inject({ url: `/api${url}`, headers: who.headers }),
    send: (
      method: 'POST' | 'PUT',
      url: string,
      who: Who,
      payload: object,
      idempotencyKey: string = nextKey(),
    ) =>
      app.inject({
        method,
        url: `/api${url}`,
        headers: { ...who.headers, 'idempotency-key': idempotencyKey },
        payload,
      }),
    write: (facts: NewFact[]) => db.transaction().execute((trx) => recordFacts(trx, facts)),
    /** A lesson was taught its 40 minutes, all of it voice. */
    taught: (lessonId: string, from: string, on = day) =>
      db.transaction().execute((trx) =>
        recordRun(trx, {
          schoolDay: on,
          plannedId: lessonId,
          startedAt: at(from, on),
          endedAt: new Date(at(from, on).getTime() + 40 * 60_000),
          taughtSeconds: 2400,
          voiceSeconds: 2400,
        }),
      ),
    /** Lessons at nine and ten for the class of a taught school, and its day opened at seven. */
    async planDay({ schoolId, classId, teacher }: TaughtSchool): Promise<[string, string]> {
      const plan = (from: string, period: number) =>
        aLesson(db, { schoolId, classIds: [classId], teacherId: teacher.personId, from, period });
      const lessons: [string, string] = [await plan('09:00', 1), await plan('10:00', 2)];
      await setClock(db, clock, at('07:00'));
      await runJob('reach.tick');
      return lessons;
    },
    aTaughtSchool: () => aTaughtSchool(db),
  };
}

/** Presence in the room from one time of the day to another. */
export function live(personId: string, lessonId: string, from: string, to: string, on = day): NewFact {
  return {
    schoolDay: on,
    personId,
    plannedId: lessonId,
    way: 'live',
    fromAt: at(from, on),
    toAt: at(to, on),
    source: 'room',
    sourceKey: `${lessonId} ${personId} ${from}`,
  };
}

/** Seconds of a recording heard once so far. */
export function heard(personId: string, lessonId: string, seconds: number, on = day): NewFact {
  return {
    schoolDay: on,
    personId,
    plannedId: lessonId,
    way: 'recording',
    seconds,
    source: 'recording',
    sourceKey: `${lessonId} ${personId} ${seconds}`,
  };
}
