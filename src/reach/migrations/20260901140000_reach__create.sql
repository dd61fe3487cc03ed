-- A school's own limits over the defaults of rules/attendance.ts; a missing row means the defaults.
CREATE TABLE attendance_rules (
  school_id uuid PRIMARY KEY REFERENCES orgs (id) ON DELETE CASCADE,
  late_minutes smallint NOT NULL,
  left_early_percent smallint NOT NULL,
  made_up_percent smallint NOT NULL,
  day_needs text NOT NULL,
  follow_up_hours smallint NOT NULL,
  help_hours smallint NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  changed_by uuid,
  changed_at timestamptz DEFAULT app_now() NOT NULL,
  CONSTRAINT attendance_rules_late_minutes CHECK (late_minutes BETWEEN 0 AND 60),
  CONSTRAINT attendance_rules_left_early_percent CHECK (left_early_percent BETWEEN 1 AND 100),
  CONSTRAINT attendance_rules_made_up_percent CHECK (made_up_percent BETWEEN 1 AND 100),
  CONSTRAINT attendance_rules_day_needs CHECK (day_needs IN ('anyLesson', 'everyLesson')),
  CONSTRAINT attendance_rules_follow_up_hours CHECK (follow_up_hours BETWEEN 1 AND 72),
  CONSTRAINT attendance_rules_help_hours CHECK (help_hours BETWEEN 1 AND 24)
);

-- One state per pupil and school day, counted in one class (roll_classes). Rewritten by the recount only.
CREATE TABLE reach_days (
  school_day date NOT NULL,
  person_id uuid NOT NULL,
  class_id uuid NOT NULL,
  -- Unit of that class: where the figures begin to climb.
  org_id uuid NOT NULL,
  school_id uuid NOT NULL,
  expected smallint NOT NULL,
  reached smallint NOT NULL,
  missed smallint NOT NULL,
  state text NOT NULL,
  way text,
  -- False: nobody answers for the pupil that day.
  has_adult boolean NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  PRIMARY KEY (school_day, person_id),
  CONSTRAINT reach_days_state CHECK (state IN ('pending', 'reached', 'reachedLate', 'excused', 'unreached')),
  CONSTRAINT reach_days_counts CHECK (expected > 0 AND reached >= 0 AND missed >= 0 AND reached + missed <= expected)
) PARTITION BY RANGE (school_day);
CREATE INDEX reach_days_class_id_idx ON reach_days (class_id, school_day);
CREATE INDEX reach_days_org_id_idx ON reach_days (org_id, school_day);
CREATE INDEX reach_days_school_id_idx ON reach_days (school_id, school_day) INCLUDE (state);
COMMENT ON COLUMN reach_days.person_id IS 'sensitivity=2 purpose=reach of the day';
COMMENT ON COLUMN reach_days.state IS 'sensitivity=3 purpose=reach of the day';
COMMENT ON COLUMN reach_days.way IS 'sensitivity=2 purpose=reach of the day';

-- Counts, never names. A unit's row is its own classes plus the rows of the units directly below it.
CREATE TABLE rollups (
  school_day date NOT NULL,
  org_id uuid NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
  measure text NOT NULL,
  way text DEFAULT '' NOT NULL,
  count integer NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  cut_off timestamptz NOT NULL,
  computed_at timestamptz NOT NULL,
  PRIMARY KEY (school_day, org_id, measure, way),
  CONSTRAINT rollups_measure CHECK (measure IN
    ('expected', 'reached', 'reachedLate', 'excused', 'unreached', 'pending', 'withoutAdult', 'lessonsExpected', 'lessonsReached', 'lessonsMissed')),
  CONSTRAINT rollups_count CHECK (count >= 0)
);
CREATE INDEX rollups_org_id_idx ON rollups (org_id, school_day);

-- When a school last gave a sign of life on a day: silence is shown, never taken for 0 or 100 %.
CREATE TABLE school_signs (
  school_day date NOT NULL,
  school_id uuid NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
  last_fact_at timestamptz NOT NULL,
  PRIMARY KEY (school_day, school_id)
);

-- One open case per pupil, with a named adult and a deadline.
CREATE TABLE follow_ups (
  id uuid DEFAULT uuidv7() PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
  school_id uuid NOT NULL REFERENCES orgs (id),
  class_id uuid NOT NULL,
  origin text NOT NULL,
  -- NULL only while nobody answers for the pupil; the nightly check names such gaps.
  adult_id uuid REFERENCES persons (id),
  deputy_id uuid REFERENCES persons (id),
  opened_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  state text DEFAULT 'open' NOT NULL,
  reason text,
  escalated_at timestamptz,
  closed_at timestamptz,
  closed_by text,
  closed_person_id uuid,
  closed_fact_id uuid,
  closing_reason text,
  version integer DEFAULT 1 NOT NULL,
  CONSTRAINT follow_ups_origin CHECK (origin IN ('dayClose', 'cannotAttend', 'byHand')),
  CONSTRAINT follow_ups_state CHECK (state IN ('open', 'closed')),
  CONSTRAINT follow_ups_closed CHECK ((state = 'closed') = (closed_at IS NOT NULL) AND (closed_at IS NULL) = (closed_by IS NULL)),
  -- Never closed without a fact or a reason.
  CONSTRAINT follow_ups_closed_by CHECK (closed_by IS NULL OR (closed_by = 'fact' AND closed_fact_id IS NOT NULL)
    OR (closed_by IN ('reason', 'withdrawn') AND closing_reason IS NOT NULL))
);
CREATE UNIQUE INDEX follow_ups_one_open_key ON follow_ups (person_id) WHERE state = 'open';
CREATE INDEX follow_ups_adult_id_idx ON follow_ups (adult_id, due_at) WHERE state = 'open';
CREATE INDEX follow_ups_deputy_id_idx ON follow_ups (deputy_id, due_at) WHERE state = 'open';
CREATE INDEX follow_ups_school_id_idx ON follow_ups (school_id, due_at) WHERE state = 'open';
CREATE INDEX follow_ups_person_id_idx ON follow_ups (person_id, opened_at);
COMMENT ON COLUMN follow_ups.person_id IS 'sensitivity=3 purpose=follow up an unreached pupil';
COMMENT ON COLUMN follow_ups.reason IS 'sensitivity=3 purpose=follow up an unreached pupil';
COMMENT ON COLUMN follow_ups.closing_reason IS 'sensitivity=3 purpose=follow up an unreached pupil';

-- The days a follow-up is about; further unreached days join the open one.
CREATE TABLE follow_up_days (
  follow_up_id uuid NOT NULL REFERENCES follow_ups (id) ON DELETE CASCADE,
  school_day date NOT NULL,
  PRIMARY KEY (follow_up_id, school_day)
);

-- Who tried what, and what came of it.
CREATE TABLE contact_log (
  id uuid DEFAULT uuidv7() PRIMARY KEY,
  follow_up_id uuid NOT NULL REFERENCES follow_ups (id) ON DELETE CASCADE,
  school_day date NOT NULL,
  at timestamptz DEFAULT app_now() NOT NULL,
  by_person_id uuid NOT NULL REFERENCES persons (id),
  means text NOT NULL,
  outcome text NOT NULL,
  reason text,
  note text,
  CONSTRAINT contact_log_means CHECK (means IN ('phone', 'visit', 'paper', 'message')),
  CONSTRAINT contact_log_outcome CHECK (outcome IN ('willMakeUp', 'taught', 'given', 'excused', 'noAnswer', 'worried')),
  CONSTRAINT contact_log_note_length CHECK (length(note) <= 500)
);
CREATE INDEX contact_log_follow_up_id_idx ON contact_log (follow_up_id, at);
COMMENT ON COLUMN contact_log.outcome IS 'sensitivity=3 purpose=follow up an unreached pupil';
COMMENT ON COLUMN contact_log.reason IS 'sensitivity=3 purpose=follow up an unreached pupil';
COMMENT ON COLUMN contact_log.note IS 'sensitivity=4 purpose=follow up an unreached pupil';

-- "I cannot attend": told by the pupil or a guardian with one tap on a reason.
CREATE TABLE cannot_attend (
  id uuid DEFAULT uuidv7() PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
  school_day date NOT NULL,
  -- One lesson, or NULL: the rest of the day.
  planned_id uuid,
  reason text NOT NULL,
  told_by uuid NOT NULL REFERENCES persons (id),
  told_at timestamptz NOT NULL,
  withdrawn_at timestamptz,
  follow_up_id uuid NOT NULL REFERENCES follow_ups (id) ON DELETE CASCADE,
  CONSTRAINT cannot_attend_reason CHECK (reason IN ('noDevice', 'noNetwork', 'noData', 'sharedPhone', 'ill', 'other'))
);
CREATE UNIQUE INDEX cannot_attend_standing_key ON cannot_attend (school_day, person_id, planned_id) NULLS NOT DISTINCT
  WHERE withdrawn_at IS NULL;
COMMENT ON COLUMN cannot_attend.person_id IS 'sensitivity=2 purpose=help a pupil who cannot attend';
COMMENT ON COLUMN cannot_attend.reason IS 'sensitivity=3 purpose=help a pupil who cannot attend';

-- A family says a state is wrong, or that a failure explains it; staff answer.
CREATE TABLE contests (
  id uuid DEFAULT uuidv7() PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
  school_id uuid NOT NULL REFERENCES orgs (id),
  school_day date NOT NULL,
  planned_id uuid NOT NULL,
  reason text NOT NULL,
  note text,
  opened_by uuid NOT NULL REFERENCES persons (id),
  opened_at timestamptz NOT NULL,
  state text DEFAULT 'open' NOT NULL,
  answer text,
  answered_by uuid REFERENCES persons (id),
  answered_at timestamptz,
  CONSTRAINT contests_reason CHECK (reason IN ('wasThere', 'deviceFailed', 'networkFailed', 'powerFailed', 'otherWay', 'other')),
  CONSTRAINT contests_state CHECK (state IN ('open', 'accepted', 'declined')),
  CONSTRAINT contests_answered CHECK ((state = 'open') = (answered_at IS NULL)),
  CONSTRAINT contests_declined_says_why CHECK (state <> 'declined' OR btrim(answer) <> ''),
  CONSTRAINT contests_note_length CHECK (length(note) <= 500 AND length(answer) <= 500)
);
CREATE UNIQUE INDEX contests_one_open_key ON contests (school_day, person_id, planned_id) WHERE state = 'open';
CREATE INDEX contests_school_id_idx ON contests (school_id, opened_at) WHERE state = 'open';
COMMENT ON COLUMN contests.person_id IS 'sensitivity=2 purpose=answer a family';
COMMENT ON COLUMN contests.reason IS 'sensitivity=3 purpose=answer a family';
COMMENT ON COLUMN contests.note IS 'sensitivity=4 purpose=answer a family';
COMMENT ON COLUMN contests.answer IS 'sensitivity=3 purpose=answer a family';

-- What the nightly check found: pupils for whom nobody answers. Ids only.
CREATE TABLE adult_gaps (
  school_day date NOT NULL,
  person_id uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
  class_id uuid NOT NULL,
  school_id uuid NOT NULL REFERENCES orgs (id),
  found_at timestamptz DEFAULT app_now() NOT NULL,
  PRIMARY KEY (school_id, person_id)
);
COMMENT ON COLUMN adult_gaps.person_id IS 'sensitivity=2 purpose=nobody is without a named adult';
