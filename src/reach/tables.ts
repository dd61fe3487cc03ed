import type { ColumnType } from 'kysely';
import type { Way } from '../facts/tables.ts';
import type { Filled, FilledInstant, Instant } from '../platform/tables.ts';
import type { AttendanceRules } from './rules/attendance.ts';
import type { DayState } from './rules/day.ts';
import type { ContactMeans, ContactOutcome, Reason } from './rules/follow-up.ts';
import type { ReportedFigures } from './rules/unit-figure.ts';

export type Measure =
  | 'expected'
  | 'reached'
  | 'reachedLate'
  | 'excused'
  | 'unreached'
  | 'pending'
  | 'withoutAdult'
  | 'lessonsExpected'
  | 'lessonsReached'
  | 'lessonsMissed';
export type ContestReason =
  | 'wasThere'
  | 'deviceFailed'
  | 'networkFailed'
  | 'powerFailed'
  | 'otherWay'
  | 'other';

declare module '../platform/database.ts' {
  interface Tables {
    attendance_rules: {
      school_id: string;
      holds_from: string;
      late_minutes: number;
      left_early_percent: number;
      made_up_percent: number;
      day_needs: AttendanceRules['dayNeeds'];
      follow_up_hours: number;
      help_hours: number;
      version: Filled<number>;
      changed_by: string | null;
      changed_at: FilledInstant;
    };
    reach_days: {
      school_day: string;
      person_id: string;
      class_id: string;
      org_id: string;
      school_id: string;
      expected: number;
      reached: number;
      missed: number;
      state: DayState;
      way: Way | null;
      has_adult: boolean;
      version: Filled<number>;
    };
    rollups: {
      school_day: string;
      org_id: string;
      measure: Measure;
      way: Filled<string>;
      count: number;
      version: Filled<number>;
      cut_off: Instant;
      computed_at: Instant;
    };
    unit_figures: {
      school_day: string;
      org_id: string;
      issue: number;
      cut_off: Instant;
      issued_by: string | null;
      figures: ColumnType<ReportedFigures, string, never>;
    };
    followed_plans: { school_day: string; school_id: string; signature: string };
    school_signs: { school_day: string; school_id: string; last_fact_at: Instant };
    follow_ups: {
      id: Filled<string>;
      person_id: string;
      school_id: string;
      class_id: string;
      origin: 'dayClose' | 'cannotAttend' | 'byHand';
      adult_id: string | null;
      deputy_id: string | null;
      opened_at: Instant;
      due_at: Instant;
      state: Filled<'open' | 'closed'>;
      reason: Reason | null;
      escalated_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
      closed_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
      closed_by: ColumnType<'fact' | 'reason' | 'withdrawn' | null, never, 'fact' | 'reason' | 'withdrawn'>;
      closed_person_id: ColumnType<string | null, never, string | null>;
      closed_fact_id: ColumnType<string | null, never, string | null>;
      closing_reason: ColumnType<string | null, never, string | null>;
      version: Filled<number>;
    };
    follow_up_days: { follow_up_id: string; school_day: string };
    contact_log: {
      id: Filled<string>;
      follow_up_id: string;
      school_day: string;
      at: FilledInstant;
      by_person_id: string;
      means: ContactMeans;
      outcome: ContactOutcome;
      reason: Reason | null;
      note: string | null;
    };
    cannot_attend: {
      id: Filled<string>;
      person_id: string;
      school_day: string;
      planned_id: string | null;
      reason: Reason;
      told_by: string;
      told_at: Instant;
      withdrawn_at: ColumnType<Date | null, never, Date>;
      follow_up_id: string;
    };
    contests: {
      id: Filled<string>;
      person_id: string;
      school_id: string;
      school_day: string;
      planned_id: string;
      reason: ContestReason;
      note: string | null;
      opened_by: string;
      opened_at: Instant;
      state: Filled<'open' | 'accepted' | 'declined'>;
      answer: ColumnType<string | null, never, string | null>;
      answered_by: ColumnType<string | null, never, string>;
      answered_at: ColumnType<Date | null, never, Date>;
    };
    adult_gaps: {
      school_day: string;
      person_id: string;
      class_id: string;
      school_id: string;
      found_at: FilledInstant;
    };
  }
}
