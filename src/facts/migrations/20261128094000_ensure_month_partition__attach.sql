-- A partition made in place locks its parent against everybody who reads it: a reader of two such tables and a
-- publication that needed both partitions then waited for each other. Made apart and attached, readers and writers
-- of the parent go on.
CREATE OR REPLACE FUNCTION ensure_month_partition(parent text, day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  month date := date_trunc('month', day)::date;
  part text := format('%s_y%sm%s', parent, to_char(month, 'YYYY'), to_char(month, 'MM'));
BEGIN
  IF to_regclass(part) IS NULL THEN
    PERFORM pg_advisory_xact_lock(hashtext('ensure_month_partition'), hashtext(part));
    BEGIN
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING STORAGE)',
        part, parent);
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        parent, part, month, (month + interval '1 month')::date);
    EXCEPTION WHEN duplicate_table THEN
      -- Somebody else made and attached it while this one waited for the lock.
      NULL;
    END;
  END IF;
END $$;
