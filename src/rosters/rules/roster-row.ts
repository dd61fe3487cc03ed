import type { ClassName } from './class-name.ts';
import type { WorkbookProblem } from './problem.ts';
import type { RosterField, SensitiveKind } from './headers.ts';

export type RosterProblemCode =
  | 'roster_header_not_found'
  | 'roster_no_number_column'
  | 'roster_ragged_row'
  | 'roster_extra_cells'
  | 'roster_name_missing'
  | 'roster_number_missing'
  | 'roster_class_missing'
  | 'roster_class_unreadable'
  | 'roster_class_ambiguous'
  | 'roster_class_restored'
  | 'roster_class_unknown'
  | 'roster_number_duplicate'
  | 'roster_row_repeated'
  | 'roster_same_name'
  | 'roster_two_classes'
  | 'roster_number_length'
  | 'roster_number_odd'
  | 'roster_number_identity'
  | 'roster_number_precision'
  | 'roster_number_uncertain'
  | 'roster_number_restored'
  | 'roster_number_padded'
  | 'roster_name_odd'
  | 'roster_name_lost'
  | 'roster_name_rare'
  | 'roster_sex_unread'
  | 'roster_phone_odd'
  | 'roster_role_not_granted'
  | 'roster_formula'
  | 'roster_formula_error'
  | 'roster_sensitive_dropped'
  | 'roster_choice_refused'
  | 'roster_moved'
  | 'roster_renamed'
  | 'roster_number_of_staff'
  | 'roster_maybe_renumbered'
  | 'roster_heading_guessed'
  | 'roster_heading_missing'
  | 'roster_manifest_missing'
  | 'roster_manifest_mode'
  | 'roster_table_missing'
  | 'roster_school_unknown'
  | 'roster_other_schools'
  | 'roster_id_missing'
  | 'roster_id_duplicate'
  | 'roster_reference_missing'
  | 'roster_reference_empty'
  | 'roster_member_unknown'
  | 'roster_roles_missing'
  | 'roster_role_missing'
  | 'roster_table_needed'
  | 'roster_table_twice'
  | 'roster_lines_above_heading'
  | 'roster_more_alike'
  | 'roster_course_unknown'
  | 'roster_session_unknown'
  | 'roster_status_unknown'
  | 'roster_role_unknown'
  | 'roster_role_differs'
  | 'roster_guardians_left_out'
  | 'roster_guardians_without_phone'
  | 'roster_guardians_without_pupil'
  | 'roster_agent_missing'
  | 'roster_accounts_disabled'
  | 'roster_members_left_out'
  | 'roster_number_from_id'
  | 'roster_number_kept'
  | 'roster_date_unreadable'
  | 'roster_dates_over'
  | 'roster_no_home_class'
  | 'roster_undo_signed_in'
  | 'roster_undo_facts'
  | 'roster_undo_changed_since'
  | 'roster_undo_class_gone'
  | 'roster_undo_classes_kept'
  | 'roster_undo_guardians'
  | 'roster_undo_roles';

export type RosterProblem = WorkbookProblem<RosterProblemCode>;

export type Sex = 'male' | 'female' | 'unknown';

/** Roles a workbook may give; those that decide over others are appointed by hand. */
export type RosterRole = 'teacher' | 'classTeacher' | 'counsellor';

/** A guardian as a set of tables says it. */
export interface SetGuardian {
  readonly name: string;
  readonly phone: string;
  readonly externalId: string;
}

/** One person as an uploaded workbook says it. */
export interface RosterRow {
  readonly kind: 'pupil' | 'staff';
  /** 学号 or 工号, unique in the school. `''` when it could not be read (then the row is blocked). */
  readonly number: string;
  /** Set when the last digits were lost; the present roster may tell them. */
  readonly uncertainNumber: { readonly prefix: string; readonly length: number } | null;
  readonly name: string;
  readonly sex: Sex | null;
  /** Homeroom class of a pupil; of staff, the class they are class teacher of. */
  readonly class: ClassName | null;
  readonly guardianName: string | null;
  /** Only when the school mapped a telephone column on purpose. */
  readonly guardianPhone: string | null;
  /** Guardians whom a set of tables names with a telephone; a workbook has one, in the fields above. */
  readonly guardians?: readonly SetGuardian[];
  readonly role: RosterRole | null;
  readonly sheet: string;
  /** Row as the spreadsheet program shows it, from 1. */
  readonly row: number;
  /** Column from 1 of each field that was read, for pointing at a cell. */
  readonly at: Readonly<Partial<Record<RosterField, number>>>;
  /** Texts as they stood, of columns that are used; for the workbook that is given back. */
  readonly given: Readonly<Partial<Record<RosterField, string>>>;
  /** A problem that must be corrected first stands on this row. */
  readonly blocked: boolean;
  /** Id of the person in the system the file came from, when it has one. */
  readonly externalId?: string | null;
}

/** What became of one column of the workbook. Never holds a value of the column. */
export interface ColumnReport {
  readonly sheet: string;
  /** From 1 (A = 1). */
  readonly column: number;
  readonly header: string;
  /** `field`: read; `dropped`: sensitive, left out; `ignored`: of no use here. */
  readonly use: 'field' | 'dropped' | 'ignored';
  readonly field: RosterField | null;
  readonly sensitive: SensitiveKind | null;
  /** Cells with text below the heading. */
  readonly cells: number;
  /** Read as the school read this heading by hand before. */
  readonly learned?: boolean;
}

/** What the importer decided about a column by hand. */
export interface ColumnChoice {
  readonly sheet: string;
  /** From 1 (A = 1). */
  readonly column: number;
  readonly field: RosterField | 'drop';
}

export interface RosterRead {
  readonly rows: readonly RosterRow[];
  readonly problems: readonly RosterProblem[];
  readonly columns: readonly ColumnReport[];
  /** Rows that name a person, before repeated ones were merged. */
  readonly read: number;
  /** Rows that repeated another row word for word. */
  readonly merged: number;
  readonly sheets: readonly {
    readonly name: string;
    readonly kind: 'pupil' | 'staff';
    readonly rows: number;
    readonly headerRow: number;
  }[];
}
