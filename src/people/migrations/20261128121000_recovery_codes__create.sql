-- The way in for whoever has no telephone at hand: ten codes, each good once in place of the second step.
CREATE TABLE recovery_codes (
  account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  code_hash bytea NOT NULL,
  used_at timestamptz,
  PRIMARY KEY (account_id, code_hash)
);
COMMENT ON COLUMN recovery_codes.account_id IS 'sensitivity=1 purpose=whose code it is';
COMMENT ON COLUMN recovery_codes.code_hash IS 'sensitivity=4 purpose=second step of signing in without a telephone';
COMMENT ON COLUMN recovery_codes.used_at IS 'sensitivity=2 purpose=take no code of the second step twice';
