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
