ALTER TABLE consents ENABLE ROW LEVEL SECURITY;
CREATE POLICY consents_in_scope ON consents USING (person_in_scope(person_id, (SELECT app_scope())));
