-- org_scope: every unit with the school it belongs to (itself when it is one), null above schools. A school merged into
-- another keeps its own classes, calendar and timetable (school_id); who belongs together is whole_school_id.
CREATE OR REPLACE VIEW org_scope AS
SELECT o.id AS org_id, o.kind, o.code, o.name, o.path, o.tz, o.is_demo, o.parent_id,
  (SELECT s.id FROM orgs s WHERE s.path @> o.path AND s.kind = 'school'
    ORDER BY nlevel(s.path) DESC LIMIT 1) AS school_id,
  (SELECT s.id FROM orgs s WHERE s.path @> o.path AND s.kind = 'school' ORDER BY nlevel(s.path) LIMIT 1) AS whole_school_id
FROM orgs o;

-- org_tree(day): where every unit stood on a day. A move recorded in org_moves holds for its days; otherwise
-- the present place. Figures climb along this, so that last term's figures survive a merger.
CREATE OR REPLACE FUNCTION org_tree(day date)
RETURNS TABLE (org_id uuid, parent_id uuid, kind text, code text, name text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000 AS $$
  SELECT o.id, CASE WHEN m.org_id IS NULL THEN o.parent_id ELSE m.parent_id END, o.kind, o.code, o.name
  FROM orgs o LEFT JOIN org_moves m ON m.org_id = o.id AND m.during @> $1
$$;

-- orgs_above(units, day): the units and everything above them on a day; a unit is higher than all below it.
CREATE OR REPLACE FUNCTION orgs_above(units uuid[], day date)
RETURNS TABLE (org_id uuid, height integer)
LANGUAGE sql STABLE ROWS 10 AS $$
  WITH RECURSIVE up AS (
    SELECT unnest(units) AS org_id, 0 AS height
    UNION
    SELECT CASE WHEN m.org_id IS NULL THEN o.parent_id ELSE m.parent_id END, up.height + 1
    FROM up JOIN orgs o ON o.id = up.org_id LEFT JOIN org_moves m ON m.org_id = o.id AND m.during @> orgs_above.day
    WHERE up.height < 30 AND CASE WHEN m.org_id IS NULL THEN o.parent_id ELSE m.parent_id END IS NOT NULL
  )
  SELECT up.org_id, max(up.height) FROM up GROUP BY up.org_id
$$;
