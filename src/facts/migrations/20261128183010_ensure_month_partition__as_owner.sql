-- A request may be the first of a month; making a table is the owner's.
ALTER FUNCTION ensure_month_partition(text, date) SECURITY DEFINER SET search_path = public, pg_temp;
