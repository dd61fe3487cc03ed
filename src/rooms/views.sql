-- log_voice_ms(log): lesson time up to which the log holds voice; 0 before the first word.
CREATE OR REPLACE FUNCTION log_voice_ms(log uuid) RETURNS integer LANGUAGE sql STABLE AS $$
  SELECT greatest(
    coalesce((SELECT t.start_ms + t.duration_ms FROM log_tail t WHERE t.log_id = $1 AND t.track = 1 ORDER BY t.n DESC LIMIT 1), 0),
    (SELECT l.sealed_ms FROM lesson_logs l WHERE l.id = $1))
$$;

-- room_standings(day, lesson, person): where somebody stands in a room, best first by rank; no row: not theirs.
-- Membership is asked of the lesson's day each time, so leaving a class or being removed acts at once.
CREATE OR REPLACE FUNCTION room_standings(day date, lesson uuid, person uuid)
RETURNS TABLE (standing text, class_id uuid, rank integer) LANGUAGE sql STABLE ROWS 1 AS $$
  SELECT CASE t.duty WHEN 'observer' THEN 'observer' WHEN 'assistant' THEN 'assistant' ELSE 'teacher' END, NULL::uuid,
    CASE t.duty WHEN 'observer' THEN 5 WHEN 'assistant' THEN 1 ELSE 0 END
  FROM lesson_teachers t WHERE t.school_day = $1 AND t.lesson_id = $2 AND t.person_id = $3
  UNION ALL
  SELECT CASE m.role WHEN 'pupil' THEN 'pupil' ELSE 'observer' END, a.class_id,
    CASE WHEN m.role <> 'pupil' THEN 4 WHEN m.is_home THEN 2 ELSE 3 END
  FROM lesson_classes a JOIN class_members($1) m ON m.class_id = a.class_id AND m.person_id = $3
  WHERE a.school_day = $1 AND a.lesson_id = $2
    AND NOT EXISTS (
      SELECT FROM room_removals r WHERE r.school_day = $1 AND r.lesson_id = $2 AND r.person_id = $3)
$$;

-- room_roster(day, lesson): everybody of a lesson, each once where they stand best; removed pupils are left out.
CREATE OR REPLACE FUNCTION room_roster(day date, lesson uuid)
RETURNS TABLE (person_id uuid, standing text, class_id uuid) LANGUAGE sql STABLE ROWS 50 AS $$
  SELECT DISTINCT ON (x.person_id) x.person_id, x.standing, x.class_id FROM (
    SELECT t.person_id, CASE t.duty WHEN 'observer' THEN 'observer' WHEN 'assistant' THEN 'assistant' ELSE 'teacher' END AS standing,
      NULL::uuid AS class_id, CASE t.duty WHEN 'observer' THEN 5 WHEN 'assistant' THEN 1 ELSE 0 END AS rank
    FROM lesson_teachers t WHERE t.school_day = $1 AND t.lesson_id = $2
    UNION ALL
    SELECT m.person_id, CASE m.role WHEN 'pupil' THEN 'pupil' ELSE 'observer' END, a.class_id,
      CASE WHEN m.role <> 'pupil' THEN 4 WHEN m.is_home THEN 2 ELSE 3 END
    FROM lesson_classes a JOIN class_members($1) m ON m.class_id = a.class_id
    WHERE a.school_day = $1 AND a.lesson_id = $2
      AND NOT EXISTS (
        SELECT FROM room_removals r WHERE r.school_day = $1 AND r.lesson_id = $2 AND r.person_id = m.person_id)
  ) x ORDER BY x.person_id, x.rank
$$;

-- room_states: every room that somebody has opened. opened_at null: no teacher has come in yet.
CREATE OR REPLACE VIEW room_states AS
SELECT l.school_day, l.lesson_id, l.school_id, l.id AS log_id, l.state, l.muted, l.opened_at, l.opened_by, l.ended_at,
  coalesce(l.ended_ms, log_voice_ms(l.id)) AS taught_ms, l.retention_until
FROM lesson_logs l;

-- room_presence: one row per pupil and lesson that the pupil entered. heard_seconds counts each moment of the
-- lesson once; from_at and to_at are the server's instants.
CREATE OR REPLACE VIEW room_presence AS
SELECT e.school_day, e.lesson_id, e.person_id, e.via_class_id, e.entered_at AS from_at, e.last_seen_at AS to_at,
  coalesce(heard.seconds, 0) AS heard_seconds, heard.first_minute, heard.last_minute, heard.queue_ms, heard.step
FROM room_entries e
LEFT JOIN LATERAL (
  SELECT (sum(p.heard_ms) / 1000)::int AS seconds, min(p.minute)::int AS first_minute, max(p.minute)::int AS last_minute,
    (array_agg(p.queue_ms ORDER BY p.minute DESC))[1] AS queue_ms, (array_agg(p.step ORDER BY p.minute DESC))[1] AS step
  FROM presence p
  WHERE p.school_day = e.school_day AND p.lesson_id = e.lesson_id AND p.person_id = e.person_id
) heard ON true
WHERE e.standing = 'pupil';

-- room_comings: pupils who came into a room while it was taught. Who comes after the end comes to the recording.
CREATE OR REPLACE VIEW room_comings AS
SELECT e.school_day, e.lesson_id, e.person_id, e.entered_at
FROM room_entries e LEFT JOIN lesson_logs l ON l.school_day = e.school_day AND l.lesson_id = e.lesson_id
WHERE e.standing = 'pupil' AND (l.ended_at IS NULL OR e.entered_at < l.ended_at);

-- room_heard: seconds of a recording that a pupil heard, each second once, and only what the server gave out.
CREATE OR REPLACE VIEW room_heard AS
SELECT l.school_day, l.lesson_id, h.person_id,
  (SELECT coalesce(sum(upper(r) - lower(r)), 0)::int FROM unnest(h.served * h.heard) r) AS counted_seconds
FROM log_heard h JOIN lesson_logs l ON l.id = h.log_id;

-- roll_call_results: who answered which roll call.
CREATE OR REPLACE VIEW roll_call_results AS
SELECT c.school_day, c.lesson_id, c.id AS roll_call_id, c.started_at, c.until_at, a.person_id, a.via_class_id, a.answered_at
FROM roll_calls c LEFT JOIN roll_call_answers a ON a.roll_call_id = c.id;
