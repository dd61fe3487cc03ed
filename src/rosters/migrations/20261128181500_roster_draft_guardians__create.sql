-- compatible: yes
-- Guardians whom a set of tables names with a telephone that was mapped on purpose; a workbook has one in the row itself.
CREATE TABLE roster_draft_guardians (
  draft_id uuid NOT NULL REFERENCES roster_drafts (id) ON DELETE CASCADE,
  -- The pupil's row.
  row_n integer NOT NULL,
  n smallint NOT NULL,
  name text NOT NULL,
  cipher bytea NOT NULL,
  key_id text NOT NULL,
  tail text NOT NULL,
  -- Keyed hash of the telephone: a guardian of several children is one.
  hash bytea NOT NULL,
  external_id text NOT NULL,
  PRIMARY KEY (draft_id, row_n, n)
);
COMMENT ON COLUMN roster_draft_guardians.name IS 'sensitivity=3 purpose=check an import';
COMMENT ON COLUMN roster_draft_guardians.cipher IS 'sensitivity=4 purpose=follow up an unreached pupil';
COMMENT ON COLUMN roster_draft_guardians.tail IS 'sensitivity=3 purpose=recognise the right contact';
COMMENT ON COLUMN roster_draft_guardians.hash IS 'sensitivity=4 purpose=one guardian for several children';
COMMENT ON COLUMN roster_draft_guardians.external_id IS 'sensitivity=2 purpose=match rosters';
