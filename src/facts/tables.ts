import type { ColumnType, GeneratedAlways } from 'kysely';
import type { Filled, FilledInstant, Instant } from '../platform/tables.ts';

/** Ways of reaching a pupil; the last is the absence of a duty, not a way of teaching. */
export type Way = 'live' | 'recording' | 'external' | 'tv' | 'phone' | 'paper' | 'visit' | 'excused';
export type ExpectationState =
  | 'open'
  | 'present'
  | 'late'
  | 'leftEarly'
  | 'madeUp'
  | 'reached'
  | 'missed'
  | 'excused'
  | 'cancelled';

declare module '../platform/database.ts' {
  interface Tables {
    expectations: {
      school_day: string;
      planned_id: string;
      person_id: string;
      planned_kind: 'lesson' | 'task' | 'notice';
      school_id: string;
      via_class_id: string;
      starts_at: Instant;
      due_at: Instant;
      state: Filled<ExpectationState>;
      way: Way | null;
      best_fact_id: string | null;
      /** Packed by whoever judges. */
      evidence: string | null;
      settled: Filled<boolean>;
    };
    facts: {
      school_day: string;
      /** Made of source and key: see `factId`. */
      id: string;
      person_id: string;
      planned_id: string | null;
      way: Way;
      from_at: Instant | null;
      to_at: Instant | null;
      seconds: number | null;
      outcome: string | null;
      source: string;
      recorder_id: string | null;
      recorded_at: FilledInstant;
      supersedes: string | null;
      detail: ColumnType<Record<string, unknown> | null, string | null | undefined, never>;
    };
    /** Planned things not yet judged after their end. */
    due_plans: { school_day: string; planned_id: string; school_id: string; due_at: Instant };
    runs: {
      school_day: string;
      planned_id: string;
      started_at: Instant;
      ended_at: Instant | null;
      taught_seconds: number | null;
      voice_seconds: number | null;
    };
    /** View: reasons a family told that still stand. */
    excuse_facts: {
      school_day: string;
      id: string;
      person_id: string;
      planned_id: string;
      outcome: string;
      told_id: string;
      recorded_at: Date;
    };
    dirty_classes: { school_day: string; class_id: string; at: FilledInstant; n: GeneratedAlways<number> };
  }
}
