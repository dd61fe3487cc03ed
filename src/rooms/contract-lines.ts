import Type from 'typebox';

const closed = { additionalProperties: false } as const;
const Id = Type.String({ format: 'uuid' });

export const LineParams = Type.Object(
  {
    schoolDay: Type.String({ format: 'date' }),
    lessonId: Id,
    /** Number of the chat line in the talk. */
    lineN: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
  },
  closed,
);
export const HideLineBody = Type.Object({ isHidden: Type.Boolean() }, closed);
