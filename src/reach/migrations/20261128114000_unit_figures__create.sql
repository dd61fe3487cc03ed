-- The figures of a unit above schools as they were reported on a day: the first at the hour of the report, a further one
-- whenever what came since made them different. None is changed: what was reported stays readable beside what is known now.
CREATE TABLE unit_figures (
  school_day date NOT NULL,
  org_id uuid NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
  -- 1 is what was reported first.
  issue smallint NOT NULL,
  -- Everything recorded up to here was counted.
  cut_off timestamptz NOT NULL,
  -- Null: at the hour, by itself.
  issued_by uuid,
  figures jsonb NOT NULL,
  PRIMARY KEY (org_id, school_day, issue),
  CONSTRAINT unit_figures_issue CHECK (issue >= 1)
);
COMMENT ON COLUMN unit_figures.issued_by IS 'sensitivity=2 purpose=who answers for a corrected figure';
COMMENT ON COLUMN unit_figures.figures IS 'sensitivity=1 purpose=report of a unit; counts of units, no person';
