import { Type } from 'typebox';
import { closed, Id, nullable } from './contract.ts';

const Count = Type.Integer({ minimum: 0 });
const Teacher = closed({ personId: Id, name: Type.String(), number: Type.String() });
const Problem = closed({
  file: Type.String(),
  sheet: nullable(Type.String()),
  row: nullable(Type.Integer()),
  column: nullable(Type.Integer()),
  code: Type.String(),
  severity: Type.Union([Type.Literal('must'), Type.Literal('look')]),
  /** In the reader's language. */
  message: Type.String(),
});
export const MatrixReport = closed({
  kind: Type.Union([Type.Literal('matrix'), Type.Literal('term')]),
  read: Count,
  created: Count,
  changed: Count,
  unchanged: Count,
  leaving: Count,
  dropped: Count,
  merged: Count,
  draft: Count,
  /** Of a term list: lessons in the draft that use somebody or something twice, and wait until that is solved. */
  withProblem: Count,
  /** Of a term list: teaching classes, homeroom classes and teachers the import makes. */
  newClasses: Count,
  /** Of a term list: teaching classes made of homeroom classes, whose pupils they get. */
  composed: Count,
  newTeachers: Count,
  makesBells: Type.Boolean(),
  problems: Type.Array(Problem),
  questions: closed({
    classes: Type.Array(closed({ key: Type.String(), name: Type.String(), lessons: Count })),
    teachers: Type.Array(closed({ name: Type.String(), lessons: Count, candidates: Type.Array(Teacher) })),
    cells: Type.Array(
      closed({
        key: Type.String(),
        className: Type.String(),
        cellText: Type.String(),
        sheet: Type.String(),
        row: Type.Integer(),
        column: Type.Integer(),
        weekday: nullable(Type.Integer()),
        periodFrom: nullable(Type.Integer()),
        periodTo: nullable(Type.Integer()),
        reason: Type.String(),
      }),
    ),
  }),
});
export const MatrixImport = closed({
  importId: Id,
  fileName: Type.String(),
  state: Type.Union([Type.Literal('checked'), Type.Literal('confirmed')]),
  report: MatrixReport,
});

const few = { maxProperties: 500 };
const Cell = closed({
  courseName: Type.String({ minLength: 1, maxLength: 60, pattern: '\\S' }),
  weekday: Type.Integer({ minimum: 1, maximum: 7 }),
  periodFrom: Type.Integer({ minimum: 1, maximum: 20 }),
  periodTo: Type.Integer({ minimum: 1, maximum: 20 }),
});
export const MatrixChoices = closed({
  /** Class of the file -> class of ours; null: leave it out. */
  classes: Type.Record(Type.String(), nullable(Id), few),
  /** Name in the file -> person; null: without a teacher for now. */
  teachers: Type.Record(Type.String(), nullable(Id), few),
  /** Unread cell -> what it says; null: nothing is taught there. */
  cells: Type.Record(Type.String(), Type.Union([Cell, Type.Null()]), few),
  /** Of a term list: make the teachers whom the roster does not have. */
  createTeachers: Type.Optional(Type.Boolean()),
});
