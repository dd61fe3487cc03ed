-- standing_consents: the newest answer of each person and purpose; void when the notice has changed since.
CREATE OR REPLACE VIEW standing_consents AS
SELECT DISTINCT ON (c.person_id, c.purpose) c.person_id, c.purpose, c.answer, c.channel, c.guardian_id, c.recorder_id,
  c.recorded_at, c.notice_version = (SELECT max(version) FROM consent_notices) AS is_current
FROM consents c ORDER BY c.person_id, c.purpose, c.id DESC;

-- consent_stands(person, purpose, day): whether the purpose is open to the person that day: always from the
-- fourteenth birthday on, before it by a guardian's word.
CREATE OR REPLACE FUNCTION consent_stands(person uuid, wanted text, day date) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT NOT EXISTS (SELECT FROM minors m WHERE m.person_id = $1 AND m.under14_until > $3)
    OR EXISTS (SELECT FROM standing_consents s
      WHERE s.person_id = $1 AND s.purpose = $2 AND s.answer = 'given' AND s.is_current)
$$;
