-- people_cards: the least a colleague may see of a person.
CREATE OR REPLACE VIEW people_cards AS
SELECT p.id AS person_id, p.home_org_id, p.number, p.name, p.name_readings, p.status, p.is_demo
FROM persons p;

-- current_appointments: roles held on the product's today.
CREATE OR REPLACE VIEW current_appointments AS
SELECT a.id AS appointment_id, a.person_id, a.org_id, a.role, o.path, o.kind AS org_kind, o.name AS org_name
FROM appointments a JOIN orgs o ON o.id = a.org_id
WHERE a.during @> (app_now() AT TIME ZONE o.tz)::date;
