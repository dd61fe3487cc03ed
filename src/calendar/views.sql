-- school_day_cards: a school's day with its hours, and whether it was opened and closed.
CREATE OR REPLACE VIEW school_day_cards AS
SELECT d.org_id AS school_id, d.day, d.kind, d.teaches_weekday, d.week_no, d.opens_at, d.closes_at, d.opened_at, d.closed_at
FROM school_days d;
