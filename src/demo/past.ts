import { sql } from 'kysely';
import { recordFacts, recordRun, type NewFact } from '../facts/service.ts';
import type { ServerContext } from '../platform/context.ts';
import type { Trx } from '../platform/database.ts';
import { fateOf } from './fate.ts';

interface PastLesson {
  id: string;
  starts_at: Date;
  ends_at: Date;
}

/**
 * Lets the demo's planned lessons of a day that are over by now have been taught: how they ran, and a fact
 * for each pupil who was there. Lessons really taught are left alone. Repeating it changes nothing.
 *
 * @returns lessons that were added to the past.
 */
export async function teachPast(ctx: ServerContext, { day }: { day: string }): Promise<number> {
  return ctx.db.transaction().execute(async (trx) => {
    const { rows: lessons } = await sql<PastLesson>`
      UPDATE lessons l SET status = 'ended', started_at = l.starts_at, ended_at = l.ends_at
      FROM orgs o
      WHERE o.id = l.school_id AND o.is_demo AND l.school_day = ${day}::date AND l.status = 'planned' AND l.log_id IS NULL
        AND l.ends_at <= app_now()
      RETURNING l.id, l.starts_at, l.ends_at
    `.execute(trx);
    if (lessons.length === 0) return 0;
    await sql`DELETE FROM bookings WHERE school_day = ${day}::date AND lesson_id = ANY (${lessons.map(({ id }) => id)}::uuid[])`.execute(
      trx,
    );
    for (const lesson of lessons) {
      const seconds = (lesson.ends_at.getTime() - lesson.starts_at.getTime()) / 1000;
      await recordRun(trx, {
        schoolDay: day,
        plannedId: lesson.id,
        startedAt: lesson.starts_at,
        endedAt: lesson.ends_at,
        taughtSeconds: seconds,
        voiceSeconds: seconds,
      });
    }
    await recordAttendance(trx, day, lessons);
    return lessons.length;
  });
}

async function recordAttendance(trx: Trx, day: string, lessons: readonly PastLesson[]): Promise<void> {
  const { rows } = await sql<{ lesson_id: string; person_id: string }>`
    SELECT DISTINCT c.lesson_id, m.person_id
    FROM lesson_classes c JOIN class_members(${day}::date) m ON m.class_id = c.class_id AND m.role = 'pupil'
    WHERE c.school_day = ${day}::date AND c.lesson_id = ANY (${lessons.map(({ id }) => id)}::uuid[])
  `.execute(trx);
  const byId = new Map(lessons.map((lesson) => [lesson.id, lesson]));
  const facts = rows.flatMap(({ lesson_id: lessonId, person_id: personId }) => {
    const lesson = byId.get(lessonId);
    return lesson ? factOf(day, lesson, personId) : [];
  });
  for (let from = 0; from < facts.length; from += 2_000)
    await recordFacts(trx, facts.slice(from, from + 2_000));
}

function factOf(day: string, lesson: PastLesson, personId: string): NewFact[] {
  const minutes = (lesson.ends_at.getTime() - lesson.starts_at.getTime()) / 60_000;
  const after = (minute: number) => new Date(lesson.starts_at.getTime() + minute * 60_000);
  const fact = (way: 'live' | 'recording', from: number, to: number): NewFact => ({
    schoolDay: day,
    personId,
    plannedId: lesson.id,
    way,
    fromAt: way === 'live' ? after(from) : null,
    toAt: way === 'live' ? after(to) : null,
    seconds: Math.round((to - from) * 60),
    source: way === 'live' ? 'room' : 'recording',
    sourceKey: `demo:${lesson.id}:${personId}`,
    recordedAt: way === 'live' ? lesson.ends_at : after(minutes + 90),
    detail: { heard: [[Math.round(from * 60), Math.round(to * 60)]] },
  });
  switch (fateOf(personId, day, lesson.id)) {
    case 'present':
      return [fact('live', 0, minutes)];
    case 'late':
      return [fact('live', 12, minutes)];
    case 'leftEarly':
      return [fact('live', 0, minutes / 2)];
    case 'madeUp':
      return [fact('recording', 0, minutes)];
    case 'missed':
      return [];
  }
}
