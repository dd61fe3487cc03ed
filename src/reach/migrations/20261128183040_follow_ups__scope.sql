-- Why somebody was not reached, and what was said about it. A guest's case is their own school's, and seen where they sit.
ALTER TABLE follow_ups ENABLE ROW LEVEL SECURITY;
CREATE POLICY follow_ups_in_scope ON follow_ups
  USING (school_id = ANY ((SELECT app_scope())::uuid[]) OR person_in_scope(person_id, (SELECT app_scope())));

ALTER TABLE contact_log ENABLE ROW LEVEL SECURITY;
CREATE POLICY contact_log_in_scope ON contact_log
  USING (EXISTS (SELECT FROM follow_ups f WHERE f.id = contact_log.follow_up_id));

ALTER TABLE cannot_attend ENABLE ROW LEVEL SECURITY;
CREATE POLICY cannot_attend_in_scope ON cannot_attend USING (person_in_scope(person_id, (SELECT app_scope())));

ALTER TABLE contests ENABLE ROW LEVEL SECURITY;
CREATE POLICY contests_in_scope ON contests
  USING (school_id = ANY ((SELECT app_scope())::uuid[]) OR person_in_scope(person_id, (SELECT app_scope())));
