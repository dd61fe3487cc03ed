-- roll_classes(day, persons): the one class in which a person is counted that day: the home class, or for
-- guests without one the first class through which something is expected of them. Nobody is counted twice.
CREATE OR REPLACE FUNCTION roll_classes(day date, persons uuid[])
RETURNS TABLE (person_id uuid, class_id uuid)
LANGUAGE sql STABLE ROWS 50 AS $$
  SELECT p.person_id, coalesce(home.class_id, guest.class_id)
  FROM (SELECT DISTINCT unnest(roll_classes.persons) AS person_id) p
  LEFT JOIN LATERAL (
    SELECT h.class_id FROM home_classes(roll_classes.day) h WHERE h.person_id = p.person_id LIMIT 1) home ON true
  LEFT JOIN LATERAL (
    SELECT x.via_class_id AS class_id FROM expectations x
    WHERE home.class_id IS NULL AND x.person_id = p.person_id AND x.school_day = roll_classes.day
    ORDER BY x.via_class_id LIMIT 1) guest ON true
$$;

-- mark_dirty(day, persons): asks for a recount of these persons' classes; part of the writing transaction.
CREATE OR REPLACE FUNCTION mark_dirty(day date, persons uuid[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO dirty_classes (school_day, class_id)
  SELECT DISTINCT mark_dirty.day, r.class_id FROM roll_classes(mark_dirty.day, mark_dirty.persons) r
  WHERE r.class_id IS NOT NULL
$$;

-- standing_facts(day): facts that still stand, superseded ones left out; what boards and neighbours may join.
CREATE OR REPLACE FUNCTION standing_facts(day date)
RETURNS TABLE (id uuid, person_id uuid, planned_id uuid, way text, from_at timestamptz, to_at timestamptz,
  seconds integer, outcome text, source text, recorder_id uuid, recorded_at timestamptz)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000 AS $$
  SELECT f.id, f.person_id, f.planned_id, f.way, f.from_at, f.to_at, f.seconds, f.outcome, f.source, f.recorder_id, f.recorded_at
  FROM facts f
  WHERE f.school_day = $1
    AND NOT EXISTS (SELECT FROM facts s WHERE s.school_day = $1 AND s.person_id = f.person_id AND s.supersedes = f.id)
$$;

-- expectation_cards: what stands expected of whom, with the state last judged; cancelled ones left out.
CREATE OR REPLACE VIEW expectation_cards AS
SELECT x.school_day, x.planned_id, x.planned_kind, x.person_id, x.school_id, x.via_class_id, x.starts_at, x.due_at,
  x.state, x.way, x.best_fact_id, x.evidence, x.settled
FROM expectations x WHERE x.state <> 'cancelled';

-- expectation_states: what was expected of whom and what became of it, cancelled ones left out. For neighbours to join.
CREATE OR REPLACE VIEW expectation_states AS
SELECT x.school_day, x.planned_id, x.person_id, x.planned_kind, x.via_class_id, x.starts_at, x.due_at, x.state, x.way
FROM expectations x WHERE x.state <> 'cancelled';

-- planned_runs: how planned things really ran.
CREATE OR REPLACE VIEW planned_runs AS
SELECT r.school_day, r.planned_id, r.started_at, r.ended_at, r.taught_seconds, r.voice_seconds FROM runs r;

-- excuse_facts: reasons a family told, by what they told.
CREATE OR REPLACE VIEW excuse_facts AS
SELECT f.school_day, f.id, f.person_id, f.planned_id, f.outcome, f.detail ->> 'toldId' AS told_id, f.recorded_at
FROM facts f
WHERE f.source = 'excuse' AND f.planned_id IS NOT NULL AND f.outcome <> 'withdrawn'
  AND NOT EXISTS (SELECT FROM facts s WHERE s.school_day = f.school_day AND s.person_id = f.person_id AND s.supersedes = f.id);

-- things_to_come: planned things of a school's day that are not over, or not judged since they were.
CREATE OR REPLACE VIEW things_to_come AS
SELECT p.school_day, p.planned_id, p.school_id, p.due_at FROM due_plans p;

-- fact_people: whom facts are about and who recorded them, for neighbours that must know whether somebody left a trace.
CREATE OR REPLACE VIEW fact_people AS
SELECT person_id FROM facts
UNION ALL
SELECT recorder_id FROM facts WHERE recorder_id IS NOT NULL;
