-- Files that may be nobody's: written before the row that names them, or named by a row that has gone. A sweep looks
-- at those that have been here for an hour and deletes what nothing names, so that a killed process leaves no waste.
CREATE TABLE loose_files (
  sha256 text PRIMARY KEY,
  since timestamptz NOT NULL
);
