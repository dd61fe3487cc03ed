-- Words a person is found by: the number and its end, the name and what follows in it, and of every reading the whole,
-- what follows, the initials and the surname with initials (曾小明: zengxiaoming, xiaoming, ming, zxm, xm, m, zengxm).
-- A search is a prefix of one of them, so that a GIN index over lexemes answers it, of one character too; trigrams would
-- not, as the locale of the database knows no letters but Latin ones.
CREATE FUNCTION name_words(name text, number text, readings text[])
RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  WITH whole AS (
    SELECT regexp_replace(lower(normalize(name, NFKC)), '[\s·•・‧.''’]+', '', 'g') AS bare,
      lower(normalize(number, NFKC)) AS digits
  ), spoken AS (
    SELECT string_to_array(reading, ' ') AS syllables FROM unnest(readings) AS reading
  ), words AS (
    SELECT digits AS word FROM whole
    UNION SELECT right(digits, 4) FROM whole
    UNION SELECT substr(bare, n) FROM whole, generate_series(1, CASE WHEN bare ~ '^[ -~]+$' THEN 1 ELSE length(bare) END) n
    UNION SELECT array_to_string(syllables[n:], '') FROM spoken, generate_series(1, cardinality(syllables)) n
    UNION SELECT regexp_replace(array_to_string(syllables[n:], ' '), '(\S)\S*\s*', '\1', 'g')
      FROM spoken, generate_series(1, cardinality(syllables)) n
    UNION SELECT syllables[1] || regexp_replace(array_to_string(syllables[2:], ' '), '(\S)\S*\s*', '\1', 'g') FROM spoken
  )
  SELECT coalesce(array_agg(word ORDER BY word), '{}') FROM words WHERE word <> ''
$$;

ALTER TABLE persons ADD COLUMN reading_corrected boolean DEFAULT false NOT NULL;
ALTER TABLE persons ADD COLUMN found_by tsvector
  GENERATED ALWAYS AS (array_to_tsvector(name_words(name, number, name_readings))) STORED;
COMMENT ON COLUMN persons.reading_corrected IS 'sensitivity=1 purpose=keep the reading the school gave';
COMMENT ON COLUMN persons.found_by IS 'sensitivity=3 purpose=search names';

CREATE INDEX persons_found_by_idx ON persons USING gin (found_by);
DROP INDEX persons_name_trgm_idx;
-- Whose name has not been read yet; short, since reading follows each import.
CREATE INDEX persons_unread_idx ON persons (id) WHERE name_readings = '{}';
CREATE INDEX external_ids_external_id_idx ON external_ids (external_id);

-- Another name is read anew, whoever wrote it.
CREATE FUNCTION persons_forget_readings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.name_readings = OLD.name_readings THEN
    NEW.name_readings := '{}';
    NEW.reading_corrected := false;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER persons_forget_readings BEFORE UPDATE OF name ON persons FOR EACH ROW
  WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION persons_forget_readings();
