-- Checksum of the plan and the class sets that a day's expectations were last brought in line with.
CREATE TABLE followed_plans (
  school_day date NOT NULL,
  school_id uuid NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
  signature text NOT NULL,
  PRIMARY KEY (school_day, school_id)
);
