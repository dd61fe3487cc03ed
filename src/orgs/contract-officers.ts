import Type from 'typebox';

const closed = { additionalProperties: false } as const;
const Role = Type.Union([Type.Literal('responsible'), Type.Literal('liaison')]);
const Sex = Type.Union([Type.Literal('female'), Type.Literal('male'), Type.Null()]);

export const OfficerParams = Type.Object({ orgId: Type.String({ format: 'uuid' }), role: Role }, closed);

export const NamedOfficer = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 60 }),
    sex: Sex,
    department: Type.String({ maxLength: 60 }),
    post: Type.String({ maxLength: 60 }),
    phone: Type.String({ minLength: 1, maxLength: 40 }),
    /** Empty: none. */
    email: Type.String({ maxLength: 120 }),
  },
  closed,
);

const Officer = Type.Object(
  { ...NamedOfficer.properties, sex: Sex, filledOn: Type.String({ format: 'date' }) },
  closed,
);

export const OfficersList = Type.Object(
  {
    /** The unit asked about comes first. */
    units: Type.Array(
      Type.Object(
        {
          orgId: Type.String(),
          kind: Type.String(),
          code: Type.String(),
          name: Type.String(),
          responsible: Type.Union([Officer, Type.Null()]),
          liaison: Type.Union([Officer, Type.Null()]),
        },
        closed,
      ),
    ),
    /** Of these, units that have named both. */
    complete: Type.Integer(),
  },
  closed,
);
