CREATE TABLE persons (
  id uuid DEFAULT uuidv7() PRIMARY KEY,
  home_org_id uuid NOT NULL REFERENCES orgs (id),
  -- 学号 or 工号: the school's own number, unique in the school. Never an identity number.
  number text NOT NULL,
  name text NOT NULL,
  -- Pinyin readings for search and sorting, best first; the school may correct them.
  name_readings text[] DEFAULT '{}' NOT NULL,
  -- Month in which the person turns 14 (first day of it), not the birthday; null: 14 or older, or staff.
  under14_until date,
  sex text,
  status text DEFAULT 'active' NOT NULL,
  is_demo boolean DEFAULT false NOT NULL,
  created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT persons_home_org_id_number_key UNIQUE (home_org_id, number),
  CONSTRAINT persons_status CHECK (status IN ('active', 'left', 'merged')),
  CONSTRAINT persons_sex CHECK (sex IN ('male', 'female', 'unknown')),
  CONSTRAINT persons_name_not_blank CHECK (btrim(name) <> '')
);
CREATE INDEX persons_name_trgm_idx ON persons USING gin (name gin_trgm_ops);
COMMENT ON COLUMN persons.number IS 'sensitivity=2 purpose=match rosters';
COMMENT ON COLUMN persons.name IS 'sensitivity=3 purpose=call the roll';
COMMENT ON COLUMN persons.name_readings IS 'sensitivity=3 purpose=search and sort names';
COMMENT ON COLUMN persons.under14_until IS 'sensitivity=3 purpose=guardian consent';
COMMENT ON COLUMN persons.sex IS 'sensitivity=3 purpose=statutory class lists (optional)';
COMMENT ON COLUMN persons.status IS 'sensitivity=2 purpose=membership';
COMMENT ON COLUMN persons.id IS 'sensitivity=1 purpose=key';
COMMENT ON COLUMN persons.home_org_id IS 'sensitivity=2 purpose=membership';
COMMENT ON COLUMN persons.is_demo IS 'sensitivity=1 purpose=remove the demo';
COMMENT ON COLUMN persons.created_at IS 'sensitivity=1 purpose=retention';

-- Ids of a person in other systems (OneRoster sourcedId, number at a second school).
CREATE TABLE external_ids (
  source text NOT NULL,
  kind text NOT NULL,
  external_id text NOT NULL,
  entity_id uuid NOT NULL,
  PRIMARY KEY (source, kind, external_id)
);
CREATE INDEX external_ids_entity_id_idx ON external_ids (entity_id);

CREATE TABLE guardianships (
  pupil_id uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
  guardian_id uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
  during daterange NOT NULL,
  PRIMARY KEY (pupil_id, guardian_id, during WITHOUT OVERLAPS)
);
CREATE INDEX guardianships_guardian_id_idx ON guardianships (guardian_id);

-- One contact per purpose, encrypted; shown to the named adult, one pupil at a time.
CREATE TABLE contacts (
  person_id uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
  purpose text NOT NULL,
  cipher bytea NOT NULL,
  -- Last four digits in clear: what screens show ("尾号 0000").
  tail text NOT NULL,
  key_id text NOT NULL,
  updated_at timestamptz DEFAULT clock_timestamp() NOT NULL,
  PRIMARY KEY (person_id, purpose),
  CONSTRAINT contacts_purpose CHECK (purpose IN ('followUp'))
);
COMMENT ON COLUMN contacts.cipher IS 'sensitivity=4 purpose=follow up an unreached pupil';
COMMENT ON COLUMN contacts.tail IS 'sensitivity=3 purpose=recognise the right contact';

-- A role at a unit in a date range.
CREATE TABLE appointments (
  id uuid DEFAULT uuidv7() PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
  org_id uuid NOT NULL REFERENCES orgs (id),
  role text NOT NULL,
  during daterange NOT NULL,
  CONSTRAINT appointments_person_org_role_key UNIQUE (person_id, org_id, role, during WITHOUT OVERLAPS),
  CONSTRAINT appointments_role CHECK (role IN ('teacher', 'leadTeacher', 'classTeacher', 'counsellor', 'teachingSecretary',
    'preparationLead', 'researcher', 'supervisor', 'classRep', 'principal', 'schoolDeputy', 'schoolAdmin', 'bureauOfficer',
    'opsStaff', 'guestExpert', 'schoolAuditor'))
);
CREATE INDEX appointments_org_id_role_idx ON appointments (org_id, role);

CREATE TABLE accounts (
  id uuid DEFAULT uuidv7() PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
  login_name text NOT NULL,
  password_hash text,
  must_change_password boolean DEFAULT false NOT NULL,
  totp_cipher bytea,
  totp_last_step integer,
  status text DEFAULT 'unclaimed' NOT NULL,
  created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT accounts_person_id_key UNIQUE (person_id),
  CONSTRAINT accounts_login_name_key UNIQUE (login_name),
  CONSTRAINT accounts_status CHECK (status IN ('unclaimed', 'active', 'disabled'))
);
COMMENT ON COLUMN accounts.login_name IS 'sensitivity=3 purpose=sign in';
COMMENT ON COLUMN accounts.password_hash IS 'sensitivity=4 purpose=sign in';

-- One open claim per account: 128 random bits in the QR, 8 digits spoken; both only as keyed hashes.
CREATE TABLE claims (
  id uuid DEFAULT uuidv7() PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  token_hash bytea NOT NULL,
  spoken_hash bytea NOT NULL,
  purpose text DEFAULT 'claim' NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT claims_token_hash_key UNIQUE (token_hash),
  CONSTRAINT claims_purpose CHECK (purpose IN ('claim', 'reset'))
);
CREATE INDEX claims_account_id_idx ON claims (account_id);
CREATE UNIQUE INDEX claims_spoken_open_key ON claims (spoken_hash) WHERE used_at IS NULL;

CREATE TABLE sessions (
  -- sha256 of the 256-bit cookie value; the value itself is never stored.
  id_hash bytea PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  audience text NOT NULL,
  device_label text,
  created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
  last_seen_at timestamptz DEFAULT clock_timestamp() NOT NULL,
  idle_seconds integer NOT NULL,
  expires_at timestamptz NOT NULL,
  totp_at timestamptz,
  CONSTRAINT sessions_audience CHECK (audience IN ('learner', 'staff', 'schoolAdmin'))
);
CREATE INDEX sessions_account_id_idx ON sessions (account_id);

-- Who answers for a pupil: the most specific duty of the day wins (pupil, class, unit). See adult_for().
CREATE TABLE care_duties (
  id uuid DEFAULT uuidv7() PRIMARY KEY,
  pupil_id uuid REFERENCES persons (id) ON DELETE CASCADE,
  -- Homeroom class; no foreign key because classes live above people.
  class_id uuid,
  org_id uuid REFERENCES orgs (id),
  year_group text,
  adult_id uuid NOT NULL REFERENCES persons (id),
  deputy_id uuid REFERENCES persons (id),
  during daterange NOT NULL,
  CONSTRAINT care_duties_one_scope CHECK (num_nonnulls(pupil_id, class_id, org_id) = 1),
  CONSTRAINT care_duties_adult_not_deputy CHECK (adult_id <> deputy_id)
);
CREATE INDEX care_duties_pupil_id_idx ON care_duties (pupil_id) WHERE pupil_id IS NOT NULL;
CREATE INDEX care_duties_class_id_idx ON care_duties (class_id) WHERE class_id IS NOT NULL;
CREATE INDEX care_duties_org_id_idx ON care_duties (org_id) WHERE org_id IS NOT NULL;
CREATE INDEX care_duties_adult_id_idx ON care_duties (adult_id);
