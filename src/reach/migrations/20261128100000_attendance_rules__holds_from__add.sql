-- A school's limits with the day from which they hold, so that a fact that comes weeks later is judged by the
-- limits of the day it counts for, and nobody else's state of that day changes with it.
ALTER TABLE attendance_rules ADD COLUMN holds_from date;
UPDATE attendance_rules r SET holds_from = (r.changed_at AT TIME ZONE o.tz - interval '4 hours')::date FROM orgs o WHERE o.id = r.school_id;
ALTER TABLE attendance_rules ALTER COLUMN holds_from SET NOT NULL;
ALTER TABLE attendance_rules DROP CONSTRAINT attendance_rules_pkey;
ALTER TABLE attendance_rules ADD PRIMARY KEY (school_id, holds_from);
