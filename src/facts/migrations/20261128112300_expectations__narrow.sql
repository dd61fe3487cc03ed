-- The same expectations on less room. The evidence becomes a short text (the rules of attendance pack and unpack it),
-- and no index holds a column that a judgement changes: a day's judgements then rewrite rows in their own pages.
CREATE TABLE expectations_narrow (
  starts_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  school_day date NOT NULL,
  settled boolean DEFAULT false NOT NULL,
  planned_id uuid NOT NULL,
  person_id uuid NOT NULL,
  via_class_id uuid NOT NULL,
  school_id uuid NOT NULL,
  best_fact_id uuid,
  planned_kind text NOT NULL,
  state text DEFAULT 'open' NOT NULL,
  way text,
  evidence text,
  CONSTRAINT expectations_narrow_pkey PRIMARY KEY (school_day, planned_id, person_id) WITH (fillfactor = 70),
  CONSTRAINT expectations_planned_kind CHECK (planned_kind IN ('lesson', 'task', 'notice')),
  CONSTRAINT expectations_state CHECK (state IN
    ('open', 'present', 'late', 'leftEarly', 'madeUp', 'reached', 'missed', 'excused', 'cancelled')),
  CONSTRAINT expectations_way CHECK (way IN ('live', 'recording', 'external', 'tv', 'phone', 'paper', 'visit', 'excused'))
) PARTITION BY RANGE (school_day);

DO $$
DECLARE
  part record;
BEGIN
  FOR part IN
    SELECT c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bounds
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'expectations'::regclass
  LOOP
    EXECUTE format('ALTER TABLE %I RENAME TO %I', part.name, part.name || '_wide');
    EXECUTE format('CREATE TABLE %I PARTITION OF expectations_narrow %s', part.name, part.bounds);
    EXECUTE format('ALTER TABLE %I ALTER COLUMN school_day SET STATISTICS 0', part.name);
  END LOOP;
END $$;

INSERT INTO expectations_narrow (starts_at, due_at, school_day, settled, planned_id, person_id, via_class_id, school_id, best_fact_id,
  planned_kind, state, way, evidence)
SELECT starts_at, due_at, school_day, settled, planned_id, person_id, via_class_id, school_id, best_fact_id,
  planned_kind, state, way, evidence::text
FROM expectations;

-- What is planned and not yet judged after its end, by school: few rows, looked through twice a minute.
CREATE TABLE due_plans (
  school_day date NOT NULL,
  planned_id uuid NOT NULL,
  school_id uuid NOT NULL,
  due_at timestamptz NOT NULL,
  PRIMARY KEY (school_day, planned_id, school_id)
);
INSERT INTO due_plans (school_day, planned_id, school_id, due_at)
SELECT school_day, planned_id, school_id, max(due_at) FROM expectations WHERE NOT settled AND state <> 'cancelled' GROUP BY 1, 2, 3;

DROP TABLE expectations;
ALTER TABLE expectations_narrow RENAME TO expectations;
ALTER TABLE expectations RENAME CONSTRAINT expectations_narrow_pkey TO expectations_pkey;
ALTER TABLE expectations ALTER COLUMN school_day SET STATISTICS 0;
ALTER TABLE due_plans ALTER COLUMN school_day SET STATISTICS 0;
CREATE INDEX expectations_person_id_idx ON expectations (person_id, school_day);
CREATE INDEX expectations_via_class_id_idx ON expectations (via_class_id, school_day);
COMMENT ON COLUMN expectations.person_id IS 'sensitivity=2 purpose=reach of the day';
COMMENT ON COLUMN expectations.state IS 'sensitivity=3 purpose=reach of the day';
COMMENT ON COLUMN expectations.evidence IS 'sensitivity=3 purpose=show pupil and guardian why';
