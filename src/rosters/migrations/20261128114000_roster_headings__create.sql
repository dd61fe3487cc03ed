-- Headings that a school once read by hand as a field; proposed the next time, visible and removable.
CREATE TABLE roster_headings (
  id uuid DEFAULT uuidv7() PRIMARY KEY,
  school_id uuid NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
  -- As it stood in the file, for people to read.
  heading text NOT NULL,
  -- As headings are compared: compact, lower case, without stars and hints.
  plain text NOT NULL,
  field text NOT NULL,
  created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT roster_headings_school_id_plain_key UNIQUE (school_id, plain),
  CONSTRAINT roster_headings_field CHECK (field IN ('number', 'name', 'sex', 'yearGroup', 'class', 'classNo', 'staffNumber',
    'role', 'classTeacherOf'))
);
