-- How a school's roster is fetched by itself, once a day.
CREATE TABLE roster_syncs (
  school_id uuid PRIMARY KEY REFERENCES orgs (id) ON DELETE CASCADE,
  -- folder: below the data folder, filled by the school's own systems; url: https.
  kind text NOT NULL,
  -- The whole address may carry a key: sealed, shown and logged nowhere.
  address_cipher bytea,
  -- Host and path, for people to recognise it.
  address_shown text,
  -- Hour in the school's zone from which it runs.
  hour smallint NOT NULL,
  -- Above these a run stops and waits for a person: pupils the file leaves out, people it would change.
  max_leaving_percent smallint NOT NULL,
  max_changed_percent smallint NOT NULL,
  leaving_act text NOT NULL,
  is_paused boolean DEFAULT false NOT NULL,
  updated_at timestamptz DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT roster_syncs_kind CHECK (kind IN ('folder', 'url')),
  CONSTRAINT roster_syncs_url_has_address CHECK ((kind = 'url') = (address_cipher IS NOT NULL)),
  CONSTRAINT roster_syncs_hour CHECK (hour BETWEEN 0 AND 23),
  CONSTRAINT roster_syncs_percents CHECK (max_leaving_percent BETWEEN 0 AND 100 AND max_changed_percent BETWEEN 0 AND 100),
  CONSTRAINT roster_syncs_leaving_act CHECK (leaving_act IN ('keep', 'end'))
);
COMMENT ON COLUMN roster_syncs.address_cipher IS 'sensitivity=4 purpose=fetch a roster';

CREATE TABLE roster_sync_runs (
  id uuid DEFAULT uuidv7() PRIMARY KEY,
  school_id uuid NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
  by_hand boolean NOT NULL,
  state text DEFAULT 'running' NOT NULL,
  -- What it found: counts, never names.
  counts jsonb,
  code text,
  params jsonb DEFAULT '{}'::jsonb NOT NULL,
  draft_id uuid REFERENCES roster_drafts (id) ON DELETE SET NULL,
  started_at timestamptz DEFAULT clock_timestamp() NOT NULL,
  -- The date in the school's zone: once a day by itself.
  day date NOT NULL,
  finished_at timestamptz,
  CONSTRAINT roster_sync_runs_state CHECK (state IN ('running', 'applied', 'unchanged', 'stopped', 'failed')),
  CONSTRAINT roster_sync_runs_finished CHECK ((state = 'running') = (finished_at IS NULL))
);
CREATE INDEX roster_sync_runs_school_id_idx ON roster_sync_runs (school_id, started_at DESC);
CREATE INDEX roster_sync_runs_draft_id_idx ON roster_sync_runs (draft_id) WHERE draft_id IS NOT NULL;
CREATE UNIQUE INDEX roster_sync_runs_one_running_key ON roster_sync_runs (school_id) WHERE state = 'running';
