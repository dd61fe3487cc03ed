import { sql } from 'kysely';
import type { Actor } from '../platform/actor.ts';
import type { Db } from '../platform/database.ts';
import type { AccessAction, ActionRule, Place } from '../people/access.ts';
import { defineAction, roleOf } from '../people/access.ts';

/** A lesson by its key. */
export interface LessonKey {
  readonly schoolDay: string;
  readonly lessonId: string;
}

/** Where a lesson stands: its school, the classes it is for and the people who teach it. */
export async function placeOfLesson(db: Db, { schoolDay, lessonId }: LessonKey): Promise<Place | null> {
  const found = await sql<{ school_id: string; class_ids: string[]; staff_ids: string[] }>`
    /* prepared */ SELECT c.school_id,
      ARRAY(SELECT class_id FROM lesson_classes a WHERE a.school_day = c.school_day AND a.lesson_id = c.lesson_id) AS class_ids,
      ARRAY(SELECT person_id FROM lesson_teachers t WHERE t.school_day = c.school_day AND t.lesson_id = c.lesson_id) AS staff_ids
    FROM lesson_cards c WHERE c.school_day = ${schoolDay}::date AND c.lesson_id = ${lessonId}::uuid`.execute(
    db,
  );
  const lesson = found.rows[0];
  return lesson === undefined
    ? null
    : { orgId: lesson.school_id, classIds: lesson.class_ids, staffIds: lesson.staff_ids, day: schoolDay };
}

/** Where a log stands: where its lesson does. */
export async function placeOfLog(db: Db, { logId }: { logId: string }): Promise<Place | null> {
  const log = await db
    .selectFrom('lesson_logs')
    .select(['school_day', 'lesson_id'])
    .where('id', '=', logId)
    .executeTakeFirst();
  return log === undefined ? null : placeOfLesson(db, { schoolDay: log.school_day, lessonId: log.lesson_id });
}

/** A lesson or its log, as the address names it. */
export type RoomSubject = LessonKey | { readonly logId: string };

export async function placeOfRoom(db: Db, subject: RoomSubject): Promise<Place | null> {
  return 'logId' in subject ? placeOfLog(db, subject) : placeOfLesson(db, subject);
}

/**
 * An action of the paths that every pupil walks at the bell: the actor's relation to the lesson stands in the
 * WHERE of the one statement that does the work, so here only the role is looked at.
 *
 * When that statement finds nothing, `whyRefused` asks the whole rule and says why.
 */
export interface StatementAction extends AccessAction<RoomSubject> {
  readonly whole: AccessAction<RoomSubject>;
}

export function defineStatementAction(rule: ActionRule<RoomSubject, string>): StatementAction {
  const whole = defineAction(rule);
  return {
    ...whole,
    whole,
    async decide(db, actor, subject) {
      if (actor.kind === 'system') return whole.decide(db, actor, { logId: '' });
      // Whom the role alone refuses may still not learn whether the lesson is there.
      return rule.allow[roleOf(actor)] === undefined ? whole.decide(db, actor, subject) : 'allow';
    },
  };
}

/** Person of an actor that only persons may be: pupils and staff. */
export function personOf(actor: Actor): string {
  if (actor.kind !== 'person') throw new TypeError(`a ${actor.kind} is nobody in a room`);
  return actor.personId;
}
