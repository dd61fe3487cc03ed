import Type from 'typebox';
import { TIMER_SECONDS } from './wire.ts';

const closed = { additionalProperties: false } as const;
const Id = Type.String({ format: 'uuid' });

/** `id` is made by the page; the same id again is the same call. */
export const CallPupilBody = Type.Object({ id: Id }, closed);
export const CallPupilAnswer = Type.Object({ personId: Id }, closed);

export const StartTimerBody = Type.Object(
  {
    /** Made by the page; the same id again is the same countdown. */
    id: Id,
    seconds: Type.Integer({ minimum: TIMER_SECONDS.least, maximum: TIMER_SECONDS.most }),
  },
  closed,
);
export const TimerParams = Type.Object(
  { schoolDay: Type.String({ format: 'date' }), lessonId: Id, timerId: Id },
  closed,
);
