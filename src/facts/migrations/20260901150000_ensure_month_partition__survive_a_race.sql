-- Two writers open a month at the same moment: the advisory lock puts them in order, but the second one may still
-- not see the first one's table (a lock of our own refreshes no catalogue cache). Then it is simply there already.
CREATE OR REPLACE FUNCTION ensure_month_partition(parent text, day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  month date := date_trunc('month', day)::date;
  part text := format('%s_y%sm%s', parent, to_char(month, 'YYYY'), to_char(month, 'MM'));
BEGIN
  IF to_regclass(part) IS NULL THEN
    PERFORM pg_advisory_xact_lock(hashtext('ensure_month_partition'), hashtext(part));
    BEGIN
      EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
        part, parent, month, (month + interval '1 month')::date);
    EXCEPTION WHEN duplicate_table THEN
      NULL;
    END;
  END IF;
END $$;
