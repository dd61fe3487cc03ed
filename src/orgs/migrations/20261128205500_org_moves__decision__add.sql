-- compatible: yes
-- Who decided that a unit stands elsewhere from the first day of the row, and by what paper. Empty for where a unit stood from
-- the beginning and for what a list of schools moved.
ALTER TABLE org_moves
  ADD COLUMN is_merge boolean DEFAULT false NOT NULL,
  ADD COLUMN reason text,
  ADD COLUMN document text,
  ADD COLUMN decided_by uuid,
  ADD COLUMN decided_at timestamptz;
COMMENT ON COLUMN org_moves.reason IS 'sensitivity=1 purpose=why the unit was moved or merged';
COMMENT ON COLUMN org_moves.document IS 'sensitivity=1 purpose=title and number of the paper that decided it';
COMMENT ON COLUMN org_moves.decided_by IS 'sensitivity=2 purpose=who moved the unit';

-- Units whose figures of a day lost or won a unit below them after they may have been counted; taken out by who counts.
CREATE TABLE org_tree_changes (
  day date NOT NULL,
  org_id uuid NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
  PRIMARY KEY (day, org_id)
);
