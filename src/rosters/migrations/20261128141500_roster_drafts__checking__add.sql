-- A draft begins with the upload; its check is a job that goes on when the page is closed.
ALTER TABLE roster_drafts
  -- How the file is to be read, so that a check that was cut off can begin again.
  ADD COLUMN options jsonb DEFAULT '{"choices": [], "createClasses": false}' NOT NULL,
  -- What the check is at, and how far; NULL when it is over.
  ADD COLUMN check_phase text,
  ADD COLUMN rows_done integer DEFAULT 0 NOT NULL,
  ADD COLUMN rows_total integer DEFAULT 0 NOT NULL,
  -- A file that takes its server down is not tried for ever.
  ADD COLUMN check_tries smallint DEFAULT 0 NOT NULL,
  -- When whoever works on the draft last said so; an old one means that the server died.
  ADD COLUMN beat_at timestamptz;
ALTER TABLE roster_drafts DROP CONSTRAINT roster_drafts_state;
ALTER TABLE roster_drafts ADD CONSTRAINT roster_drafts_state
  CHECK (state IN ('checking', 'refused', 'checked', 'applying', 'applied', 'failed', 'discarded'));
ALTER TABLE roster_drafts ADD CONSTRAINT roster_drafts_check_phase
  CHECK (check_phase IN ('waiting', 'reading', 'rows', 'comparing', 'keeping'));
CREATE INDEX roster_drafts_at_work_idx ON roster_drafts (beat_at) WHERE state IN ('checking', 'applying');
