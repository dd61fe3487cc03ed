import type { Trx } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import type { WorkbookProblem } from '../../rosters/rules/problem.ts';
import type { ImportKind } from '../queries/imports.ts';
import type { MatrixChoices, OpenQuestions } from '../rules/matrix-plan.ts';

/** Counts that every import of the product reports, and what a person has to look at. */
export interface MatrixReport {
  readonly kind: ImportKind;
  readonly read: number;
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Slots of the file's classes that the file no longer has; they leave the draft. */
  readonly leaving: number;
  readonly dropped: number;
  readonly merged: number;
  /** Slots of these classes in the draft afterwards. */
  readonly draft: number;
  /** Of a term list: lessons in the draft that wait until a double use is solved. */
  readonly withProblem: number;
  readonly newClasses: number;
  /** Teaching classes of which the file says of what homeroom classes they are made. */
  readonly composed: number;
  readonly newTeachers: number;
  /** The school has no bell plan, so that a usual one is made with the import. */
  readonly makesBells: boolean;
  readonly problems: readonly (WorkbookProblem & { readonly file: string })[];
  readonly questions: OpenQuestions;
}

export interface Input {
  readonly schoolId: string;
  readonly fileName: string;
  readonly bytes: Uint8Array;
  readonly choices: MatrixChoices;
}

/** A file compared with the draft, and what brings the draft in line with it. */
export interface Judged {
  readonly report: MatrixReport;
  readonly termId: string;
  /** The plan's lock is held. */
  readonly write: (trx: Trx) => Promise<void>;
}

/** @throws {AppError} 422 `choice_unknown` for a class or teacher of another school. */
export function requireKnownChoices(
  choices: MatrixChoices,
  classes: readonly { id: string }[],
  teachers: readonly { personId: string }[],
): void {
  const classIds = new Set(classes.map(({ id }) => id));
  const teacherIds = new Set(teachers.map(({ personId }) => personId));
  const unknown =
    Object.values(choices.classes).some((id) => id !== null && !classIds.has(id)) ||
    Object.values(choices.teachers).some((id) => id !== null && !teacherIds.has(id));
  if (unknown) throw new AppError(422, 'choice_unknown', 'A chosen class or teacher is not of this school.');
}
