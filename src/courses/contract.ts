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
    kind: Type.String(),
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
          /** Of a pupil: the home class, when it is another one. */
          homeName: orNull(Type.String()),
          /** Of a pupil: at home in another school. */
          isGuest: Type.Boolean(),
          /** Of a pupil in a class that is not home: by a homeroom class, or in their own right. */
          isOwnRight: Type.Boolean(),
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

export const CompositionBody = Type.Object(
  {
    kind: Type.String(),
    /** Homeroom classes of the school; of a homeroom class none. */
    homerooms: Type.Array(
      Type.Object({ classId: Type.String(), name: Type.String(), isPart: Type.Boolean() }, exact),
    ),
  },
  exact,
);
export const SetComposition = Type.Object(
  { homeroomIds: Type.Array(Type.String({ format: 'uuid' }), { maxItems: 200 }) },
  exact,
);
export const Composed = Type.Object({ joined: Type.Integer(), left: Type.Integer() }, exact);
export const JoinClass = Type.Object(
  {
    /** Null: a pupil of this school. */
    schoolCode: orNull(Type.String({ minLength: 1, maxLength: 40 })),
    number: Type.String({ minLength: 1, maxLength: 40 }),
    name: Type.String({ minLength: 1, maxLength: 100 }),
  },
  exact,
);
export const Joined = Type.Object(
  {
    personId: Type.String(),
    outcome: Type.Union([Type.Literal('joined'), Type.Literal('unchanged')]),
  },
  exact,
);
