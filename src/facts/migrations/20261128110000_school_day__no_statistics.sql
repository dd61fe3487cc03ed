-- Statistics know the days that were there when they were taken. Every morning the planner would then believe that
-- today has no rows, and choose a plan that reads the whole day once for each pupil. Without statistics of the
-- column it takes a fixed share of the table for any day, and the indexes by person, class or lesson win.
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
      EXECUTE format('ALTER TABLE %I ALTER COLUMN school_day SET STATISTICS 0', part);
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        parent, part, month, (month + interval '1 month')::date);
    EXCEPTION WHEN duplicate_table THEN
      -- Somebody else made and attached it while this one waited for the lock.
      NULL;
    END;
  END IF;
END $$;

DO $$
DECLARE
  part regclass;
BEGIN
  FOR part IN
    SELECT c.oid FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'school_day' AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace AND (c.relkind = 'p' OR c.relispartition) AND c.relkind IN ('p', 'r')
  LOOP
    EXECUTE format('ALTER TABLE %s ALTER COLUMN school_day SET STATISTICS 0', part);
  END LOOP;
END $$;
