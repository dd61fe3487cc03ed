-- How a planned thing really ran: written by whoever teaches it (room, external tool), read by the rules
-- of attendance, so that a late or paused lesson is never held against pupils.
CREATE TABLE runs (
  school_day date NOT NULL,
  planned_id uuid NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz, -- NULL while it runs
  taught_seconds integer, -- without pauses; NULL while unknown
  voice_seconds integer, -- length of what can be heard again; NULL when nothing was recorded
  PRIMARY KEY (school_day, planned_id),
  CONSTRAINT runs_interval CHECK (ended_at >= started_at),
  CONSTRAINT runs_taught_seconds CHECK (taught_seconds >= 0),
  CONSTRAINT runs_voice_seconds CHECK (voice_seconds >= 0)
);

-- The outbox becomes a plain queue: writers never wait for each other or for the roller, and a fact
-- committed while its class is being recounted leaves its own row behind.
ALTER TABLE dirty_classes DROP CONSTRAINT dirty_classes_pkey;
ALTER TABLE dirty_classes ADD COLUMN n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;

-- Set when the state was judged after the end; what is not settled and over is judged again each minute.
ALTER TABLE expectations ADD COLUMN settled boolean DEFAULT false NOT NULL;
CREATE INDEX expectations_unsettled_idx ON expectations (school_day, due_at) WHERE NOT settled AND state <> 'cancelled';

CREATE INDEX facts_supersedes_idx ON facts (school_day, supersedes) WHERE supersedes IS NOT NULL;

COMMENT ON COLUMN expectations.person_id IS 'sensitivity=2 purpose=reach of the day';
COMMENT ON COLUMN expectations.state IS 'sensitivity=3 purpose=reach of the day';
COMMENT ON COLUMN expectations.evidence IS 'sensitivity=3 purpose=show pupil and guardian why';
COMMENT ON COLUMN facts.person_id IS 'sensitivity=2 purpose=reach of the day';
COMMENT ON COLUMN facts.outcome IS 'sensitivity=3 purpose=reach of the day';
COMMENT ON COLUMN facts.detail IS 'sensitivity=3 purpose=show pupil and guardian why';
