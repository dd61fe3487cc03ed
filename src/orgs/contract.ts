import Type from 'typebox';

export const OrgKindName = Type.Union(
  (
    [
      'ministry',
      'province',
      'city',
      'county',
      'school',
      'campus',
      'college',
      'department',
      'grade',
      'functional',
    ] as const
  ).map((kind) => Type.Literal(kind)),
);
export const OrgNode = Type.Object(
  {
    id: Type.String(),
    parentId: Type.Union([Type.String(), Type.Null()]),
    kind: Type.String(),
    code: Type.String(),
    name: Type.String(),
    childCount: Type.Integer(),
  },
  { additionalProperties: false },
);
export const NewOrg = Type.Object(
  {
    parentId: Type.String({ format: 'uuid' }),
    kind: OrgKindName,
    code: Type.String({ minLength: 1, maxLength: 40 }),
    name: Type.String({ minLength: 1, maxLength: 100 }),
  },
  { additionalProperties: false },
);

export const UnitsPage = Type.Object(
  {
    unit: OrgNode,
    /** Units above, the top first. */
    above: Type.Array(
      Type.Object({ id: Type.String(), name: Type.String() }, { additionalProperties: false }),
    ),
    units: Type.Array(
      Type.Object(
        {
          ...OrgNode.properties,
          parentName: Type.String(),
          /** Where it stood before it was moved or merged here, and until when (not included). */
          before: Type.Union([
            Type.Object(
              { name: Type.String(), until: Type.String(), isMerge: Type.Boolean() },
              { additionalProperties: false },
            ),
            Type.Null(),
          ]),
        },
        { additionalProperties: false },
      ),
    ),
    /** Of all pages. */
    total: Type.Integer(),
  },
  { additionalProperties: false },
);

const DivisionCode = Type.String({ pattern: '^[0-9]{2,12}$' });
export const DivisionsAsked = Type.Object({
  text: Type.Optional(Type.String({ maxLength: 40 })),
  parent: Type.Optional(DivisionCode),
  page: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
});
export const DivisionsPage = Type.Object(
  {
    divisions: Type.Array(
      Type.Object(
        {
          code: Type.String(),
          name: Type.String(),
          kind: Type.String(),
          parentCode: Type.Union([Type.String(), Type.Null()]),
          /** Names from the province down. */
          path: Type.Array(Type.String()),
          /** Its unit, when there is one. */
          orgId: Type.Union([Type.String(), Type.Null()]),
        },
        { additionalProperties: false },
      ),
    ),
    total: Type.Integer(),
  },
  { additionalProperties: false },
);
export const NewDivision = Type.Object(
  {
    code: DivisionCode,
    /** Also every division below it. */
    withBelow: Type.Boolean(),
  },
  { additionalProperties: false },
);
export const MadeDivision = Type.Object(
  { unit: OrgNode, created: Type.Integer() },
  { additionalProperties: false },
);

const Day = Type.String({ format: 'date' });
export const MoveParams = Type.Object({ orgId: Type.String({ format: 'uuid' }), fromDay: Day });
export const NewMove = Type.Object(
  {
    parentId: Type.String({ format: 'uuid' }),
    fromDay: Day,
    /** Becomes part of a unit of its own kind. */
    isMerge: Type.Boolean(),
    reason: Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' }),
    /** Title and number of the paper that decided it; empty: none. */
    document: Type.String({ maxLength: 200 }),
  },
  { additionalProperties: false },
);
const TextOrNull = Type.Union([Type.String(), Type.Null()]);
export const MoveLine = Type.Object(
  {
    fromDay: Type.String(),
    /** null: it stood at the top. */
    fromName: TextOrNull,
    toName: TextOrNull,
    isMerge: Type.Boolean(),
    reason: TextOrNull,
    document: TextOrNull,
    /** null: a list of schools, or the command line. */
    decidedByName: TextOrNull,
    decidedAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
    mayTakeBack: Type.Boolean(),
  },
  { additionalProperties: false },
);
