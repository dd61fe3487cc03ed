-- A lesson that a publication cancelled does not keep the slot's place: planned again, it is a new lesson.
DROP INDEX lessons_plan_origin_id_key;
CREATE UNIQUE INDEX lessons_plan_origin_id_key ON lessons (school_day, plan_origin_id, week_no)
  WHERE plan_origin_id IS NOT NULL AND status NOT IN ('moved', 'cancelled');

CREATE TABLE timetable_imports (
  id uuid DEFAULT uuidv7() PRIMARY KEY,
  school_id uuid NOT NULL REFERENCES orgs (id),
  term_id uuid NOT NULL REFERENCES terms (id),
  file_name text NOT NULL,
  file_sha256 text NOT NULL,
  state text DEFAULT 'checked' NOT NULL,
  -- Counts and problems of the check, and what was confirmed; shown again when the page is opened later.
  report jsonb NOT NULL,
  created_by uuid,
  created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
  confirmed_at timestamptz,
  CONSTRAINT timetable_imports_state CHECK (state IN ('checked', 'confirmed')),
  CONSTRAINT timetable_imports_sha256 CHECK (file_sha256 ~ '^[0-9a-f]{64}$')
);
CREATE INDEX timetable_imports_school_id_idx ON timetable_imports (school_id, created_at);

CREATE INDEX lesson_audiences_own_teacher_id_idx ON lesson_audiences (own_teacher_id, school_day)
  WHERE own_teacher_id IS NOT NULL;
