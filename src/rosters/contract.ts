import Type, { type Static } from 'typebox';

const id = Type.String({ format: 'uuid' });
const closed = { additionalProperties: false } as const;
const optionalText = Type.Union([Type.String(), Type.Null()]);
const optionalInteger = Type.Union([Type.Integer(), Type.Null()]);

export const RosterColumn = Type.Object(
  {
    sheet: Type.String(),
    column: Type.Integer(),
    /** Letters as the spreadsheet program shows them. */
    letters: Type.String(),
    header: Type.String(),
    use: Type.Union([Type.Literal('field'), Type.Literal('dropped'), Type.Literal('ignored')]),
    field: optionalText,
    sensitive: optionalText,
    cells: Type.Integer(),
    /** Read as the school read this heading by hand before. */
    learned: Type.Boolean(),
  },
  closed,
);

/** Fields that a column may be read as by hand; a heading read so is proposed the next time in this school. */
const LearnedField = Type.Union([
  Type.Literal('number'),
  Type.Literal('name'),
  Type.Literal('sex'),
  Type.Literal('yearGroup'),
  Type.Literal('class'),
  Type.Literal('classNo'),
  Type.Literal('staffNumber'),
  Type.Literal('role'),
  Type.Literal('classTeacherOf'),
]);

export const RosterHeadings = Type.Object(
  {
    headings: Type.Array(Type.Object({ id, heading: Type.String(), field: LearnedField }, closed)),
  },
  closed,
);

/** What an import does with teaching classes, or with who is in them. */
export const RosterOutcomes = Type.Object(
  {
    created: Type.Integer(),
    changed: Type.Integer(),
    unchanged: Type.Integer(),
    ended: Type.Integer(),
  },
  closed,
);

export const RosterDraft = Type.Object(
  {
    id,
    schoolId: id,
    fileName: Type.String(),
    /** `checking`: being read; `refused`: could not be read; `failed`: could not be written, may be confirmed again. */
    state: Type.Union([
      Type.Literal('checking'),
      Type.Literal('refused'),
      Type.Literal('checked'),
      Type.Literal('applying'),
      Type.Literal('applied'),
      Type.Literal('failed'),
      Type.Literal('discarded'),
    ]),
    /** How far the check is; null when it is over. Rows are 0 of 0 while nobody knows how many there are. */
    check: Type.Union([
      Type.Object(
        {
          phase: Type.Union([
            Type.Literal('waiting'),
            Type.Literal('reading'),
            Type.Literal('rows'),
            Type.Literal('comparing'),
            Type.Literal('keeping'),
          ]),
          rowsDone: Type.Integer(),
          rowsTotal: Type.Integer(),
        },
        closed,
      ),
      Type.Null(),
    ]),
    /** Who uploaded it; null for what the server fetched or the operator brought in. */
    by: optionalText,
    /** Imports of the same school by others that are not done with: whichever is confirmed first makes the others stale. */
    others: Type.Array(
      Type.Object(
        {
          id,
          fileName: Type.String(),
          by: optionalText,
          state: Type.String(),
          createdAt: Type.String({ format: 'date-time' }),
        },
        closed,
      ),
    ),
    format: optionalText,
    encoding: optionalText,
    sheets: Type.Array(
      Type.Object(
        { name: Type.String(), kind: Type.String(), rows: Type.Integer(), headerRow: Type.Integer() },
        closed,
      ),
    ),
    columns: Type.Array(RosterColumn),
    /** Which pupils were compared: the whole school, or only the classes in the file. */
    scope: Type.Union([Type.Literal('school'), Type.Literal('classesInFile')]),
    newClasses: Type.Array(Type.String()),
    /** What the file holds: lists as schools keep them, or a set of tables in one of the known dialects. */
    content: Type.String(),
    sections: RosterOutcomes,
    members: RosterOutcomes,
    read: Type.Integer(),
    merged: Type.Integer(),
    created: Type.Integer(),
    changed: Type.Integer(),
    unchanged: Type.Integer(),
    leaving: Type.Integer(),
    must: Type.Integer(),
    look: Type.Integer(),
    leavingAct: Type.Union([Type.Literal('keep'), Type.Literal('end'), Type.Null()]),
    progressPercent: Type.Integer(),
    /** Why the file could not be read or written, in the reader's language. */
    failure: optionalText,
    createdAt: Type.String({ format: 'date-time' }),
    appliedAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
    /** The import that this one takes back, and the one that took this one back. */
    undoes: Type.Union([id, Type.Null()]),
    undoneBy: Type.Union([id, Type.Null()]),
  },
  closed,
);
export type RosterDraft = Static<typeof RosterDraft>;

export const RosterDrafts = Type.Object({ drafts: Type.Array(RosterDraft) }, closed);

export const RosterLine = Type.Object(
  {
    n: Type.Integer(),
    sheet: optionalText,
    row: optionalInteger,
    column: optionalText,
    number: optionalText,
    name: optionalText,
    className: optionalText,
    /** `problem`, or what becomes of the row. */
    outcome: Type.String(),
    beforeName: optionalText,
    beforeClassName: optionalText,
    guardianTail: optionalText,
    code: optionalText,
    severity: optionalText,
    message: optionalText,
    suggestion: optionalText,
  },
  closed,
);

export const RosterLines = Type.Object(
  { lines: Type.Array(RosterLine), next: Type.Union([Type.Integer(), Type.Null()]) },
  closed,
);
export type RosterLines = Static<typeof RosterLines>;

export const RosterLinesQuery = Type.Object(
  {
    list: Type.Union([
      Type.Literal('problems'),
      Type.Literal('created'),
      Type.Literal('changed'),
      Type.Literal('unchanged'),
      Type.Literal('leaving'),
      Type.Literal('all'),
    ]),
    search: Type.Optional(Type.String({ maxLength: 40 })),
    after: Type.Optional(Type.Integer({ minimum: 0 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
  },
  closed,
);

export const RosterExportQuery = Type.Object(
  {
    format: Type.Union([Type.Literal('oneroster'), Type.Literal('workbook')]),
    /** Appointment under which a link is opened; elsewhere it stands in a header. */
    as: Type.Optional(Type.String({ format: 'uuid' })),
  },
  closed,
);

export const ConfirmRoster = Type.Object(
  { leaving: Type.Union([Type.Literal('keep'), Type.Literal('end')]) },
  closed,
);

/** Field `options` of the upload, as JSON. */
export const CheckOptions = Type.Object(
  {
    choices: Type.Array(
      Type.Object(
        {
          sheet: Type.String({ maxLength: 100 }),
          column: Type.Integer({ minimum: 1, maximum: 1_000 }),
          field: Type.Union([Type.Literal('guardianPhone'), Type.Literal('drop'), LearnedField]),
        },
        closed,
      ),
      { maxItems: 50 },
    ),
    /** Create every class the school does not have, also beside others of its year. */
    createClasses: Type.Boolean(),
  },
  closed,
);
export type CheckOptions = Static<typeof CheckOptions>;
