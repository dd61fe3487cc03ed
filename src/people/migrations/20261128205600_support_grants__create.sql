-- compatible: yes
-- The operator's leave to look into one school: asked for, given by the school's administrator, reading only, four hours at
-- most. It ends by the database's own clock, not by the product's, which a demo may set.
CREATE TABLE support_grants (
  id uuid DEFAULT uuidv7() PRIMARY KEY,
  org_id uuid NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
  reason text NOT NULL,
  minutes smallint NOT NULL,
  asked_at timestamptz DEFAULT clock_timestamp() NOT NULL,
  decided_by uuid REFERENCES persons (id),
  decided_at timestamptz,
  -- Set when it is given; null after a decision: it was declined.
  ends_at timestamptz,
  ended_at timestamptz,
  ended_by uuid REFERENCES persons (id),
  token_hash bytea,
  CONSTRAINT support_grants_token_key UNIQUE (token_hash),
  CONSTRAINT support_grants_minutes CHECK (minutes BETWEEN 10 AND 240),
  CONSTRAINT support_grants_four_hours CHECK (ends_at <= decided_at + interval '4 hours'),
  CONSTRAINT support_grants_decided CHECK (ends_at IS NULL OR decided_by IS NOT NULL)
);
CREATE INDEX support_grants_org_id_idx ON support_grants (org_id, asked_at DESC);
COMMENT ON COLUMN support_grants.reason IS 'sensitivity=1 purpose=why the operator asks to look';
COMMENT ON COLUMN support_grants.decided_by IS 'sensitivity=2 purpose=who let the operator look';
COMMENT ON COLUMN support_grants.ended_by IS 'sensitivity=2 purpose=who ended it';
COMMENT ON COLUMN support_grants.token_hash IS 'sensitivity=4 purpose=open what was granted';

-- Everything asked for under a grant, written before it is answered. Addresses hold ids, never names.
CREATE TABLE support_uses (
  id uuid DEFAULT uuidv7() PRIMARY KEY,
  grant_id uuid NOT NULL REFERENCES support_grants (id) ON DELETE CASCADE,
  at timestamptz DEFAULT clock_timestamp() NOT NULL,
  operation text NOT NULL,
  url_path text NOT NULL
);
CREATE INDEX support_uses_grant_id_idx ON support_uses (grant_id, id DESC);
COMMENT ON COLUMN support_uses.url_path IS 'sensitivity=2 purpose=what the operator looked at';
