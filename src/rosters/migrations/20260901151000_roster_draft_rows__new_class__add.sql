-- The id of a class that the import will make is known from the check on, like that of a new person: nothing has to be
-- filled in later, row by row.
ALTER TABLE roster_draft_rows ADD COLUMN new_class boolean DEFAULT false NOT NULL;
-- Pages of one outcome are read along the primary key; the index cost more at each import than it saved.
DROP INDEX roster_draft_rows_outcome_idx;
