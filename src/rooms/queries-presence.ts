import type pg from 'pg';
import { toMultirange } from './ranges.ts';
import { runStatement } from './statements.ts';

/** A pupil's page says how much voice it played in one minute of lesson time. */
export interface Beat {
  readonly schoolDay: string;
  readonly lessonId: string;
  readonly personId: string;
  /** Minute of lesson time, 0 is the first. */
  readonly minute: number;
  /** 0 to 60,000. */
  readonly heardMs: number;
  readonly step: number;
  readonly queueMs: number;
}

// A minute that has not been taught cannot have been heard; the margin covers voice that is on its way.
const WRITE_BEATS = {
  name: 'rooms.beats',
  text: `WITH beat AS (
      SELECT * FROM unnest($1::date[], $2::uuid[], $3::uuid[], $4::int[], $5::int[], $6::int[], $7::int[])
        WITH ORDINALITY b(school_day, lesson_id, person_id, minute, heard_ms, step, queue_ms, i)
    ),
    fit AS (
      SELECT b.*, s.class_id FROM beat b
      JOIN lesson_logs l ON l.school_day = b.school_day AND l.lesson_id = b.lesson_id
      CROSS JOIN LATERAL (
        SELECT * FROM room_standings(b.school_day, b.lesson_id, b.person_id) r WHERE r.standing = 'pupil' ORDER BY r.rank LIMIT 1) s
      WHERE (l.ended_at IS NULL OR app_now() < l.ended_at + interval '10 minutes')
        AND b.minute * 60000 < coalesce(l.ended_ms, log_voice_ms(l.id)) + 60000
    ),
    written AS (
      INSERT INTO presence (school_day, lesson_id, person_id, minute, heard_ms, step, queue_ms, via_class_id)
      SELECT school_day, lesson_id, person_id, minute, heard_ms, step, queue_ms, class_id FROM (
        SELECT DISTINCT ON (school_day, lesson_id, person_id, minute) * FROM fit
        ORDER BY school_day, lesson_id, person_id, minute, heard_ms DESC) once
      ON CONFLICT (school_day, lesson_id, person_id, minute) DO UPDATE
        SET heard_ms = greatest(presence.heard_ms, excluded.heard_ms), step = excluded.step, queue_ms = excluded.queue_ms
    )
    SELECT i::int - 1 AS place FROM fit`,
};

/** Writes the beats that fit; a repeated minute keeps the most that was said of it. @returns which were taken in. */
export async function writeBeats(pool: pg.Pool, beats: readonly Beat[]): Promise<boolean[]> {
  const rows = await runStatement<{ place: number }>(pool, WRITE_BEATS, [
    beats.map((beat) => beat.schoolDay),
    beats.map((beat) => beat.lessonId),
    beats.map((beat) => beat.personId),
    beats.map((beat) => beat.minute),
    beats.map((beat) => beat.heardMs),
    beats.map((beat) => beat.step),
    beats.map((beat) => beat.queueMs),
  ]);
  const taken = new Set(rows.map(({ place }) => place));
  return beats.map((_, place) => taken.has(place));
}

/** A sign of a page in this process: when last, and which seconds of voice it was given. */
export interface Seen {
  readonly logId: string;
  readonly schoolDay: string;
  readonly lessonId: string;
  readonly personId: string;
  readonly served: readonly (readonly [number, number])[];
}

const WRITE_SEEN = {
  name: 'rooms.seen',
  text: `WITH seen AS (
      SELECT log_id, school_day, lesson_id, person_id, range_agg(served) AS served FROM (
        SELECT u.log_id, u.school_day, u.lesson_id, u.person_id, unnest(u.served::int4multirange) AS served
        FROM unnest($1::uuid[], $2::date[], $3::uuid[], $4::uuid[], $5::text[])
          u(log_id, school_day, lesson_id, person_id, served)) ranges
      GROUP BY log_id, school_day, lesson_id, person_id
    ),
    given AS (
      INSERT INTO log_heard (log_id, person_id, served)
      SELECT log_id, person_id, served FROM seen ORDER BY log_id, person_id
      ON CONFLICT (log_id, person_id) DO UPDATE SET served = log_heard.served + excluded.served
    )
    UPDATE room_entries e SET last_seen_at = app_now()
    FROM unnest($2::date[], $3::uuid[], $4::uuid[]) u(school_day, lesson_id, person_id)
    WHERE e.school_day = u.school_day AND e.lesson_id = u.lesson_id AND e.person_id = u.person_id`,
};

/** Notes who was seen and what they were given. Called some seconds apart, never a request each. */
export async function writeSeen(pool: pg.Pool, seen: readonly Seen[]): Promise<boolean[]> {
  await runStatement(pool, WRITE_SEEN, [
    seen.map((one) => one.logId),
    seen.map((one) => one.schoolDay),
    seen.map((one) => one.lessonId),
    seen.map((one) => one.personId),
    seen.map((one) => toMultirange(one.served)),
  ]);
  return seen.map(() => true);
}
