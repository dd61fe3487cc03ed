-- org_scope: every unit with the school it belongs to (itself when it is one), null above schools.
CREATE OR REPLACE VIEW org_scope AS
SELECT o.id AS org_id, o.kind, o.code, o.name, o.path, o.tz, o.is_demo, o.parent_id,
  (SELECT s.id FROM orgs s WHERE s.path @> o.path AND s.kind = 'school' LIMIT 1) AS school_id
FROM orgs o;
