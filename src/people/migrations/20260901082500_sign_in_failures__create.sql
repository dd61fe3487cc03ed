-- Wrong guesses per sign-in name and hour. Keyed by HMAC, so that unknown names leave no text behind.
CREATE TABLE sign_in_failures (
  name_hash bytea NOT NULL,
  hour timestamptz NOT NULL,
  count integer NOT NULL,
  PRIMARY KEY (name_hash, hour)
);
