-- A slot that came from a term list and uses somebody or something twice stays in the draft and out of every
-- publication until it is solved; then the mark goes by itself.
ALTER TABLE plan_items ADD COLUMN held boolean DEFAULT false NOT NULL;
-- Teachers as the file names them, who are not (yet) in the school's roster.
ALTER TABLE plan_items ADD COLUMN teacher_names text[] DEFAULT '{}' NOT NULL;
-- What the file said of the slot. While it says the same, what planners did with the slot by hand stands.
ALTER TABLE plan_items ADD COLUMN source_hash text;
CREATE INDEX plan_items_held_idx ON plan_items (school_id, term_id) WHERE held;
COMMENT ON COLUMN plan_items.teacher_names IS 'sensitivity=2 purpose=name the teacher of a lesson';

-- A class timetable (matrix) or the list of a whole term.
ALTER TABLE timetable_imports ADD COLUMN kind text DEFAULT 'matrix' NOT NULL;
ALTER TABLE timetable_imports ADD CONSTRAINT timetable_imports_kind CHECK (kind IN ('matrix', 'term'));
