-- What should reach whom on a day; made when the school day opens. The way and best fact follow later.
CREATE TABLE expectations (
  school_day date NOT NULL,
  planned_id uuid NOT NULL,
  person_id uuid NOT NULL,
  planned_kind text NOT NULL,
  school_id uuid NOT NULL,
  via_class_id uuid NOT NULL,
  starts_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  state text DEFAULT 'open' NOT NULL,
  way text,
  best_fact_id uuid,
  evidence jsonb,
  PRIMARY KEY (school_day, planned_id, person_id),
  CONSTRAINT expectations_planned_kind CHECK (planned_kind IN ('lesson', 'task', 'notice')),
  CONSTRAINT expectations_state CHECK (state IN
    ('open', 'present', 'late', 'leftEarly', 'madeUp', 'reached', 'missed', 'excused', 'cancelled')),
  CONSTRAINT expectations_way CHECK (way IN ('live', 'recording', 'external', 'tv', 'phone', 'paper', 'visit', 'excused'))
) PARTITION BY RANGE (school_day);
CREATE INDEX expectations_person_id_idx ON expectations (person_id, school_day);
CREATE INDEX expectations_via_class_id_idx ON expectations (via_class_id, school_day);

-- Evidence that something reached a person. Insert only: a better fact supersedes, none is changed.
CREATE TABLE facts (
  school_day date NOT NULL,
  id uuid DEFAULT uuidv7() NOT NULL,
  person_id uuid NOT NULL,
  planned_id uuid,
  way text NOT NULL,
  from_at timestamptz,
  to_at timestamptz,
  seconds integer,
  outcome text,
  source text NOT NULL,
  source_key text NOT NULL,
  recorder_id uuid,
  recorded_at timestamptz DEFAULT clock_timestamp() NOT NULL,
  supersedes uuid,
  detail jsonb DEFAULT '{}' NOT NULL,
  PRIMARY KEY (school_day, id),
  CONSTRAINT facts_source_key UNIQUE (school_day, source, source_key),
  CONSTRAINT facts_way CHECK (way IN ('live', 'recording', 'external', 'tv', 'phone', 'paper', 'visit', 'excused')),
  CONSTRAINT facts_seconds CHECK (seconds >= 0),
  CONSTRAINT facts_interval CHECK (to_at >= from_at)
) PARTITION BY RANGE (school_day);
CREATE INDEX facts_person_id_idx ON facts (person_id, school_day);
CREATE INDEX facts_planned_id_idx ON facts (school_day, planned_id);

CREATE FUNCTION facts_insert_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'facts are never changed; write a fact that supersedes' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER facts_insert_only BEFORE UPDATE ON facts FOR EACH ROW EXECUTE FUNCTION facts_insert_only();

-- Outbox written in the fact's transaction: which class and day must be recounted.
CREATE TABLE dirty_classes (
  school_day date NOT NULL,
  class_id uuid NOT NULL,
  at timestamptz DEFAULT clock_timestamp() NOT NULL,
  PRIMARY KEY (school_day, class_id)
);

-- Monthly partitions are made ahead by the platform's partition job and on demand by writers.
CREATE FUNCTION ensure_month_partition(parent text, day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  month date := date_trunc('month', day)::date;
  part text := format('%s_y%sm%s', parent, to_char(month, 'YYYY'), to_char(month, 'MM'));
BEGIN
  IF to_regclass(part) IS NULL THEN
    PERFORM pg_advisory_xact_lock(hashtext('ensure_month_partition'), hashtext(part));
    IF to_regclass(part) IS NULL THEN
      EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', part, parent, month, month + interval '1 month');
    END IF;
  END IF;
END $$;
