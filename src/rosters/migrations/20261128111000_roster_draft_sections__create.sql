-- Classes that a set of tables names, and who is in them beyond a pupil's home class: staging beside the rows.
CREATE TABLE roster_draft_sections (
  draft_id uuid NOT NULL REFERENCES roster_drafts (id) ON DELETE CASCADE,
  n integer NOT NULL,
  outcome text NOT NULL,
  -- Known from the check on, also of a class that the import will make.
  class_id uuid NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  name_before text,
  course_code text,
  course_title text,
  subject text,
  year_group text,
  class_no smallint,
  term_id uuid,
  -- Last day of the class; NULL while no end is known.
  ends_on date,
  external_id text,
  PRIMARY KEY (draft_id, n),
  CONSTRAINT roster_draft_sections_outcome CHECK (outcome IN ('created', 'changed', 'unchanged', 'ended')),
  CONSTRAINT roster_draft_sections_kind CHECK (kind IN ('homeroom', 'scheduled'))
);

CREATE TABLE roster_draft_members (
  draft_id uuid NOT NULL REFERENCES roster_drafts (id) ON DELETE CASCADE,
  n integer NOT NULL,
  outcome text NOT NULL,
  class_id uuid NOT NULL,
  person_id uuid NOT NULL,
  role text NOT NULL,
  PRIMARY KEY (draft_id, n),
  CONSTRAINT roster_draft_members_outcome CHECK (outcome IN ('created', 'unchanged', 'ended'))
);
COMMENT ON COLUMN roster_draft_members.person_id IS 'sensitivity=2 purpose=check an import';
COMMENT ON COLUMN roster_draft_members.role IS 'sensitivity=2 purpose=check an import';

-- Id of the person in the system the file came from: kept at the import, so that a changed number is still the same person.
ALTER TABLE roster_draft_rows ADD COLUMN external_id text;
COMMENT ON COLUMN roster_draft_rows.external_id IS 'sensitivity=2 purpose=match rosters';
