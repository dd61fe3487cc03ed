import Type from 'typebox';

const closed = { additionalProperties: false } as const;
const Count = Type.Integer({ minimum: 0 });
const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const SchoolsImportBody = Type.Object(
  {
    importId: Type.String(),
    orgId: Type.String(),
    fileName: Type.String(),
    state: Type.Union([Type.Literal('checked'), Type.Literal('confirmed')]),
    report: Type.Object(
      {
        read: Count,
        created: Count,
        changed: Count,
        unchanged: Count,
        /** Below the unit, but not in the list; they stay. */
        leaving: Count,
        /** Cities and counties that become units. */
        newDivisions: Count,
        must: Count,
        look: Count,
        /** The first 500. */
        problems: Type.Array(
          Type.Object(
            {
              sheet: orNull(Type.String()),
              row: orNull(Type.Integer()),
              /** Letters, as the spreadsheet shows them. */
              column: orNull(Type.String()),
              code: Type.String(),
              severity: Type.Union([Type.Literal('must'), Type.Literal('look')]),
              /** In the reader's language. */
              message: Type.String(),
            },
            closed,
          ),
        ),
      },
      closed,
    ),
  },
  closed,
);
