-- 教学班组成: homeroom classes whose pupils a teaching class has. Their enrollments follow the homeroom classes by themselves.
CREATE TABLE class_compositions (
  class_id uuid NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  homeroom_id uuid NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  PRIMARY KEY (class_id, homeroom_id),
  CONSTRAINT class_compositions_of_another CHECK (class_id <> homeroom_id)
);
CREATE INDEX class_compositions_homeroom_id_idx ON class_compositions (homeroom_id);
COMMENT ON COLUMN class_compositions.class_id IS 'sensitivity=1 purpose=teaching class';
COMMENT ON COLUMN class_compositions.homeroom_id IS 'sensitivity=1 purpose=whose pupils it has';

-- Pupils of such a homeroom class who do not take the course.
CREATE TABLE class_exemptions (
  class_id uuid NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  person_id uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
  PRIMARY KEY (class_id, person_id)
);
CREATE INDEX class_exemptions_person_id_idx ON class_exemptions (person_id);
COMMENT ON COLUMN class_exemptions.class_id IS 'sensitivity=1 purpose=teaching class';
COMMENT ON COLUMN class_exemptions.person_id IS 'sensitivity=2 purpose=who does not take it';

-- Homeroom class by which a pupil is in a teaching class; null: in their own right (retaking, chosen, guest), which nothing ends
-- but a person.
ALTER TABLE enrollments ADD COLUMN by_class_id uuid REFERENCES classes (id);
COMMENT ON COLUMN enrollments.by_class_id IS 'sensitivity=2 purpose=follow the homeroom class';
CREATE INDEX enrollments_by_class_id_idx ON enrollments (by_class_id) WHERE by_class_id IS NOT NULL;
