import type { ColumnType } from 'kysely';
import type { Filled, FilledInstant, Instant } from '../platform/tables.ts';
import type { CheckOptions } from './contract.ts';
import type { WorkbookFormat } from './workbook/workbook.ts';
import type { LearnedField } from './rules/headers.ts';
import type { ColumnReport, RosterRead, Sex } from './rules/roster-row.ts';

/** JSON comes out parsed and goes in as text. */
type Json<T> = ColumnType<T, string, string>;

export interface DraftFacts {
  /** `null` until the file is read. */
  readonly format: WorkbookFormat | null;
  readonly encoding: string | null;
  readonly sheets: RosterRead['sheets'];
  readonly columns: readonly ColumnReport[];
  readonly scope: 'school' | 'classesInFile';
  readonly newClasses: readonly string[];
  /** What the file holds: lists as schools keep them, or a set of tables. */
  readonly content: 'lists' | 'oneroster' | 'sds' | 'sdsOld';
  readonly sections: OutcomeCounts;
  readonly members: OutcomeCounts;
  /** Ids that a set of tables has for the school and the units below it. */
  readonly units?: readonly string[];
}

/** What an import does with teaching classes, or with who is in them. */
export interface OutcomeCounts {
  readonly created: number;
  readonly changed?: number;
  readonly unchanged: number;
  readonly ended: number;
}

/**
 * `checking`: the file is being read; `refused`: it could not be; `checked`: waits for confirmation; `failed`: could not be
 * written, and may be confirmed again.
 */
export type DraftState = 'checking' | 'refused' | 'checked' | 'applying' | 'applied' | 'failed' | 'discarded';
export type CheckPhase = 'waiting' | 'reading' | 'rows' | 'comparing' | 'keeping';
export type LeavingAct = 'keep' | 'end';

export type SyncRunState = 'running' | 'applied' | 'unchanged' | 'stopped' | 'failed';

/** What a run of a sync found. */
export interface SyncCounts {
  readonly read: number;
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly leaving: number;
  readonly must: number;
  readonly look: number;
}

declare module '../platform/database.ts' {
  interface Tables {
    roster_drafts: {
      id: Filled<string>;
      school_id: string;
      file_name: string;
      state: Filled<DraftState>;
      facts: Json<DraftFacts>;
      read_count: number;
      merged_count: number;
      created_count: number;
      changed_count: number;
      unchanged_count: number;
      leaving_count: number;
      must_count: number;
      look_count: number;
      roster_hash: Buffer;
      leaving_act: LeavingAct | null;
      progress_percent: Filled<number>;
      failure_code: string | null;
      failure_params: ColumnType<Record<string, string | number> | null, string | null, string | null>;
      options: ColumnType<CheckOptions, string | undefined, string>;
      check_phase: CheckPhase | null;
      rows_done: Filled<number>;
      rows_total: Filled<number>;
      check_tries: Filled<number>;
      beat_at: Instant | null;
      created_by: string | null;
      created_at: FilledInstant;
      applied_at: Instant | null;
      undoes: string | null;
    };
    unit_imports: {
      id: Filled<string>;
      org_id: string;
      file_name: string;
      file_sha256: string;
      state: Filled<'checked' | 'confirmed'>;
      report: Json<object>;
      created_by: string | null;
      created_at: FilledInstant;
      confirmed_at: Instant | null;
    };
    roster_draft_rows: {
      draft_id: string;
      n: number;
      sheet: string;
      row: number;
      kind: 'pupil' | 'staff';
      outcome: 'created' | 'changed' | 'unchanged' | 'blocked';
      person_id: Filled<string>;
      number: string;
      name: string;
      sex: 'male' | 'female' | 'unknown' | null;
      class_id: string | null;
      new_class: Filled<boolean>;
      class_key: string | null;
      class_name: string | null;
      year_group: string | null;
      class_no: number | null;
      enters_class: boolean;
      role: 'teacher' | 'classTeacher' | 'counsellor' | null;
      guardian_name: string | null;
      guardian_cipher: Buffer | null;
      guardian_key_id: string | null;
      guardian_tail: string | null;
      guardian_hash: Buffer | null;
      before: Json<{ name?: string; className?: string; classId?: string | null; sex?: Sex | null }>;
      given: Json<Record<string, string>>;
      external_id: string | null;
      name_readings: Filled<string[]>;
    };
    roster_draft_guardians: {
      draft_id: string;
      row_n: number;
      n: number;
      name: string;
      cipher: Buffer;
      key_id: string;
      tail: string;
      hash: Buffer;
      external_id: string;
    };
    roster_draft_sections: {
      draft_id: string;
      n: number;
      outcome: 'created' | 'changed' | 'unchanged' | 'ended';
      class_id: string;
      kind: 'homeroom' | 'scheduled';
      name: string;
      name_before: string | null;
      course_code: string | null;
      course_title: string | null;
      subject: string | null;
      year_group: string | null;
      class_no: number | null;
      term_id: string | null;
      ends_on: string | null;
      external_id: string | null;
    };
    roster_draft_members: {
      draft_id: string;
      n: number;
      outcome: 'created' | 'unchanged' | 'ended';
      class_id: string;
      person_id: string;
      role: string;
    };
    roster_draft_problems: {
      draft_id: string;
      n: number;
      code: string;
      severity: 'must' | 'look';
      sheet: string | null;
      row: number | null;
      column_no: number | null;
      params: Json<Record<string, string | number>>;
      suggestion: string | null;
    };
    roster_syncs: {
      school_id: string;
      kind: 'folder' | 'url';
      address_cipher: Buffer | null;
      address_shown: string | null;
      hour: number;
      max_leaving_percent: number;
      max_changed_percent: number;
      leaving_act: LeavingAct;
      is_paused: Filled<boolean>;
      updated_at: FilledInstant;
    };
    roster_sync_runs: {
      id: Filled<string>;
      school_id: string;
      by_hand: boolean;
      state: Filled<SyncRunState>;
      counts: ColumnType<SyncCounts | null, string | null, string | null>;
      code: string | null;
      params: ColumnType<Record<string, string | number>, string | undefined, string>;
      draft_id: string | null;
      started_at: FilledInstant;
      day: string;
      finished_at: Instant | null;
    };
    roster_headings: {
      id: Filled<string>;
      school_id: string;
      heading: string;
      plain: string;
      field: LearnedField;
      created_at: FilledInstant;
    };
    roster_draft_leaving: { draft_id: string; person_id: string };
  }
}
