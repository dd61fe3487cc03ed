/** `must`: nothing is imported before it is corrected; `look`: a person should look, the import can go on. */
export type ProblemSeverity = 'must' | 'look';

/**
 * One thing to correct or to look at in an uploaded workbook.
 *
 * Says where, what and why; people read the catalogue entry `<capability>.problem.<code>` filled with `params`.
 * `params` may hold names and numbers of the roster, which go to the screen of the importer, never to a log. They
 * never hold anything from a sensitive column.
 */
export interface WorkbookProblem<Code extends string = string> {
  readonly code: Code;
  readonly severity: ProblemSeverity;
  /** Name of the sheet, or `null` for the whole file. */
  readonly sheet: string | null;
  /** Row as the spreadsheet program shows it, from 1; `null` for a whole sheet. */
  readonly row: number | null;
  /** Column from 1 (A = 1); `null` for a whole row. */
  readonly column: number | null;
  readonly params: Readonly<Record<string, string | number>>;
  /** What can be put into the cell instead, when there is one good answer. */
  readonly suggestion: string | null;
}
