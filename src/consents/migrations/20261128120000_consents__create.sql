-- Versions of the notice to guardians. A new row makes older answers void.
CREATE TABLE consent_notices (
  version smallint PRIMARY KEY,
  since timestamptz DEFAULT clock_timestamp() NOT NULL
);
INSERT INTO consent_notices (version) VALUES (1);

-- Answers of guardians, insert only; the newest of a person and purpose counts.
CREATE TABLE consents (
  id uuid DEFAULT uuidv7() PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES persons (id),
  purpose text NOT NULL,
  answer text NOT NULL,
  notice_version smallint NOT NULL REFERENCES consent_notices (version),
  channel text NOT NULL,
  guardian_id uuid REFERENCES persons (id),
  recorder_id uuid,
  recorded_at timestamptz NOT NULL,
  CONSTRAINT consents_purpose CHECK (purpose IN ('chat')),
  CONSTRAINT consents_answer CHECK (answer IN ('given', 'refused', 'withdrawn')),
  CONSTRAINT consents_channel CHECK (channel IN ('online', 'paper', 'phone'))
);
CREATE INDEX consents_person_id_idx ON consents (person_id, purpose, id DESC);
CREATE INDEX consents_guardian_id_idx ON consents (guardian_id);
COMMENT ON COLUMN consents.answer IS 'sensitivity=3 purpose=guardian consent';
COMMENT ON COLUMN consents.guardian_id IS 'sensitivity=2 purpose=guardian consent';

CREATE FUNCTION consents_insert_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'consents are never changed; write a new answer' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER consents_insert_only BEFORE UPDATE ON consents FOR EACH ROW EXECUTE FUNCTION consents_insert_only();
