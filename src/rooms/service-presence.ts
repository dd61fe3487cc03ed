import { sql } from 'kysely';
import type { Actor } from '../platform/actor.ts';
import { authorize } from '../platform/authorize.ts';
import { AppError } from '../platform/errors.ts';
import { recordFacts } from '../facts/service.ts';
import type { LessonKey } from './access.ts';
import { readPresence, recordContact, takePart } from './actions.ts';
import type { ServerContext } from '../platform/context.ts';
import { finishLesson, selectUnfinishedOf } from './finish.ts';
import type { LessonCard } from './queries-lesson.ts';
import { lessonCard } from './service-join.ts';
import { logEnded, roomNotFound, whyRefused } from './refusals.ts';
import type { Rooms } from './rooms.ts';
import { presenceRank, presenceState } from './rules.ts';
import type { InRoom } from './service-talk.ts';
import type { PresenceState } from './wire.ts';

export interface HeardMinute {
  /** Minute of lesson time, 0 is the first. */
  readonly minute: number;
  /** 0 to 60,000. */
  readonly heardMs: number;
  readonly step: number;
  readonly queueMs: number;
}

/**
 * Takes in how much voice a pupil's page played in one minute of the lesson. Answers after the commit; the same
 * minute again keeps the most that was said of it. No clock of the pupil has a part in it.
 *
 * @throws {AppError} 409 `minute_not_taught` for a minute that lies ahead of the lesson, `log_ended` ten minutes
 *   after the end (from then on the recording counts); 403, 404.
 */
export async function heartbeat(
  rooms: Rooms,
  { actor, key, personId }: InRoom,
  heard: HeardMinute,
): Promise<void> {
  await authorize(rooms.ctx.db, actor, takePart, key);
  if (await rooms.carryBeat({ ...key, personId, ...heard })) return;
  const log = await rooms.logs.idOf(key);
  if (log === null) throw await whyRefused(rooms.ctx.db, actor, takePart, key, roomNotFound());
  const standing = await rooms.standings.now(log.logId, personId);
  if (standing === null) throw await whyRefused(rooms.ctx.db, actor, takePart, key, roomNotFound());
  // Staff hear their own lesson, too; it is no evidence of anything and no mistake of theirs.
  if (standing.standing !== 'pupil') return;
  if (await rooms.logs.hasEnded(key)) throw logEnded();
  throw new AppError(
    409,
    'minute_not_taught',
    `Minute ${heard.minute} of this lesson has not been taught yet.`,
  );
}

/** A pupil in the teacher's list. */
export interface PresentPupil {
  readonly personId: string;
  readonly name: string;
  readonly classId: string;
  readonly className: string;
  readonly state: PresenceState;
  /** Missing: since the bell. Left: last sign. Otherwise: when they came. */
  readonly since: Date | null;
  readonly handUpAt: Date | null;
  readonly heardSeconds: number;
  readonly queueMs: number | null;
  /** Way of following: 1 standard, 2 lightest; null when nothing was told yet. */
  readonly step: number | null;
  /** When a roll call of this lesson was last answered. */
  readonly answeredAt: Date | null;
  /** What was last noted of a call, a visit or a sheet for this lesson. */
  readonly contact: (Pick<Contact, 'way' | 'outcome'> & { readonly at: Date }) | null;
}

/**
 * Who is there and who is missing, whoever needs somebody first. Read from rows, so it is the same on every node;
 * for lessons without a room of ours, too.
 */
export async function presenceList(
  rooms: Rooms,
  actor: Actor,
  key: LessonKey,
): Promise<{ serverTime: Date; lesson: LessonCard; pupils: PresentPupil[] }> {
  const granted = await authorize(rooms.ctx.db, actor, readPresence, key);
  const card = await lessonCard(rooms, granted.subject);
  if (card === undefined) throw roomNotFound();
  await rooms.hub.flushSeen({ lessonId: key.lessonId });
  const found = await sql<{
    person_id: string;
    name: string;
    class_id: string;
    class_name: string;
    from_at: Date | null;
    to_at: Date | null;
    hand_up_at: Date | null;
    heard_seconds: number | null;
    queue_ms: number | null;
    step: number | null;
    last_heard_ms: number | null;
    answered_at: Date | null;
    contact_way: Contact['way'] | null;
    contact_outcome: Contact['outcome'] | null;
    contact_at: Date | null;
    now: Date;
  }>`
    /* prepared */ WITH heard AS (
      SELECT b.person_id, (sum(b.heard_ms) / 1000)::int AS seconds, (array_agg(b.heard_ms ORDER BY b.minute DESC))[1] AS last_ms,
        (array_agg(b.queue_ms ORDER BY b.minute DESC))[1] AS queue_ms, (array_agg(b.step ORDER BY b.minute DESC))[1] AS step
      FROM presence b WHERE b.school_day = ${key.schoolDay}::date AND b.lesson_id = ${key.lessonId}::uuid GROUP BY b.person_id
    ),
    answered AS (
      SELECT a.person_id, max(a.answered_at) AS at FROM roll_calls q JOIN roll_call_answers a ON a.roll_call_id = q.id
      WHERE q.school_day = ${key.schoolDay}::date AND q.lesson_id = ${key.lessonId}::uuid GROUP BY a.person_id
    )
    SELECT p.person_id, card.name, p.via_class_id AS class_id, c.class_name, e.entered_at AS from_at, e.last_seen_at AS to_at,
      e.hand_up_at, heard.seconds AS heard_seconds, heard.queue_ms, heard.step, heard.last_ms AS last_heard_ms,
      answered.at AS answered_at, noted.way AS contact_way, noted.outcome AS contact_outcome,
      noted.recorded_at AS contact_at, app_now() AS now
    FROM lesson_people(${key.schoolDay}::date) p
    JOIN people_cards card ON card.person_id = p.person_id AND card.status = 'active'
    JOIN lesson_classes c ON c.school_day = ${key.schoolDay}::date AND c.lesson_id = p.lesson_id AND c.class_id = p.via_class_id
    LEFT JOIN room_entries e ON e.school_day = ${key.schoolDay}::date AND e.lesson_id = ${key.lessonId}::uuid AND e.person_id = p.person_id
      AND e.standing = 'pupil'
    LEFT JOIN heard ON heard.person_id = e.person_id
    LEFT JOIN answered ON answered.person_id = p.person_id
    LEFT JOIN (
      SELECT DISTINCT ON (f.person_id) f.person_id, f.way, f.outcome, f.recorded_at
      FROM standing_facts(${key.schoolDay}::date) f
      WHERE f.planned_id = ${key.lessonId}::uuid AND f.source = 'contact' AND f.outcome IS NOT NULL
      ORDER BY f.person_id, f.recorded_at DESC, f.id DESC) noted ON noted.person_id = p.person_id
    WHERE p.lesson_id = ${key.lessonId}::uuid
    ORDER BY c.class_name, card.name, p.person_id`.execute(rooms.ctx.db);
  const now = found.rows[0]?.now ?? rooms.ctx.now();
  const pupils = found.rows.map((row): PresentPupil => {
    const seen = { lastSeenAt: row.to_at, queueMs: row.queue_ms, heardMsLastMinute: row.last_heard_ms };
    const state = presenceState(seen, now);
    return {
      personId: row.person_id,
      name: row.name,
      classId: row.class_id,
      className: row.class_name,
      state,
      since:
        state === 'missing'
          ? now > card.startsAt
            ? card.startsAt
            : null
          : state === 'left'
            ? row.to_at
            : row.from_at,
      handUpAt: row.hand_up_at,
      heardSeconds: row.heard_seconds ?? 0,
      queueMs: row.queue_ms,
      step: row.step,
      answeredAt: row.answered_at,
      contact:
        row.contact_way === null || row.contact_outcome === null || row.contact_at === null
          ? null
          : { way: row.contact_way, outcome: row.contact_outcome, at: row.contact_at },
    };
  });
  return {
    serverTime: now,
    lesson: card,
    pupils: pupils.toSorted((a, b) => presenceRank(a.state) - presenceRank(b.state)),
  };
}

/**
 * Tells what is known by now of a school's ended lessons of one day: its close must count minutes that came after a
 * lesson's end, or that a server which was down did not get to. The caller has authorised the school.
 */
export async function tellPresence(
  ctx: Pick<ServerContext, 'db' | 'now'>,
  { schoolId, day }: { schoolId: string; day: string },
): Promise<void> {
  for (const logId of await selectUnfinishedOf(ctx, { schoolId, day })) await finishLesson(ctx, logId);
}

/** How a pupil was reached without a room, and what came of it; see `facts/trust.ts` for what counts as reached. */
export const CONTACT_WAYS = ['phone', 'visit', 'paper'] as const;
export const CONTACT_OUTCOMES = ['taught', 'given', 'returned', 'noAnswer', 'unreachable'] as const;

export interface Contact {
  readonly pupilId: string;
  readonly way: (typeof CONTACT_WAYS)[number];
  readonly outcome: (typeof CONTACT_OUTCOMES)[number];
}

/**
 * Notes that a pupil of this lesson was telephoned, visited or given paper, and what came of it. Two taps; the same
 * note twice is one. Another outcome of the same way by the same person takes the place of the earlier one: that is
 * how a wrong tap is put right.
 *
 * @throws {AppError} 422 `not_a_pupil_here`; 403, 404.
 */
export async function noteContact(
  rooms: Rooms,
  actor: Actor,
  key: LessonKey,
  contact: Contact,
): Promise<void> {
  const granted = await authorize(rooms.ctx.db, actor, recordContact, key);
  const { schoolDay, lessonId } = granted.subject;
  const { pupilId, way, outcome } = contact;
  await rooms.ctx.db.transaction().execute(async (trx) => {
    const pupil = await sql`
      SELECT 1 FROM lesson_people(${schoolDay}::date) p
      WHERE p.lesson_id = ${lessonId}::uuid AND p.person_id = ${pupilId}::uuid`.execute(trx);
    if (pupil.rows.length === 0) {
      throw new AppError(
        422,
        'not_a_pupil_here',
        'Only a pupil of this lesson can be noted as reached by it.',
      );
    }
    const recorderId = actor.kind === 'person' ? actor.personId : null;
    const earlier = await sql<{ id: string; outcome: string | null }>`
      SELECT f.id, f.outcome FROM standing_facts(${schoolDay}::date) f
      WHERE f.planned_id = ${lessonId}::uuid AND f.person_id = ${pupilId}::uuid AND f.source = 'contact'
        AND f.way = ${way} AND f.recorder_id IS NOT DISTINCT FROM ${recorderId}::uuid
      ORDER BY f.recorded_at DESC, f.id DESC LIMIT 1`.execute(trx);
    const before = earlier.rows[0];
    if (before?.outcome === outcome) return;
    await recordFacts(trx, [
      {
        schoolDay,
        personId: pupilId,
        plannedId: lessonId,
        way,
        outcome,
        source: 'contact',
        // With what it replaces: two clicks at once find the same and leave one fact.
        sourceKey: [lessonId, pupilId, recorderId, way, outcome, before?.id ?? 'first'].join(':'),
        recorderId,
        recordedAt: rooms.ctx.now(),
        supersedes: before?.id ?? null,
      },
    ]);
  });
}
