-- Bell plan (作息时间表): clock times of the periods of a school, or of some of its year groups.
CREATE TABLE bell_plans (
  id uuid DEFAULT uuidv7() PRIMARY KEY,
  school_id uuid NOT NULL REFERENCES orgs (id),
  title text NOT NULL,
  -- Year groups (classes.year_group) it holds for; empty: every class that no other plan names.
  year_groups text[] DEFAULT '{}' NOT NULL,
  CONSTRAINT bell_plans_school_id_title_key UNIQUE (school_id, title),
  CONSTRAINT bell_plans_title_not_blank CHECK (btrim(title) <> '')
);
CREATE UNIQUE INDEX bell_plans_one_default_key ON bell_plans (school_id) WHERE year_groups = '{}';

CREATE TABLE bell_periods (
  bell_plan_id uuid NOT NULL REFERENCES bell_plans (id) ON DELETE CASCADE,
  starts_at_local time NOT NULL,
  ends_at_local time NOT NULL,
  -- 第n节; NULL: a break that the printed week names (eye exercises, lunch).
  period smallint,
  label text,
  PRIMARY KEY (bell_plan_id, starts_at_local),
  CONSTRAINT bell_periods_period_key UNIQUE (bell_plan_id, period),
  CONSTRAINT bell_periods_ends_after_start CHECK (ends_at_local > starts_at_local),
  CONSTRAINT bell_periods_period CHECK (period BETWEEN 1 AND 20),
  CONSTRAINT bell_periods_break_has_label CHECK (period IS NOT NULL OR label IS NOT NULL)
);

-- A place in a building that two lessons cannot use at once; the online room is of `rooms`.
CREATE TABLE classrooms (
  id uuid DEFAULT uuidv7() PRIMARY KEY,
  school_id uuid NOT NULL REFERENCES orgs (id),
  name text NOT NULL,
  CONSTRAINT classrooms_school_id_name_key UNIQUE (school_id, name)
);

-- The weekly pattern: one slot a week in the named weeks. Freely editable; pupils see it only once a week is published.
CREATE TABLE plan_items (
  id uuid DEFAULT uuidv7() PRIMARY KEY,
  school_id uuid NOT NULL REFERENCES orgs (id),
  term_id uuid NOT NULL REFERENCES terms (id),
  -- Items split off for single weeks keep the id of the item they come from: (origin_id, week) is one lesson.
  origin_id uuid NOT NULL,
  course_id uuid NOT NULL REFERENCES courses (id),
  weekday smallint NOT NULL,
  period smallint NOT NULL,
  -- Last period of a double lesson; equals `period` for a single one.
  period_to smallint NOT NULL,
  weeks smallint[] NOT NULL,
  mode text NOT NULL,
  -- What the mode needs, e.g. {"link": "https://…"} of an external meeting.
  mode_params jsonb DEFAULT '{}' NOT NULL,
  classroom_id uuid REFERENCES classrooms (id),
  -- Row of the workbook it came from; a repeated import finds it again.
  source_key text,
  version integer DEFAULT 1 NOT NULL,
  CONSTRAINT plan_items_weekday CHECK (weekday BETWEEN 1 AND 7),
  CONSTRAINT plan_items_period CHECK (period BETWEEN 1 AND 20 AND period_to BETWEEN period AND 20),
  CONSTRAINT plan_items_weeks CHECK (cardinality(weeks) > 0 AND 1 <= ALL (weeks) AND 40 >= ALL (weeks))
);
CREATE INDEX plan_items_school_id_term_id_idx ON plan_items (school_id, term_id);
CREATE INDEX plan_items_origin_id_idx ON plan_items (origin_id);
CREATE UNIQUE INDEX plan_items_source_key_key ON plan_items (school_id, term_id, source_key) WHERE source_key IS NOT NULL;

CREATE TABLE plan_item_audiences (
  plan_item_id uuid NOT NULL REFERENCES plan_items (id) ON DELETE CASCADE,
  class_id uuid NOT NULL REFERENCES classes (id),
  own_teacher_id uuid REFERENCES persons (id),
  PRIMARY KEY (plan_item_id, class_id)
);
CREATE INDEX plan_item_audiences_class_id_idx ON plan_item_audiences (class_id);

CREATE TABLE plan_item_staff (
  plan_item_id uuid NOT NULL REFERENCES plan_items (id) ON DELETE CASCADE,
  person_id uuid NOT NULL REFERENCES persons (id),
  duty text DEFAULT 'lead' NOT NULL,
  PRIMARY KEY (plan_item_id, person_id),
  CONSTRAINT plan_item_staff_duty CHECK (duty IN ('lead', 'own', 'assistant', 'observer'))
);
CREATE INDEX plan_item_staff_person_id_idx ON plan_item_staff (person_id);

-- Published lessons only: what people see, what expectations are made from.
CREATE TABLE lessons (
  school_day date NOT NULL,
  id uuid DEFAULT uuidv7() NOT NULL,
  school_id uuid NOT NULL REFERENCES orgs (id),
  course_id uuid NOT NULL REFERENCES courses (id),
  topic text,
  -- NULL for a lesson that was started without being planned.
  period smallint,
  period_to smallint,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  mode text NOT NULL,
  mode_params jsonb DEFAULT '{}' NOT NULL,
  status text DEFAULT 'planned' NOT NULL,
  classroom_id uuid REFERENCES classrooms (id),
  plan_origin_id uuid,
  week_no smallint,
  version integer DEFAULT 1 NOT NULL,
  -- A lesson moved to another day leaves its row there with status `moved`; the two rows name each other.
  moved_from_day date,
  moved_from_id uuid,
  moved_to_day date,
  moved_to_id uuid,
  log_id uuid,
  started_at timestamptz,
  ended_at timestamptz,
  -- Taken out of or put into the week by hand: the next publication of the week leaves it alone.
  changed_by_hand boolean DEFAULT false NOT NULL,
  PRIMARY KEY (school_day, id),
  CONSTRAINT lessons_ends_after_start CHECK (ends_at > starts_at),
  CONSTRAINT lessons_status CHECK (status IN ('planned', 'live', 'ended', 'cancelled', 'moved')),
  CONSTRAINT lessons_moved CHECK ((status = 'moved') = (moved_to_id IS NOT NULL)),
  CONSTRAINT lessons_period CHECK (period_to >= period)
) PARTITION BY RANGE (school_day);
CREATE INDEX lessons_school_id_idx ON lessons (school_id, school_day);
CREATE INDEX lessons_plan_origin_id_idx ON lessons (plan_origin_id, week_no);
CREATE INDEX lessons_log_id_idx ON lessons (log_id);
-- A pattern slot is at most one lesson that still stands, per day; across days the publication's lock keeps it so.
CREATE UNIQUE INDEX lessons_plan_origin_id_key ON lessons (school_day, plan_origin_id, week_no)
  WHERE plan_origin_id IS NOT NULL AND status <> 'moved';

CREATE TABLE lesson_audiences (
  school_day date NOT NULL,
  lesson_id uuid NOT NULL,
  class_id uuid NOT NULL REFERENCES classes (id),
  -- The class's own teacher beside the lead lecturer (dual teacher).
  own_teacher_id uuid REFERENCES persons (id),
  -- Which of the rooms of one lesson the class sits in; 1 unless a lecture has many.
  room_no smallint DEFAULT 1 NOT NULL,
  PRIMARY KEY (school_day, lesson_id, class_id),
  FOREIGN KEY (school_day, lesson_id) REFERENCES lessons (school_day, id) ON DELETE CASCADE
) PARTITION BY RANGE (school_day);
CREATE INDEX lesson_audiences_class_id_idx ON lesson_audiences (class_id, school_day);

CREATE TABLE lesson_staff (
  school_day date NOT NULL,
  lesson_id uuid NOT NULL,
  person_id uuid NOT NULL REFERENCES persons (id),
  duty text DEFAULT 'lead' NOT NULL,
  PRIMARY KEY (school_day, lesson_id, person_id),
  FOREIGN KEY (school_day, lesson_id) REFERENCES lessons (school_day, id) ON DELETE CASCADE,
  CONSTRAINT lesson_staff_duty CHECK (duty IN ('lead', 'own', 'assistant', 'observer'))
) PARTITION BY RANGE (school_day);
CREATE INDEX lesson_staff_person_id_idx ON lesson_staff (person_id, school_day);

-- Who and what must not be in two lessons at once. Deferred, so that two lessons may swap in one transaction.
CREATE TABLE bookings (
  resource_kind text NOT NULL,
  resource_id uuid NOT NULL,
  during tstzrange NOT NULL,
  school_day date NOT NULL,
  lesson_id uuid NOT NULL,
  CONSTRAINT bookings_no_double_use PRIMARY KEY (resource_kind, resource_id, during WITHOUT OVERLAPS)
    DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (school_day, lesson_id) REFERENCES lessons (school_day, id) ON DELETE CASCADE,
  CONSTRAINT bookings_resource_kind CHECK (resource_kind IN ('teacher', 'class', 'classroom'))
);
CREATE INDEX bookings_lesson_id_idx ON bookings (school_day, lesson_id);

-- Each publication of a week with what it changed and whom it touched.
CREATE TABLE week_publications (
  term_id uuid NOT NULL REFERENCES terms (id),
  school_id uuid NOT NULL REFERENCES orgs (id),
  week_no smallint NOT NULL,
  version integer NOT NULL,
  published_at timestamptz NOT NULL,
  published_by uuid,
  report jsonb NOT NULL,
  PRIMARY KEY (school_id, term_id, week_no, version)
);

-- What became different in the published plan, for the Today of those it touches. Ids and times, no names.
CREATE TABLE plan_changes (
  id uuid DEFAULT uuidv7() PRIMARY KEY,
  school_id uuid NOT NULL REFERENCES orgs (id),
  school_day date NOT NULL,
  lesson_id uuid NOT NULL,
  kind text NOT NULL,
  class_ids uuid[] NOT NULL,
  staff_ids uuid[] NOT NULL,
  before jsonb,
  after jsonb,
  reason text,
  changed_at timestamptz NOT NULL,
  changed_by uuid,
  CONSTRAINT plan_changes_kind CHECK (kind IN ('added', 'moved', 'cancelled', 'substituted', 'modeChanged', 'restored'))
);
CREATE INDEX plan_changes_school_id_idx ON plan_changes (school_id, school_day);
CREATE INDEX plan_changes_lesson_id_idx ON plan_changes (lesson_id);
