-- Guesses by what is guessed at (a sign-in name, a second step), keyed by HMAC, so that unknown names leave no text behind.
-- `free_at` lies ahead of the clock by fifteen minutes for each wrong guess that still counts. Nothing in the table before
-- this one is worth more than an hour.
CREATE TABLE guess_brakes (
  name_hash bytea PRIMARY KEY,
  free_at timestamptz NOT NULL
);
DROP TABLE sign_in_failures;
