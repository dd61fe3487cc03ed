import type { ColumnType } from 'kysely';
import type { Filled, FilledInstant, Instant } from '../platform/tables.ts';
import type { SealedRow } from './sealed-part.ts';
import type { ChatScope, PollKind } from './wire.ts';

/** Where somebody stands in a room: `observer` hears and sees, and does nothing. */
export type Standing = 'pupil' | 'teacher' | 'assistant' | 'observer';
export type LogState = 'live' | 'paused' | 'ended';

declare module '../platform/database.ts' {
  interface Tables {
    lesson_logs: {
      id: Filled<string>;
      school_day: string;
      lesson_id: string;
      school_id: string;
      state: Filled<LogState>;
      muted: Filled<boolean>;
      chat_scope: Filled<ChatScope>;
      talk_n: Filled<number>;
      pages_n: Filled<number>;
      sealed_ms: Filled<number>;
      opened_at: Instant | null;
      opened_by: string | null;
      voice_started_at: Instant | null;
      ended_at: Instant | null;
      ended_ms: number | null;
      sealed_at: Instant | null;
      finished_at: Instant | null;
      epoch_no: Filled<number>;
      epoch_secret: Buffer;
      retention_until: string;
    };
    log_tail: {
      log_id: string;
      track: number;
      n: number;
      start_ms: number;
      duration_ms: number;
      sha256: Buffer;
      bytes: Buffer;
    };
    log_parts: {
      log_id: string;
      track: number;
      part_no: number;
      ns: string;
      rows: ColumnType<SealedRow[], string, never>;
      file_sha256: string;
      size_bytes: number;
    };
    log_pages: { log_id: string; sha256: Buffer; n: number; large_sha256: string; small_sha256: string };
    loose_files: { sha256: string; since: Instant };
    talk_keys: { log_id: string; key: string; n: number };
    room_entries: {
      school_day: string;
      lesson_id: string;
      person_id: string;
      standing: Standing;
      via_class_id: string | null;
      entered_at: Instant;
      last_seen_at: Instant;
      hand_up_at: Instant | null;
    };
    presence: {
      school_day: string;
      lesson_id: string;
      person_id: string;
      minute: number;
      heard_ms: number;
      step: number;
      queue_ms: number;
      via_class_id: string;
    };
    room_tickets: {
      ticket_hash: Buffer;
      school_day: string;
      lesson_id: string;
      person_id: string;
      standing: Standing;
      via_class_id: string | null;
      expires_at: Instant;
      used_at: Instant | null;
    };
    room_removals: {
      school_day: string;
      lesson_id: string;
      person_id: string;
      removed_by: string;
      removed_at: Instant;
    };
    roll_calls: {
      id: string;
      school_day: string;
      lesson_id: string;
      started_by: string;
      started_at: Instant;
      until_at: Instant;
    };
    roll_call_answers: {
      roll_call_id: string;
      person_id: string;
      via_class_id: string;
      answered_at: FilledInstant;
    };
    polls: {
      id: string;
      school_day: string;
      lesson_id: string;
      kind: PollKind;
      prompt: string;
      options: string[];
      right_options: number[] | null;
      right_number: string | null;
      page_n: number;
      asked_by: string;
      asked_at: Instant;
      until_at: Instant;
      closed_at: Instant | null;
      shown_at: Instant | null;
    };
    poll_answers: {
      poll_id: string;
      person_id: string;
      via_class_id: string;
      chosen: number[] | null;
      written: string | null;
      answered_at: Instant;
    };
    log_heard: { log_id: string; person_id: string; served: Filled<string>; heard: Filled<string> };
  }
}
