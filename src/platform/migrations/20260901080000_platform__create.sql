CREATE EXTENSION IF NOT EXISTS ltree;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- The one row that moves the product's clock. Only a demo region ever has an offset.
CREATE TABLE clock (
  only_row boolean DEFAULT true PRIMARY KEY,
  clock_offset interval DEFAULT '0' NOT NULL,
  CONSTRAINT clock_only_row CHECK (only_row)
);
COMMENT ON TABLE clock IS 'Offset of the product clock from the database clock';
INSERT INTO clock DEFAULT VALUES;

-- Deadlines are decided by this clock and by no browser's or app server's (design: the database clock decides).
CREATE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT clock_timestamp() + clock_offset FROM clock $$;

-- Answers to repeated writes are rebuilt from the resource, not stored; rows live 48 h.
CREATE TABLE idempotency_keys (
  actor_key text NOT NULL,
  key text NOT NULL,
  request_hash bytea NOT NULL,
  status smallint,
  resource_id text,
  created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
  PRIMARY KEY (actor_key, key),
  CONSTRAINT idempotency_keys_key_length CHECK (length(key) BETWEEN 8 AND 100)
);
CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at);

-- Append only: the application role may insert and read. A sealer chains the rows each second.
CREATE TABLE audit_lines (
  id uuid DEFAULT uuidv7() PRIMARY KEY,
  at timestamptz DEFAULT clock_timestamp() NOT NULL,
  actor_kind text NOT NULL,
  actor_id uuid,
  action text NOT NULL,
  subject_kind text,
  subject_id text,
  org_id uuid,
  reason text,
  detail jsonb DEFAULT '{}' NOT NULL,
  seal_no integer,
  CONSTRAINT audit_lines_actor_kind CHECK (actor_kind IN ('person', 'operator', 'system', 'anonymous'))
);
CREATE INDEX audit_lines_unsealed_idx ON audit_lines (id) WHERE seal_no IS NULL;
CREATE INDEX audit_lines_org_id_at_idx ON audit_lines (org_id, at);
CREATE TABLE audit_seals (
  seal_no integer PRIMARY KEY,
  at timestamptz DEFAULT clock_timestamp() NOT NULL,
  line_count integer NOT NULL,
  previous_hash bytea NOT NULL,
  hash bytea NOT NULL
);

-- Durable files: content lies in the file store under its own hash; a row exists only after the bytes are safe.
CREATE TABLE files (
  id uuid DEFAULT uuidv7() PRIMARY KEY,
  sha256 bytea NOT NULL,
  size_bytes integer NOT NULL,
  media_type text NOT NULL,
  purpose text NOT NULL,
  created_at timestamptz DEFAULT clock_timestamp() NOT NULL
);
CREATE INDEX files_sha256_idx ON files (sha256);
