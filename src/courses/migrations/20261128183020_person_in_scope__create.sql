-- person_in_scope(person, scope): whether a pupil or guardian stands within the reader's scope (app_scope): at home there, a guest in one of
-- its classes, or guardian of such a pupil; or is the reader. With the owner's rights, so that it looks past the policies
-- that ask it.
CREATE FUNCTION person_in_scope(person uuid, scope uuid[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp COST 1000 AS $$
  SELECT person = app_person()
    OR EXISTS (SELECT FROM persons p WHERE p.id = person AND p.home_org_id = ANY (scope))
    OR EXISTS (SELECT FROM enrollments e JOIN classes c ON c.id = e.class_id
      WHERE e.person_id = person AND c.school_id = ANY (scope))
    OR EXISTS (SELECT FROM guardianships g JOIN persons p ON p.id = g.pupil_id
      WHERE g.guardian_id = person AND p.home_org_id = ANY (scope))
    OR EXISTS (SELECT FROM guardianships g JOIN enrollments e ON e.person_id = g.pupil_id JOIN classes c ON c.id = e.class_id
      WHERE g.guardian_id = person AND c.school_id = ANY (scope))
$$;

-- Numbers of families.
ALTER TABLE contacts ENABLE ROW LEVEL SECURITY;
CREATE POLICY contacts_in_scope ON contacts USING (person_in_scope(person_id, (SELECT app_scope())));
