-- school_head(school, besides): who stands in when a named adult cannot: deputy, principal, administrator.
CREATE OR REPLACE FUNCTION school_head(school uuid, besides uuid)
RETURNS TABLE (person_id uuid, role text)
LANGUAGE sql STABLE ROWS 1 AS $$
  SELECT a.person_id, a.role FROM current_appointments a JOIN people_cards c ON c.person_id = a.person_id AND c.status = 'active'
  WHERE a.org_id = school AND a.role IN ('schoolDeputy', 'principal', 'schoolAdmin')
    AND a.person_id IS DISTINCT FROM besides
  ORDER BY CASE a.role WHEN 'schoolDeputy' THEN 1 WHEN 'principal' THEN 2 ELSE 3 END, c.number, a.person_id LIMIT 1
$$;

-- reach_cards: the day of each pupil as the boards count it. Ids and states, no names.
CREATE OR REPLACE VIEW reach_cards AS
SELECT r.school_day, r.person_id, r.class_id, r.org_id, r.school_id, r.expected, r.reached, r.missed, r.state, r.way
FROM reach_days r;

-- told_absences: "I cannot attend" that stands, for Today and for the teacher's list.
CREATE OR REPLACE VIEW told_absences AS
SELECT t.id, t.school_day, t.person_id, t.planned_id, t.reason, t.told_at, f.adult_id, adult.name AS adult_name, f.due_at
FROM cannot_attend t JOIN follow_ups f ON f.id = t.follow_up_id
LEFT JOIN people_cards adult ON adult.person_id = f.adult_id
WHERE t.withdrawn_at IS NULL;

-- reader_scope(person): what the policies let a person's requests touch: the schools they work or learn in, sit in as a
-- guest, teach, answer for, or have a child in, with every unit below and above them. Schools below an appointment are in it;
-- a home above schools (a bureau's) opens none by itself. Lessons taught elsewhere count for two months.
CREATE OR REPLACE FUNCTION reader_scope(person uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH whose AS (SELECT $1 AS id UNION SELECT g.pupil_id FROM guardianships g WHERE g.guardian_id = $1),
  classes_of AS (
    SELECT e.class_id FROM whose JOIN enrollments e ON e.person_id = whose.id
    UNION SELECT d.class_id FROM care_duties d WHERE $1 IN (d.adult_id, d.deputy_id)
  ),
  places AS (
    SELECT a.org_id FROM current_appointments a WHERE a.person_id = $1
    UNION SELECT s.school_id FROM whose JOIN people_cards p ON p.person_id = whose.id JOIN org_scope s ON s.org_id = p.home_org_id
    UNION SELECT c.school_id FROM classes_of JOIN classes c ON c.id = classes_of.class_id
    UNION SELECT d.org_id FROM care_duties d WHERE $1 IN (d.adult_id, d.deputy_id)
    UNION SELECT s.school_id FROM care_duties d JOIN people_cards p ON p.person_id = d.pupil_id
      JOIN org_scope s ON s.org_id = p.home_org_id WHERE $1 IN (d.adult_id, d.deputy_id)
    UNION SELECT f.school_id FROM follow_ups f WHERE f.state = 'open' AND $1 IN (f.adult_id, f.deputy_id)
    UNION SELECT c.school_id FROM lesson_teachers t JOIN lesson_classes c USING (school_day, lesson_id)
      WHERE t.person_id = $1 AND t.school_day > (app_now() AT TIME ZONE 'Asia/Shanghai')::date - 60
  ),
  roots AS (
    SELECT DISTINCT coalesce(school.path, o.path) AS path FROM places JOIN orgs o ON o.id = places.org_id
    LEFT JOIN orgs school ON school.kind = 'school' AND school.path @> o.path
  )
  SELECT array_agg(DISTINCT o.id) FROM roots JOIN orgs o ON o.path <@ roots.path OR o.path @> roots.path
$$;
