-- Each pupil of a homeroom class paid for two GiST indexes that guard nearly the same: the key of all enrollments and
-- the one home a day. A home enrollment is guarded by enrollments_one_home, which is the stricter of the two (one class
-- a day, whichever it is); the others keep a guard of their own, and the key itself is a cheap B-tree.
ALTER TABLE enrollments
  DROP CONSTRAINT enrollments_pkey,
  ADD COLUMN begins_on date GENERATED ALWAYS AS (lower(during)) STORED;
ALTER TABLE enrollments
  ADD PRIMARY KEY (person_id, class_id, role, begins_on),
  ADD CONSTRAINT enrollments_no_overlap EXCLUDE USING gist (person_id WITH =, class_id WITH =, role WITH =, during WITH &&)
    WHERE (NOT is_home);
