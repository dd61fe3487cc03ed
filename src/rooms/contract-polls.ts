import Type from 'typebox';
import {
  POLL_KINDS,
  POLL_OPTION_MAX_CHARS,
  POLL_OPTIONS,
  POLL_PROMPT_MAX_CHARS,
  POLL_SECONDS,
  POLL_WRITTEN_MAX_CHARS,
} from './wire.ts';

const closed = { additionalProperties: false } as const;
const Id = Type.String({ format: 'uuid' });
const Instant = Type.String({ format: 'date-time' });
const orNull = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const oneOf = <const Words extends readonly string[]>(words: Words) =>
  Type.Unsafe<Words[number]>({ type: 'string', enum: [...words] });

export const PollParams = Type.Object(
  { schoolDay: Type.String({ format: 'date' }), lessonId: Id, pollId: Id },
  closed,
);

/** Place of an option, first = 0. */
const Place = Type.Integer({ minimum: 0, maximum: POLL_OPTIONS.most - 1 });
const Places = Type.Array(Place, { minItems: 1, maxItems: POLL_OPTIONS.most });
/** A decimal number as people write it: at most twelve digits, six behind the point. */
const DecimalText = Type.String({ pattern: '^-?\\d{1,12}(\\.\\d{1,6})?$', maxLength: 20 });

const Question = {
  kind: oneOf(POLL_KINDS),
  prompt: Type.String({ maxLength: POLL_PROMPT_MAX_CHARS }),
  options: Type.Array(Type.String({ maxLength: POLL_OPTION_MAX_CHARS }), { maxItems: POLL_OPTIONS.most }),
  pageN: Type.Integer({ minimum: 0, maximum: 10_000 }),
};
const Right = Type.Union([
  Type.Object({ options: Places }, closed),
  Type.Object({ number: DecimalText }, closed),
  Type.Null(),
]);

export const StartPollBody = Type.Object(
  {
    /** Made by the page; the same id again is the same question. */
    id: Id,
    seconds: Type.Integer({ minimum: POLL_SECONDS.least, maximum: POLL_SECONDS.most }),
    ...Question,
    right: Right,
  },
  closed,
);
export const StartPollAnswer = Type.Object({ id: Id, until: Instant }, closed);

/** One of the two is given: places for questions to choose from, else what was written. */
export const AnswerPollBody = Type.Object(
  {
    chosen: orNull(Places),
    written: orNull(Type.String({ minLength: 1, maxLength: POLL_WRITTEN_MAX_CHARS, pattern: '\\S' })),
  },
  closed,
);

export const PollResultsAnswer = Type.Object(
  {
    id: Id,
    ...Question,
    right: Right,
    askedAt: Instant,
    until: Instant,
    closedAt: orNull(Instant),
    shownAt: orNull(Instant),
    counts: Type.Object(
      {
        answered: Type.Integer(),
        chosen: Type.Array(Type.Integer()),
        numbers: Type.Array(Type.Object({ number: Type.String(), count: Type.Integer() }, closed)),
      },
      closed,
    ),
    answers: Type.Array(
      Type.Object(
        {
          personId: Id,
          classId: Id,
          chosen: orNull(Type.Array(Type.Integer())),
          written: orNull(Type.String()),
          at: Instant,
        },
        closed,
      ),
    ),
  },
  closed,
);
