-- A seal names the lines under it with the hash of each, so that a check can say which line was changed, taken out or put in.
-- No seal was ever written before this column.
ALTER TABLE audit_seals
  ADD COLUMN line_ids uuid[] NOT NULL,
  ADD COLUMN line_hashes bytea[] NOT NULL,
  ADD CONSTRAINT audit_seals_lines_are_counted
    CHECK (line_count = cardinality(line_ids) AND line_count = cardinality(line_hashes) AND line_count > 0);
COMMENT ON TABLE audit_seals IS 'Chain over the audit lines: each seal holds the hash of the one before it';

-- Against the product itself and whoever speaks through it. A superuser can switch a trigger off; the chain tells of it.
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- The sealer's one change: a line without a seal gets one.
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'audit_lines' THEN
    IF OLD.seal_no IS NULL AND to_jsonb(NEW) - 'seal_no' = to_jsonb(OLD) - 'seal_no' THEN RETURN NEW; END IF;
  END IF;
  RAISE EXCEPTION 'audit lines and seals are never changed or removed' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_lines_append_only BEFORE UPDATE OR DELETE ON audit_lines
  FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_lines_not_emptied BEFORE TRUNCATE ON audit_lines
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_seals_append_only BEFORE UPDATE OR DELETE ON audit_seals
  FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_seals_not_emptied BEFORE TRUNCATE ON audit_seals
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
