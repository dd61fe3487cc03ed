-- Readings of a new person's name, computed where the file is checked: written with the person, the words they are found
-- by are made once and not twice.
ALTER TABLE roster_draft_rows ADD COLUMN name_readings text[] DEFAULT '{}' NOT NULL;
COMMENT ON COLUMN roster_draft_rows.name_readings IS 'sensitivity=3 purpose=search and sort names';
