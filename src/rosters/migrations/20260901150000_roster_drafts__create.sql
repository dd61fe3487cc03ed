-- A checked roster workbook that waits for its importer. The file itself is not kept, its dropped columns nowhere.
CREATE TABLE roster_drafts (
  id uuid DEFAULT uuidv7() PRIMARY KEY,
  school_id uuid NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
  file_name text NOT NULL,
  state text DEFAULT 'checked' NOT NULL,
  -- What the screen says of the file: format, encoding, sheets, columns with counts. No value of any cell.
  facts jsonb NOT NULL,
  read_count integer NOT NULL,
  merged_count integer NOT NULL,
  created_count integer NOT NULL,
  changed_count integer NOT NULL,
  unchanged_count integer NOT NULL,
  leaving_count integer NOT NULL,
  must_count integer NOT NULL,
  look_count integer NOT NULL,
  -- The school's roster when the file was compared with it; another one at the confirmation means: compare again.
  roster_hash bytea NOT NULL,
  -- What happens to pupils the file leaves out; NULL until confirmed.
  leaving_act text,
  progress_percent smallint DEFAULT 0 NOT NULL,
  failure_code text,
  -- Values of the refusal's text: counts, never names.
  failure_params jsonb,
  created_by uuid REFERENCES persons (id) ON DELETE SET NULL,
  created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
  applied_at timestamptz,
  CONSTRAINT roster_drafts_state CHECK (state IN ('checked', 'applying', 'applied', 'failed', 'discarded')),
  CONSTRAINT roster_drafts_leaving_act CHECK (leaving_act IN ('keep', 'end')),
  CONSTRAINT roster_drafts_progress_percent CHECK (progress_percent BETWEEN 0 AND 100),
  CONSTRAINT roster_drafts_applied_has_time CHECK ((state = 'applied') = (applied_at IS NOT NULL))
);
CREATE INDEX roster_drafts_school_id_created_at_idx ON roster_drafts (school_id, created_at DESC);
CREATE INDEX roster_drafts_created_at_idx ON roster_drafts (created_at);

-- The rows of a draft: staging for one set-based import, and what the check screen lists.
CREATE TABLE roster_draft_rows (
  draft_id uuid NOT NULL REFERENCES roster_drafts (id) ON DELETE CASCADE,
  n integer NOT NULL,
  sheet text NOT NULL,
  row integer NOT NULL,
  kind text NOT NULL,
  outcome text NOT NULL,
  -- Ready for a new person too, so that all tables can be written from here.
  person_id uuid DEFAULT uuidv7() NOT NULL,
  number text NOT NULL,
  name text NOT NULL,
  sex text,
  class_id uuid,
  class_key text,
  class_name text,
  year_group text,
  class_no smallint,
  enters_class boolean NOT NULL,
  role text,
  guardian_name text,
  guardian_cipher bytea,
  guardian_key_id text,
  guardian_tail text,
  -- Keyed hash of the telephone: rows of one guardian with several children meet by it.
  guardian_hash bytea,
  -- What changes: {"name": …, "className": …} as it stands now.
  before jsonb NOT NULL,
  -- Texts of the used columns as they stood in the file, for the workbook that is given back.
  given jsonb NOT NULL,
  PRIMARY KEY (draft_id, n),
  CONSTRAINT roster_draft_rows_kind CHECK (kind IN ('pupil', 'staff')),
  CONSTRAINT roster_draft_rows_outcome CHECK (outcome IN ('created', 'changed', 'unchanged', 'blocked')),
  CONSTRAINT roster_draft_rows_sex CHECK (sex IN ('male', 'female', 'unknown')),
  CONSTRAINT roster_draft_rows_role CHECK (role IN ('teacher', 'classTeacher', 'counsellor'))
);
CREATE INDEX roster_draft_rows_outcome_idx ON roster_draft_rows (draft_id, outcome, n);
CREATE INDEX roster_draft_rows_row_idx ON roster_draft_rows (draft_id, sheet, row);
COMMENT ON COLUMN roster_draft_rows.number IS 'sensitivity=2 purpose=match rosters';
COMMENT ON COLUMN roster_draft_rows.name IS 'sensitivity=3 purpose=check an import';
COMMENT ON COLUMN roster_draft_rows.sex IS 'sensitivity=3 purpose=check an import';
COMMENT ON COLUMN roster_draft_rows.guardian_name IS 'sensitivity=3 purpose=check an import';
COMMENT ON COLUMN roster_draft_rows.guardian_cipher IS 'sensitivity=4 purpose=follow up an unreached pupil';
COMMENT ON COLUMN roster_draft_rows.guardian_tail IS 'sensitivity=3 purpose=recognise the right contact';
COMMENT ON COLUMN roster_draft_rows.guardian_hash IS 'sensitivity=4 purpose=one guardian for several children';
COMMENT ON COLUMN roster_draft_rows.before IS 'sensitivity=3 purpose=check an import';
COMMENT ON COLUMN roster_draft_rows.given IS 'sensitivity=3 purpose=give the rows back with their problems';

CREATE TABLE roster_draft_problems (
  draft_id uuid NOT NULL REFERENCES roster_drafts (id) ON DELETE CASCADE,
  n integer NOT NULL,
  code text NOT NULL,
  severity text NOT NULL,
  sheet text,
  row integer,
  column_no integer,
  params jsonb NOT NULL,
  suggestion text,
  PRIMARY KEY (draft_id, n),
  CONSTRAINT roster_draft_problems_severity CHECK (severity IN ('must', 'look'))
);
COMMENT ON COLUMN roster_draft_problems.params IS 'sensitivity=3 purpose=say what is wrong with a row';
COMMENT ON COLUMN roster_draft_problems.suggestion IS 'sensitivity=3 purpose=say what to write instead';

-- Pupils of the compared classes whom the file does not name.
CREATE TABLE roster_draft_leaving (
  draft_id uuid NOT NULL REFERENCES roster_drafts (id) ON DELETE CASCADE,
  person_id uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
  PRIMARY KEY (draft_id, person_id)
);
CREATE INDEX roster_draft_leaving_person_id_idx ON roster_draft_leaving (person_id);
