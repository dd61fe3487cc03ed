import type { ColumnType } from 'kysely';
import type { Filled, FilledInstant, Instant } from '../platform/tables.ts';

export type LessonStatus = 'planned' | 'live' | 'ended' | 'cancelled' | 'moved';
export type StaffDuty = 'lead' | 'own' | 'assistant' | 'observer';
export type ResourceKind = 'teacher' | 'class' | 'classroom';
export type ChangeKind = 'added' | 'moved' | 'cancelled' | 'substituted' | 'modeChanged' | 'restored';
/** What a mode needs to know of one lesson; today the link of a meeting elsewhere. */
export interface ModeParams {
  readonly link?: string;
  /** Tool of the meeting as the school calls it (腾讯会议). */
  readonly platform?: string;
}

type Json<T> = ColumnType<T, string, string>;
type FilledJson<T> = ColumnType<T, string | undefined, string>;

declare module '../platform/database.ts' {
  interface Tables {
    bell_plans: { id: Filled<string>; school_id: string; title: string; year_groups: Filled<string[]> };
    bell_periods: {
      bell_plan_id: string;
      /** `HH:MM:SS` in the school's zone. */
      starts_at_local: string;
      ends_at_local: string;
      period: number | null;
      label: string | null;
    };
    classrooms: { id: Filled<string>; school_id: string; name: string };
    plan_items: {
      id: Filled<string>;
      school_id: string;
      term_id: string;
      origin_id: string;
      course_id: string;
      weekday: number;
      period: number;
      period_to: number;
      weeks: number[];
      mode: string;
      mode_params: FilledJson<ModeParams>;
      classroom_id: string | null;
      source_key: string | null;
      version: Filled<number>;
      held: Filled<boolean>;
      teacher_names: Filled<string[]>;
      source_hash: string | null;
    };
    plan_item_audiences: { plan_item_id: string; class_id: string; own_teacher_id: string | null };
    plan_item_staff: { plan_item_id: string; person_id: string; duty: Filled<StaffDuty> };
    lessons: {
      school_day: string;
      id: Filled<string>;
      school_id: string;
      course_id: string;
      topic: string | null;
      period: number | null;
      period_to: number | null;
      starts_at: Instant;
      ends_at: Instant;
      mode: string;
      mode_params: FilledJson<ModeParams>;
      status: Filled<LessonStatus>;
      classroom_id: string | null;
      plan_origin_id: string | null;
      week_no: number | null;
      version: Filled<number>;
      moved_from_day: string | null;
      moved_from_id: string | null;
      moved_to_day: string | null;
      moved_to_id: string | null;
      log_id: string | null;
      started_at: Instant | null;
      ended_at: Instant | null;
      changed_by_hand: Filled<boolean>;
    };
    lesson_audiences: {
      school_day: string;
      lesson_id: string;
      class_id: string;
      own_teacher_id: string | null;
      room_no: Filled<number>;
    };
    lesson_staff: { school_day: string; lesson_id: string; person_id: string; duty: Filled<StaffDuty> };
    bookings: {
      resource_kind: ResourceKind;
      resource_id: string;
      /** `["2026-11-25 02:00:00+00","2026-11-25 02:40:00+00")`; compare in SQL. */
      during: string;
      school_day: string;
      lesson_id: string;
    };
    week_publications: {
      term_id: string;
      school_id: string;
      week_no: number;
      version: number;
      published_at: Instant;
      published_by: string | null;
      report: Json<unknown>;
    };
    plan_changes: {
      id: Filled<string>;
      school_id: string;
      school_day: string;
      lesson_id: string;
      kind: ChangeKind;
      class_ids: string[];
      staff_ids: string[];
      before: Json<unknown> | null;
      after: Json<unknown> | null;
      reason: string | null;
      changed_at: Instant;
      changed_by: string | null;
    };
    timetable_imports: {
      id: Filled<string>;
      school_id: string;
      term_id: string;
      file_name: string;
      file_sha256: string;
      state: Filled<'checked' | 'confirmed'>;
      report: Json<unknown>;
      created_by: string | null;
      created_at: FilledInstant;
      confirmed_at: Instant | null;
      kind: Filled<'matrix' | 'term'>;
    };
    /** View: a published lesson with its course and lead teacher; moved-away rows left out. */
    lesson_cards: {
      school_day: string;
      lesson_id: string;
      school_id: string;
      course_id: string;
      course_title: string;
      topic: string | null;
      period: number | null;
      period_to: number | null;
      starts_at: Date;
      ends_at: Date;
      mode: string;
      mode_params: ModeParams;
      status: Exclude<LessonStatus, 'moved'>;
      version: number;
      log_id: string | null;
      started_at: Date | null;
      ended_at: Date | null;
      week_no: number | null;
      lead_id: string | null;
      lead_name: string | null;
      classroom_name: string | null;
    };
    /** View: the classes a lesson is for. */
    lesson_classes: {
      school_day: string;
      lesson_id: string;
      class_id: string;
      class_name: string;
      school_id: string;
      year_group: string | null;
      own_teacher_id: string | null;
      room_no: number;
    };
    /** View: who teaches, assists or observes a lesson. */
    lesson_teachers: { school_day: string; lesson_id: string; person_id: string; duty: StaffDuty };
  }
}
