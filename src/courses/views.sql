-- class_members(day): who belongs to which class on a day, with role; guests of other schools included.
CREATE OR REPLACE FUNCTION class_members(day date)
RETURNS TABLE (class_id uuid, person_id uuid, role text, is_home boolean, school_id uuid)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000 AS $$
  SELECT e.class_id, e.person_id, e.role, e.is_home, c.school_id
  FROM enrollments e JOIN classes c ON c.id = e.class_id
  WHERE e.during @> $1 AND c.during @> $1
$$;

-- home_classes(day): each pupil's homeroom class on a day (one row a pupil).
CREATE OR REPLACE FUNCTION home_classes(day date)
RETURNS TABLE (person_id uuid, class_id uuid, class_name text, org_id uuid, school_id uuid, year_group text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000 AS $$
  SELECT e.person_id, c.id, c.name, c.org_id, c.school_id, c.year_group
  FROM enrollments e JOIN classes c ON c.id = e.class_id
  WHERE e.is_home AND e.role = 'pupil' AND e.during @> $1
$$;

-- course_group_members(day): pupils, teachers and the pupils' class teachers or counsellors (R67, R68).
CREATE OR REPLACE FUNCTION course_group_members(day date)
RETURNS TABLE (class_id uuid, person_id uuid, role text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000 AS $$
  SELECT g.class_id, m.person_id, m.role FROM course_groups g JOIN class_members($1) m USING (class_id)
  UNION
  SELECT g.class_id, care.person_id, care.role
  FROM course_groups g
  JOIN class_members($1) pupil ON pupil.class_id = g.class_id AND pupil.role = 'pupil'
  JOIN home_classes($1) home ON home.person_id = pupil.person_id
  JOIN class_members($1) care ON care.class_id = home.class_id AND care.role IN ('classTeacher', 'counsellor')
$$;

-- adult_for(pupil, day): the named adult of a pupil on a day. Most specific duty wins, then the roles of
-- the home class, then the school's deputy, principal and administrators; see courses/README.md for the
-- order. `via` says which rule named the adult; no row means a gap, which checks and boards must show.
CREATE OR REPLACE FUNCTION adult_for(pupil uuid, day date)
RETURNS TABLE (adult_id uuid, deputy_id uuid, via text)
LANGUAGE sql STABLE ROWS 1 AS $$
  WITH home AS (
    SELECT h.class_id, h.org_id, h.school_id, h.year_group, o.path
    FROM home_classes(adult_for.day) h JOIN orgs o ON o.id = h.org_id
    WHERE h.person_id = adult_for.pupil
    UNION ALL
    SELECT NULL, p.home_org_id, p.home_org_id, NULL, o.path
    FROM persons p JOIN orgs o ON o.id = p.home_org_id
    WHERE p.id = adult_for.pupil
      AND NOT EXISTS (SELECT FROM home_classes(adult_for.day) h WHERE h.person_id = adult_for.pupil)
  ),
  candidates AS (
    SELECT 1 AS rank, 0 AS depth, d.adult_id, d.deputy_id, 'careDuty' AS via
    FROM care_duties d WHERE d.pupil_id = adult_for.pupil AND d.during @> adult_for.day
    UNION ALL
    SELECT 2, 0, d.adult_id, d.deputy_id, 'careDuty'
    FROM home JOIN care_duties d ON d.class_id = home.class_id AND d.during @> adult_for.day
    UNION ALL
    SELECT 3, 0, m.person_id, NULL, 'classTeacher'
    FROM home JOIN class_members(adult_for.day) m ON m.class_id = home.class_id AND m.role = 'classTeacher'
    UNION ALL
    SELECT 4, 0, m.person_id, NULL, 'counsellor'
    FROM home JOIN class_members(adult_for.day) m ON m.class_id = home.class_id AND m.role = 'counsellor'
    UNION ALL
    SELECT 5, -nlevel(o.path), d.adult_id, d.deputy_id, 'counsellor'
    FROM home JOIN orgs o ON o.path @> home.path
    JOIN care_duties d ON d.org_id = o.id AND d.during @> adult_for.day
      AND (d.year_group IS NULL OR d.year_group = home.year_group)
    UNION ALL
    SELECT CASE a.role WHEN 'schoolDeputy' THEN 6 WHEN 'principal' THEN 7 ELSE 8 END, -nlevel(o.path), a.person_id, NULL, 'schoolDeputy'
    FROM home JOIN orgs o ON o.path @> home.path AND o.kind IN ('school', 'campus', 'college')
    JOIN appointments a ON a.org_id = o.id AND a.during @> adult_for.day
      AND a.role IN ('schoolDeputy', 'principal', 'schoolAdmin')
  )
  SELECT c.adult_id, c.deputy_id, c.via
  FROM candidates c JOIN persons p ON p.id = c.adult_id AND p.status = 'active'
  ORDER BY c.rank, c.depth, p.number, p.id LIMIT 1
$$;

-- named_adults(day): adult_for every pupil with a home class on the day; adult_id is null where nobody answers.
CREATE OR REPLACE FUNCTION named_adults(day date)
RETURNS TABLE (person_id uuid, class_id uuid, school_id uuid, adult_id uuid, deputy_id uuid, via text)
LANGUAGE sql STABLE ROWS 1000 AS $$
  SELECT h.person_id, h.class_id, h.school_id, a.adult_id, a.deputy_id, a.via
  FROM home_classes($1) h LEFT JOIN LATERAL adult_for(h.person_id, $1) a ON true
$$;

-- class_cards: a class as neighbours may name and place it.
CREATE OR REPLACE VIEW class_cards AS
SELECT c.id AS class_id, c.school_id, c.org_id, c.kind, c.name, c.year_group, c.class_no, c.course_id, c.term_id
FROM classes c;
