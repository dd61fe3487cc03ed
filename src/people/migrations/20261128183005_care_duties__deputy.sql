-- Whose deputy somebody is, is asked with every request of theirs (reader_scope).
CREATE INDEX care_duties_deputy_id_idx ON care_duties (deputy_id) WHERE deputy_id IS NOT NULL;
