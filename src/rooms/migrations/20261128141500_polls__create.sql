-- Questions asked in a lesson. What the class sees of them is in the log; the right answer is only here until shown.
CREATE TABLE polls (
  -- Made by the teacher's page; the same id again is the same question.
  id uuid PRIMARY KEY,
  school_day date NOT NULL,
  lesson_id uuid NOT NULL,
  kind text NOT NULL,
  prompt text NOT NULL,
  -- Words of the options in their order; empty words: their letters alone, as on the page. None for numbers and texts.
  options text[] NOT NULL,
  -- Places of the right options, first = 0; null: there is none, or it is a number or a text.
  right_options smallint[],
  right_number text,
  -- Page that was shown; 0: the blank one.
  page_n integer NOT NULL,
  asked_by uuid NOT NULL,
  asked_at timestamptz NOT NULL,
  -- Answers count until then by the database clock, or until closed_at when the teacher closes earlier.
  until_at timestamptz NOT NULL,
  closed_at timestamptz,
  -- When the class was shown how it answered.
  shown_at timestamptz,
  CONSTRAINT polls_kind CHECK (kind IN ('single', 'multiple', 'trueFalse', 'number', 'text')),
  CONSTRAINT polls_options CHECK (
    CASE kind WHEN 'trueFalse' THEN cardinality(options) = 2
      WHEN 'number' THEN cardinality(options) = 0 WHEN 'text' THEN cardinality(options) = 0
      ELSE cardinality(options) BETWEEN 2 AND 8 END),
  CONSTRAINT polls_page_n CHECK (page_n >= 0)
);
CREATE INDEX polls_lesson_idx ON polls (school_day, lesson_id);

-- One answer a pupil and question, never changed: what a class knew when it was asked.
CREATE TABLE poll_answers (
  poll_id uuid NOT NULL REFERENCES polls (id),
  person_id uuid NOT NULL,
  via_class_id uuid NOT NULL,
  -- Places of the options chosen, first = 0, in order; null for numbers and texts.
  chosen smallint[],
  written text,
  answered_at timestamptz NOT NULL,
  PRIMARY KEY (poll_id, person_id),
  CONSTRAINT poll_answers_either CHECK ((chosen IS NULL) <> (written IS NULL))
);
COMMENT ON COLUMN poll_answers.person_id IS 'sensitivity=2 purpose=see who understood the lesson';
COMMENT ON COLUMN poll_answers.chosen IS 'sensitivity=3 purpose=see who understood the lesson';
COMMENT ON COLUMN poll_answers.written IS 'sensitivity=3 purpose=see who understood the lesson';

-- Whether an answer is one that the question allows: the last lock before the row, whatever the page sent.
CREATE FUNCTION poll_answer_fits(kind text, option_count integer, chosen smallint[], written text)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(CASE
    WHEN kind = 'text' THEN chosen IS NULL AND written IS NOT NULL
    WHEN kind = 'number' THEN chosen IS NULL AND written ~ '^-?\d{1,12}(\.\d{1,6})?$'
    ELSE written IS NULL AND cardinality(chosen) BETWEEN 1 AND CASE kind WHEN 'multiple' THEN option_count ELSE 1 END
      AND 0 <= ALL (chosen) AND option_count > ALL (chosen)
      AND cardinality(chosen) = (SELECT count(DISTINCT place) FROM unnest(chosen) place)
  END, false)
$$;
