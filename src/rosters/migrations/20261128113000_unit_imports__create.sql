-- A workbook of schools that was checked and waits for confirmation, or was confirmed. The file lies in the file store; it is
-- read again at confirmation, against the tree as it then stands.
CREATE TABLE unit_imports (
  id uuid DEFAULT uuidv7() PRIMARY KEY,
  org_id uuid NOT NULL REFERENCES orgs (id),
  file_name text NOT NULL,
  file_sha256 text NOT NULL,
  state text DEFAULT 'checked' NOT NULL,
  report jsonb NOT NULL,
  created_by uuid,
  created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
  confirmed_at timestamptz,
  CONSTRAINT unit_imports_state CHECK (state IN ('checked', 'confirmed'))
);
CREATE INDEX unit_imports_org_id_idx ON unit_imports (org_id, id DESC);
COMMENT ON COLUMN unit_imports.id IS 'sensitivity=1 purpose=key';
COMMENT ON COLUMN unit_imports.org_id IS 'sensitivity=1 purpose=below which unit';
COMMENT ON COLUMN unit_imports.file_name IS 'sensitivity=2 purpose=recognise the upload';
COMMENT ON COLUMN unit_imports.file_sha256 IS 'sensitivity=1 purpose=find the upload';
COMMENT ON COLUMN unit_imports.state IS 'sensitivity=1 purpose=confirm once';
COMMENT ON COLUMN unit_imports.report IS 'sensitivity=1 purpose=what the import does';
COMMENT ON COLUMN unit_imports.created_by IS 'sensitivity=2 purpose=who uploaded it';
COMMENT ON COLUMN unit_imports.created_at IS 'sensitivity=1 purpose=retention';
COMMENT ON COLUMN unit_imports.confirmed_at IS 'sensitivity=1 purpose=retention';
