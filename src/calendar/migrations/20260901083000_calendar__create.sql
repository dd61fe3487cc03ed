CREATE TABLE terms (
  id uuid DEFAULT uuidv7() PRIMARY KEY,
  org_id uuid NOT NULL REFERENCES orgs (id),
  title text NOT NULL,
  first_day date NOT NULL,
  last_day date NOT NULL,
  -- Monday of week 1 (第1周).
  week1_monday date NOT NULL,
  CONSTRAINT terms_days CHECK (last_day > first_day),
  CONSTRAINT terms_week1_monday CHECK (extract(isodow FROM week1_monday) = 1),
  EXCLUDE USING gist (org_id WITH =, daterange(first_day, last_day, '[]') WITH &&)
);

-- Public holidays and make-up days (调休) from State Council notices, editable by the bureau; never computed.
CREATE TABLE holidays (
  org_id uuid REFERENCES orgs (id),
  day date NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  teaches_weekday smallint,
  CONSTRAINT holidays_kind CHECK (kind IN ('holiday', 'makeUp')),
  CONSTRAINT holidays_teaches_weekday CHECK (teaches_weekday BETWEEN 1 AND 7)
);
CREATE UNIQUE INDEX holidays_org_day_key ON holidays (coalesce(org_id, '00000000-0000-0000-0000-000000000000'), day);

-- One row per school and day of the term; opens_at/closes_at are instants, boundary 04:00 local.
CREATE TABLE school_days (
  org_id uuid NOT NULL REFERENCES orgs (id),
  day date NOT NULL,
  kind text NOT NULL,
  teaches_weekday smallint,
  week_no smallint,
  opens_at timestamptz NOT NULL,
  closes_at timestamptz NOT NULL,
  opened_at timestamptz,
  closed_at timestamptz,
  PRIMARY KEY (org_id, day),
  CONSTRAINT school_days_kind CHECK (kind IN ('teaching', 'off', 'closure')),
  CONSTRAINT school_days_teaches_weekday CHECK (teaches_weekday BETWEEN 1 AND 7)
);
CREATE INDEX school_days_to_open_idx ON school_days (opens_at) WHERE opened_at IS NULL;
CREATE INDEX school_days_to_close_idx ON school_days (closes_at) WHERE closed_at IS NULL;
