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
      Type.Object({ ...OrgNode.properties, parentName: Type.String() }, { additionalProperties: false }),
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
