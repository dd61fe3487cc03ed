CREATE TABLE courses (
  id uuid DEFAULT uuidv7() PRIMARY KEY,
  school_id uuid NOT NULL REFERENCES orgs (id),
  code text NOT NULL,
  title text NOT NULL,
  subject text,
  CONSTRAINT courses_school_id_code_key UNIQUE (school_id, code)
);

CREATE TABLE classes (
  id uuid DEFAULT uuidv7() PRIMARY KEY,
  school_id uuid NOT NULL REFERENCES orgs (id),
  -- Unit the class hangs below for figures (college, grade); the school itself when there is none.
  org_id uuid NOT NULL REFERENCES orgs (id),
  kind text NOT NULL,
  name text NOT NULL,
  course_id uuid REFERENCES courses (id),
  term_id uuid REFERENCES terms (id),
  year_group text,
  class_no smallint,
  during daterange NOT NULL,
  CONSTRAINT classes_kind CHECK (kind IN ('homeroom', 'scheduled')),
  CONSTRAINT classes_scheduled_has_course CHECK (kind = 'homeroom' OR course_id IS NOT NULL),
  CONSTRAINT classes_school_kind_name_key UNIQUE (school_id, kind, name, during WITHOUT OVERLAPS)
);
CREATE INDEX classes_school_id_term_id_idx ON classes (school_id, term_id);
CREATE INDEX classes_org_id_idx ON classes (org_id);

CREATE TABLE enrollments (
  class_id uuid NOT NULL REFERENCES classes (id),
  person_id uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
  role text NOT NULL,
  -- Home class: figures count a pupil once, here; a guest at a second school has is_home = false.
  is_home boolean DEFAULT false NOT NULL,
  during daterange NOT NULL,
  PRIMARY KEY (person_id, class_id, role, during WITHOUT OVERLAPS),
  CONSTRAINT enrollments_role CHECK (role IN ('pupil', 'teacher', 'classTeacher', 'counsellor', 'assistant', 'classRep')),
  CONSTRAINT enrollments_home_is_pupil CHECK (NOT is_home OR role = 'pupil'),
  CONSTRAINT enrollments_one_home EXCLUDE USING gist (person_id WITH =, during WITH &&) WHERE (is_home AND role = 'pupil')
);
CREATE INDEX enrollments_class_id_idx ON enrollments (class_id) INCLUDE (person_id, role, during);

-- Course group (课程群) of a class: exists with the class, members follow the roster (view course_group_members).
CREATE TABLE course_groups (
  class_id uuid PRIMARY KEY REFERENCES classes (id) ON DELETE CASCADE,
  created_at timestamptz DEFAULT clock_timestamp() NOT NULL
);
