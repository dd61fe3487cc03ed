-- people_cards: the least a colleague may see of a person.
CREATE OR REPLACE VIEW people_cards AS
SELECT p.id AS person_id, p.home_org_id, p.number, p.name, p.name_readings, p.status, p.is_demo
FROM persons p;

-- current_appointments: roles held on the product's today.
CREATE OR REPLACE VIEW current_appointments AS
SELECT a.id AS appointment_id, a.person_id, a.org_id, a.role, o.path, o.kind AS org_kind, o.name AS org_name
FROM appointments a JOIN orgs o ON o.id = a.org_id
WHERE a.during @> (app_now() AT TIME ZONE o.tz)::date;

-- guardian_cards: a pupil's guardians today; of the number only the last four digits.
CREATE OR REPLACE VIEW guardian_cards AS
SELECT g.pupil_id, g.guardian_id, p.name, c.tail
FROM guardianships g
JOIN persons p ON p.id = g.guardian_id AND p.status = 'active'
LEFT JOIN contacts c ON c.person_id = g.guardian_id AND c.purpose = 'followUp'
WHERE g.during @> (app_now() AT TIME ZONE 'Asia/Shanghai')::date;

-- minors: until which day a person counts as a child under 14; persons of whom nothing is known are missing.
CREATE OR REPLACE VIEW minors AS
SELECT p.id AS person_id, p.under14_until FROM persons p WHERE p.under14_until IS NOT NULL;
