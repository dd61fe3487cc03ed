-- compatible: yes
-- Which code a device answered with, so that the same device may ask again and another one may not.
ALTER TABLE sessions ADD COLUMN totp_step bigint;
COMMENT ON COLUMN sessions.totp_step IS 'sensitivity=2 purpose=let a device repeat an answer that got lost, and no other device';
