-- compatible: yes
-- Who answers for online teaching in a unit, and whom one calls about it (附件2 of the county lists): one of each a unit. They
-- are named by their unit and need no account. Telephone and address of mail are one encrypted text.
CREATE TABLE unit_officers (
  org_id uuid NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
  role text NOT NULL CONSTRAINT unit_officers_role CHECK (role IN ('responsible', 'liaison')),
  name text NOT NULL,
  sex text CONSTRAINT unit_officers_sex CHECK (sex IN ('female', 'male')),
  department text NOT NULL,
  post text NOT NULL,
  cipher bytea NOT NULL,
  key_id text NOT NULL,
  filled_on date NOT NULL,
  PRIMARY KEY (org_id, role)
);
COMMENT ON COLUMN unit_officers.name IS 'sensitivity=3 purpose=list of those who answer for online teaching';
COMMENT ON COLUMN unit_officers.sex IS 'sensitivity=2 purpose=list of those who answer for online teaching';
COMMENT ON COLUMN unit_officers.department IS 'sensitivity=1 purpose=list of those who answer for online teaching';
COMMENT ON COLUMN unit_officers.post IS 'sensitivity=1 purpose=list of those who answer for online teaching';
COMMENT ON COLUMN unit_officers.cipher IS 'sensitivity=4 purpose=reach those who answer for online teaching';

ALTER TABLE unit_officers ENABLE ROW LEVEL SECURITY;
CREATE POLICY unit_officers_in_scope ON unit_officers USING (org_id = ANY ((SELECT app_scope())::uuid[]));
