-- The secret of a second step between showing its QR and the first right code; it replaces the one in use only then.
ALTER TABLE accounts ADD COLUMN totp_pending_cipher bytea;
COMMENT ON COLUMN accounts.totp_pending_cipher IS 'sensitivity=4 purpose=second step of signing in';
COMMENT ON COLUMN accounts.totp_cipher IS 'sensitivity=4 purpose=second step of signing in';
COMMENT ON COLUMN accounts.totp_last_step IS 'sensitivity=2 purpose=take no code of the second step twice';
COMMENT ON COLUMN sessions.totp_at IS 'sensitivity=2 purpose=when the second step was last answered on this device';
