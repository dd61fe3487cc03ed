-- A fact's id is its natural key: the first half of the hash of its source and its key in the source. The same
-- evidence written twice meets its own primary key, and no second, longer index is kept for that.
-- facts/queries.ts makes the same ids.
CREATE FUNCTION fact_id(source text, source_key text) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT encode(substring(sha256(convert_to(source || ' ' || source_key, 'UTF8')) FROM 1 FOR 16), 'hex')::uuid
$$;

UPDATE expectations x SET best_fact_id = fact_id(f.source, f.source_key)
FROM facts f WHERE f.school_day = x.school_day AND f.id = x.best_fact_id;
