-- A timetable in somebody's own calendar program: an address only its owner knows, until it is taken back.
CREATE TABLE calendar_feeds (
  id uuid DEFAULT uuidv7() PRIMARY KEY,
  owner_id uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
  -- Whose lessons: a pupil's, the owner's own as a teacher, or a class's.
  kind text NOT NULL,
  pupil_id uuid REFERENCES persons (id) ON DELETE CASCADE,
  class_id uuid REFERENCES classes (id) ON DELETE CASCADE,
  secret_hash bytea NOT NULL,
  -- Shown to the owner again; nobody else is given it.
  secret_cipher bytea NOT NULL,
  key_id text NOT NULL,
  created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
  revoked_at timestamptz,
  CONSTRAINT calendar_feeds_kind CHECK (kind IN ('pupil', 'teacher', 'class')),
  CONSTRAINT calendar_feeds_subject CHECK (
    (kind = 'pupil') = (pupil_id IS NOT NULL) AND (kind = 'class') = (class_id IS NOT NULL))
);
CREATE UNIQUE INDEX calendar_feeds_secret_hash_key ON calendar_feeds (secret_hash);
CREATE UNIQUE INDEX calendar_feeds_standing_key ON calendar_feeds (owner_id, kind, pupil_id, class_id)
  NULLS NOT DISTINCT WHERE revoked_at IS NULL;
COMMENT ON COLUMN calendar_feeds.owner_id IS 'sensitivity=1 purpose=give a person their own timetable';
COMMENT ON COLUMN calendar_feeds.pupil_id IS 'sensitivity=2 purpose=give a person their own timetable';
COMMENT ON COLUMN calendar_feeds.secret_cipher IS 'sensitivity=3 purpose=show the owner the address again';
