import { fileURLToPath } from 'node:url';
import type { Dialect } from '../exchange/dialect.ts';
import type { DraftRow } from '../rules/draft-rows.ts';
import type { LearnedHeadings } from '../rules/headers.ts';
import type { CurrentRoster, NewClasses } from '../rules/plan-roster.ts';
import type { ColumnChoice, ColumnReport, RosterProblem, RosterRead } from '../rules/roster-row.ts';
import type { CurrentSchool, SectionPlan } from '../rules/sections.ts';
import { WORKBOOK_LIMITS } from '../workbook/limits.ts';
import type { ParseRequest } from '../workbook/parse.ts';
import { kindOfWorkbook, refused } from '../workbook/read-workbook.ts';
import type { WorkbookRefusal } from '../workbook/refusal.ts';
import { runApart, type ApartOptions } from '../workbook/run-apart.ts';
import type { WorkbookFormat } from '../workbook/workbook.ts';

export interface CheckRequest {
  readonly current: CurrentRoster;
  readonly school: CurrentSchool;
  readonly choices: readonly ColumnChoice[];
  readonly learned: LearnedHeadings;
  readonly newClasses: NewClasses;
}

/** A workbook compared with the school's present roster. Holds nothing of the dropped columns but their counts. */
export interface CheckedFile {
  /** `null` of what is no file: an import taken back. */
  readonly format: WorkbookFormat | null;
  /** Lists as schools keep them, or a set of tables in one of the known dialects. */
  readonly content: 'lists' | Dialect['name'];
  readonly encoding: string | null;
  readonly sheets: RosterRead['sheets'];
  readonly columns: readonly ColumnReport[];
  readonly rows: readonly DraftRow[];
  readonly sections: SectionPlan;
  readonly problems: readonly RosterProblem[];
  readonly leaving: readonly string[];
  readonly newClasses: readonly string[];
  readonly scope: 'school' | 'classesInFile';
  /** Ids that a set of tables has for the school and the units below it. */
  readonly units?: readonly string[];
  readonly read: number;
  readonly merged: number;
}

export type FileCheck =
  | { readonly ok: true; readonly checked: CheckedFile }
  | { readonly ok: false; readonly refusal: WorkbookRefusal };

export type CheckWatch = Pick<ApartOptions, 'onReport' | 'signal'>;

/** What the checking process is asked, beside the bytes. */
export type CheckProcessRequest = CheckRequest & Omit<ParseRequest, 'bytes'>;

const CHECKER = fileURLToPath(new URL('./check-process.ts', import.meta.url));

/**
 * Reads a roster workbook and compares it with the present roster, all in a process of its own: a county's file keeps
 * a core busy for seconds, and the lessons of the same server must not wait for it.
 *
 * @param watch - who hears how far it is, and may end it.
 * @returns rows, problems and the difference, or why the file could not be read. Never throws for bad input.
 * @throws the reason of `watch.signal` when it was aborted.
 */
export async function checkFile(
  bytes: Uint8Array,
  request: CheckRequest,
  watch: CheckWatch = {},
): Promise<FileCheck> {
  const limits = WORKBOOK_LIMITS;
  const found = await kindOfWorkbook(bytes, limits);
  if (!found.ok) return found;
  const apart: CheckProcessRequest = { ...request, kind: found.kind, limits };
  const result = await runApart<FileCheck>(CHECKER, apart, bytes, { limits, ...watch });
  return result.ok ? result.answer : refused(result.code);
}
