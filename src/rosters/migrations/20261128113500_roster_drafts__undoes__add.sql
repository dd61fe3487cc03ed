-- An import that takes an earlier one back.
ALTER TABLE roster_drafts ADD COLUMN undoes uuid REFERENCES roster_drafts (id) ON DELETE CASCADE;
CREATE INDEX roster_drafts_undoes_idx ON roster_drafts (undoes) WHERE undoes IS NOT NULL;
