CREATE TABLE orgs (
  id uuid DEFAULT uuidv7() PRIMARY KEY,
  parent_id uuid REFERENCES orgs (id),
  kind text NOT NULL,
  code text NOT NULL,
  name text NOT NULL,
  -- Stages taught here (OneRoster grades are finer); empty above the school.
  stages text[] DEFAULT '{}' NOT NULL,
  -- Materialised path of ids without dashes, root first: what "at or below" means everywhere.
  path ltree NOT NULL,
  tz text DEFAULT 'Asia/Shanghai' NOT NULL,
  is_demo boolean DEFAULT false NOT NULL,
  -- Attendance thresholds and hours of a school, merged over the defaults (see reach and calendar).
  settings jsonb DEFAULT '{}' NOT NULL,
  created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
  sealed_at timestamptz,
  CONSTRAINT orgs_code_key UNIQUE (code),
  CONSTRAINT orgs_kind CHECK (kind IN
    ('ministry', 'province', 'city', 'county', 'school', 'campus', 'college', 'department', 'grade', 'functional')),
  CONSTRAINT orgs_stages CHECK (stages <@ ARRAY['lowerPrimary', 'upperPrimary', 'juniorSecondary', 'seniorSecondary', 'vocational', 'higher'])
);
CREATE INDEX orgs_path_idx ON orgs USING gist (path);
CREATE INDEX orgs_parent_id_idx ON orgs (parent_id);
COMMENT ON COLUMN orgs.name IS 'sensitivity=1 purpose=identify the unit';

-- Where a unit stood on a day, so that figures "as of" survive moves and mergers.
CREATE TABLE org_moves (
  org_id uuid NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
  parent_id uuid,
  during daterange NOT NULL,
  PRIMARY KEY (org_id, during WITHOUT OVERLAPS)
);

CREATE FUNCTION orgs_set_path() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE parent_path ltree;
BEGIN
  IF NEW.parent_id IS NULL THEN
    NEW.path := replace(NEW.id::text, '-', '')::ltree;
  ELSE
    SELECT path INTO STRICT parent_path FROM orgs WHERE id = NEW.parent_id FOR SHARE;
    IF parent_path @> replace(NEW.id::text, '-', '')::ltree OR parent_path ~ ('*.' || replace(NEW.id::text, '-', '') || '.*')::lquery THEN
      RAISE EXCEPTION 'org % cannot be moved below itself', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    NEW.path := parent_path || replace(NEW.id::text, '-', '')::ltree;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER orgs_set_path BEFORE INSERT OR UPDATE OF parent_id ON orgs
  FOR EACH ROW EXECUTE FUNCTION orgs_set_path();

-- Descendants follow a moved unit in the same transaction.
CREATE FUNCTION orgs_move_below() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE orgs SET path = NEW.path || subpath(path, nlevel(OLD.path))
  WHERE path <@ OLD.path AND id <> NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER orgs_move_below AFTER UPDATE OF parent_id ON orgs
  FOR EACH ROW WHEN (OLD.path IS DISTINCT FROM NEW.path) EXECUTE FUNCTION orgs_move_below();
