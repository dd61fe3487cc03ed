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
