-- A day changes its state several times before it is over. No index holds the state, so each change stays in its page;
-- nobody asks by class alone.
DROP INDEX reach_days_school_id_idx;
DROP INDEX reach_days_class_id_idx;
CREATE INDEX reach_days_school_id_idx ON reach_days (school_id, school_day);
