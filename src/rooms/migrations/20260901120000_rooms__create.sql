-- The log of a lesson: one row per lesson, made by whoever comes first. See docs/lesson-log.md.
CREATE TABLE lesson_logs (
  -- Random, not uuidv7: it stands in addresses.
  id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
  school_day date NOT NULL,
  lesson_id uuid NOT NULL,
  school_id uuid NOT NULL,
  state text DEFAULT 'live' NOT NULL,
  muted boolean DEFAULT false NOT NULL,
  -- Last number given in the talk and pages tracks; the row's lock puts talk in one order.
  talk_n integer DEFAULT 0 NOT NULL,
  pages_n integer DEFAULT 0 NOT NULL,
  -- Lesson time up to which voice has left log_tail.
  sealed_ms integer DEFAULT 0 NOT NULL,
  -- When a member of the lesson's staff came in first; null: nobody has yet (an alarm after the bell).
  opened_at timestamptz,
  opened_by uuid,
  -- Instant of lesson time 0, when the first voice began; maps minutes heard to the clock on the wall.
  voice_started_at timestamptz,
  ended_at timestamptz,
  -- Lesson time at the end; later voice was never part of the lesson.
  ended_ms integer,
  sealed_at timestamptz,
  -- When presence was last turned into facts.
  finished_at timestamptz,
  -- Part of the address of sealed parts; new when somebody is removed.
  epoch_no integer DEFAULT 1 NOT NULL,
  epoch_secret bytea NOT NULL,
  retention_until date NOT NULL,
  CONSTRAINT lesson_logs_lesson_key UNIQUE (school_day, lesson_id),
  CONSTRAINT lesson_logs_state CHECK (state IN ('live', 'paused', 'ended')),
  CONSTRAINT lesson_logs_end CHECK ((state = 'ended') = (ended_at IS NOT NULL) AND (ended_at IS NULL) = (ended_ms IS NULL))
) WITH (fillfactor = 70);
CREATE INDEX lesson_logs_unsealed_idx ON lesson_logs (id) WHERE sealed_at IS NULL;
CREATE INDEX lesson_logs_retention_until_idx ON lesson_logs (retention_until);

-- Live end of the log; commit = acknowledgement. Rows leave once their sealed object is durable.
CREATE TABLE log_tail (
  log_id uuid NOT NULL,
  track smallint NOT NULL,
  n integer NOT NULL,
  start_ms integer NOT NULL,
  duration_ms integer NOT NULL,
  sha256 bytea NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (log_id, track, n),
  CONSTRAINT log_tail_track CHECK (track BETWEEN 1 AND 4),
  CONSTRAINT log_tail_times CHECK (n >= 0 AND start_ms >= 0 AND duration_ms >= 0)
) WITH (toast_tuple_target = 8160);
-- Opus and JPEG do not compress, and a segment fits a heap page: neither attempt nor detour.
ALTER TABLE log_tail ALTER COLUMN bytes SET STORAGE EXTERNAL;
COMMENT ON COLUMN log_tail.bytes IS 'sensitivity=3 purpose=teach and replay the lesson';

CREATE TABLE log_parts (
  log_id uuid NOT NULL REFERENCES lesson_logs (id),
  track smallint NOT NULL,
  part_no integer NOT NULL,
  ns int4multirange NOT NULL,
  -- Index of the object: [{n, startMs, durationMs, sha256, at, length}].
  rows jsonb NOT NULL,
  file_sha256 text NOT NULL,
  size_bytes integer NOT NULL,
  PRIMARY KEY (log_id, track, part_no)
);

-- Two JPEG images a page, addressed by what was uploaded.
CREATE TABLE log_pages (
  log_id uuid NOT NULL REFERENCES lesson_logs (id),
  sha256 bytea NOT NULL,
  n integer NOT NULL,
  large_sha256 text NOT NULL,
  small_sha256 text NOT NULL,
  PRIMARY KEY (log_id, sha256),
  CONSTRAINT log_pages_n_key UNIQUE (log_id, n)
);
CREATE INDEX log_pages_files_idx ON log_pages (large_sha256);

-- What has been said once is not said twice when its sender repeats it.
CREATE TABLE talk_keys (
  log_id uuid NOT NULL REFERENCES lesson_logs (id),
  key text NOT NULL,
  n integer NOT NULL,
  PRIMARY KEY (log_id, key),
  CONSTRAINT talk_keys_key_length CHECK (length(key) BETWEEN 1 AND 120)
);

-- Who came into the room, once a person and lesson.
CREATE TABLE room_entries (
  school_day date NOT NULL,
  lesson_id uuid NOT NULL,
  person_id uuid NOT NULL,
  standing text NOT NULL,
  via_class_id uuid,
  entered_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  hand_up_at timestamptz,
  PRIMARY KEY (school_day, lesson_id, person_id),
  CONSTRAINT room_entries_standing CHECK (standing IN ('pupil', 'teacher', 'assistant', 'observer'))
) PARTITION BY RANGE (school_day);
COMMENT ON COLUMN room_entries.person_id IS 'sensitivity=2 purpose=know who was reached';
COMMENT ON COLUMN room_entries.entered_at IS 'sensitivity=2 purpose=know who was reached';
COMMENT ON COLUMN room_entries.last_seen_at IS 'sensitivity=2 purpose=see who dropped out';

-- Voice heard in each minute of lesson time; the pupil's clock has no part in it.
CREATE TABLE presence (
  school_day date NOT NULL,
  lesson_id uuid NOT NULL,
  person_id uuid NOT NULL,
  minute smallint NOT NULL,
  heard_ms integer NOT NULL,
  step smallint NOT NULL,
  queue_ms integer NOT NULL,
  via_class_id uuid NOT NULL,
  PRIMARY KEY (school_day, lesson_id, person_id, minute),
  CONSTRAINT presence_heard_ms CHECK (heard_ms BETWEEN 0 AND 60000),
  CONSTRAINT presence_minute CHECK (minute >= 0)
) PARTITION BY RANGE (school_day);
COMMENT ON COLUMN presence.person_id IS 'sensitivity=2 purpose=know who was reached';
COMMENT ON COLUMN presence.heard_ms IS 'sensitivity=2 purpose=know who was reached';

-- Single use, 30 s: after a crash everybody joins anew, so nothing is lost with them.
CREATE UNLOGGED TABLE room_tickets (
  ticket_hash bytea PRIMARY KEY,
  school_day date NOT NULL,
  lesson_id uuid NOT NULL,
  person_id uuid NOT NULL,
  standing text NOT NULL,
  via_class_id uuid,
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX room_tickets_expires_at_idx ON room_tickets (expires_at);

CREATE TABLE room_removals (
  school_day date NOT NULL,
  lesson_id uuid NOT NULL,
  person_id uuid NOT NULL,
  removed_by uuid NOT NULL,
  removed_at timestamptz NOT NULL,
  PRIMARY KEY (school_day, lesson_id, person_id)
);
COMMENT ON COLUMN room_removals.person_id IS 'sensitivity=3 purpose=keep a lesson undisturbed';

CREATE TABLE roll_calls (
  id uuid PRIMARY KEY,
  school_day date NOT NULL,
  lesson_id uuid NOT NULL,
  started_by uuid NOT NULL,
  started_at timestamptz NOT NULL,
  until_at timestamptz NOT NULL
);
CREATE INDEX roll_calls_lesson_idx ON roll_calls (school_day, lesson_id);
CREATE TABLE roll_call_answers (
  roll_call_id uuid NOT NULL REFERENCES roll_calls (id),
  person_id uuid NOT NULL,
  via_class_id uuid NOT NULL,
  answered_at timestamptz NOT NULL,
  PRIMARY KEY (roll_call_id, person_id)
);
COMMENT ON COLUMN roll_call_answers.person_id IS 'sensitivity=2 purpose=know who was reached';

-- Seconds of voice: what the server gave out and what the pupil's page says it played. Each counts once.
CREATE TABLE log_heard (
  log_id uuid NOT NULL REFERENCES lesson_logs (id),
  person_id uuid NOT NULL,
  served int4multirange DEFAULT '{}' NOT NULL,
  heard int4multirange DEFAULT '{}' NOT NULL,
  PRIMARY KEY (log_id, person_id)
);
COMMENT ON COLUMN log_heard.heard IS 'sensitivity=2 purpose=know who was reached';
