import Type from 'typebox';

const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const exact = { additionalProperties: false } as const;

export const ClaimCards = Type.Object(
  {
    cards: Type.Array(
      Type.Object(
        {
          loginName: Type.String(),
          name: Type.String(),
          number: Type.String(),
          claimUrl: Type.String(),
          spoken: Type.String(),
        },
        exact,
      ),
    ),
  },
  exact,
);

export const ClassList = Type.Object(
  {
    classes: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          kind: Type.String(),
          name: Type.String(),
          yearGroup: orNull(Type.String()),
          courseTitle: orNull(Type.String()),
          pupils: Type.Integer(),
          carers: Type.Array(Type.String()),
          unclaimed: Type.Integer(),
        },
        exact,
      ),
    ),
  },
  exact,
);

export const Members = Type.Object(
  {
    name: Type.String(),
    schoolId: Type.String(),
    members: Type.Array(
      Type.Object(
        {
          personId: Type.String(),
          number: Type.String(),
          name: Type.String(),
          /** The likely one first; lower case, without tones. */
          readings: Type.Array(Type.String()),
          isReadingCorrected: Type.Boolean(),
          role: Type.String(),
          accountStatus: orNull(Type.String()),
          loginName: orNull(Type.String()),
          adultName: orNull(Type.String()),
          adultVia: orNull(Type.String()),
          guardians: Type.Integer(),
        },
        exact,
      ),
    ),
  },
  exact,
);

export const FoundPeople = Type.Object(
  {
    people: Type.Array(
      Type.Object(
        {
          personId: Type.String(),
          number: Type.String(),
          name: Type.String(),
          /** The likely one first; lower case, without tones. */
          readings: Type.Array(Type.String()),
          isReadingCorrected: Type.Boolean(),
          kind: Type.String(),
          className: orNull(Type.String()),
          classId: orNull(Type.String()),
        },
        exact,
      ),
    ),
  },
  exact,
);
