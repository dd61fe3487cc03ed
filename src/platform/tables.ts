import type { ColumnType, Generated } from 'kysely';

/** A column the database fills; writers may leave it out. */
export type Filled<T> = Generated<T>;
/** An instant: read as `Date`, written as `Date` or ISO text. */
export type Instant = ColumnType<Date, Date | string, Date | string>;
export type FilledInstant = ColumnType<Date, Date | string | undefined, Date | string>;
/** `[2026-09-01,2027-07-01)` as text; compare in SQL with `@>` and `&&`. */
export type DateRange = ColumnType<string, string, string>;

declare module './database.ts' {
  interface Tables {
    clock: { only_row: Filled<boolean>; clock_offset: ColumnType<string, string, string> };
    idempotency_keys: {
      actor_key: string;
      key: string;
      request_hash: Buffer;
      status: number | null;
      resource_id: string | null;
      created_at: FilledInstant;
    };
    audit_lines: {
      id: Filled<string>;
      at: FilledInstant;
      actor_kind: 'person' | 'operator' | 'system' | 'anonymous';
      actor_id: string | null;
      action: string;
      subject_kind: string | null;
      subject_id: string | null;
      org_id: string | null;
      reason: string | null;
      detail: ColumnType<unknown, string | undefined, never>;
      seal_no: number | null;
    };
    audit_seals: {
      seal_no: number;
      at: FilledInstant;
      line_count: number;
      line_ids: string[];
      line_hashes: Buffer[];
      previous_hash: Buffer;
      hash: Buffer;
    };
    files: {
      id: Filled<string>;
      sha256: Buffer;
      size_bytes: number;
      media_type: string;
      purpose: string;
      created_at: FilledInstant;
    };
  }
}
