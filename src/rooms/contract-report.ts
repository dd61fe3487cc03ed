import Type from 'typebox';
import { POLL_KINDS } from './wire.ts';

const closed = { additionalProperties: false } as const;
const Id = Type.String({ format: 'uuid' });
const Instant = Type.String({ format: 'date-time' });
const orNull = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

export const LessonReportAnswer = Type.Object(
  {
    courseTitle: Type.String(),
    topic: orNull(Type.String()),
    classNames: Type.Array(Type.String()),
    startsAt: Instant,
    endsAt: Instant,
    /** Null: it still runs. */
    endedAt: orNull(Instant),
    taughtSeconds: Type.Integer(),
    /** Roll calls of the lesson. */
    rollCalls: Type.Integer(),
    pupils: Type.Array(
      Type.Object(
        {
          personId: Id,
          name: Type.String(),
          className: Type.String(),
          /** First and last sign in the room while it was taught; null: never came. */
          cameAt: orNull(Instant),
          leftAt: orNull(Instant),
          heardSeconds: Type.Integer(),
          rollCalls: Type.Integer(),
          hands: Type.Integer(),
          lines: Type.Integer(),
          called: Type.Integer(),
          lostPages: Type.Array(Type.Integer()),
        },
        closed,
      ),
    ),
    polls: Type.Array(
      Type.Object(
        {
          id: Id,
          kind: Type.Unsafe<(typeof POLL_KINDS)[number]>({ type: 'string', enum: [...POLL_KINDS] }),
          prompt: Type.String(),
          pageN: Type.Integer(),
          askedAt: Instant,
          answers: Type.Array(
            Type.Object(
              {
                personId: Id,
                chosen: orNull(Type.Array(Type.Integer())),
                written: orNull(Type.String()),
                isRight: orNull(Type.Boolean()),
              },
              closed,
            ),
          ),
        },
        closed,
      ),
    ),
    /** Pages that pupils did not follow, most pupils first. */
    pages: Type.Array(Type.Object({ pageN: Type.Integer(), lost: Type.Integer() }, closed)),
  },
  closed,
);
export type LessonReportAnswer = Type.Static<typeof LessonReportAnswer>;
