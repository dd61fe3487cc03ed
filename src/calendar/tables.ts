import type { Filled, Instant } from '../platform/tables.ts';

declare module '../platform/database.ts' {
  interface Tables {
    terms: {
      id: Filled<string>;
      org_id: string;
      title: string;
      first_day: string;
      last_day: string;
      week1_monday: string;
    };
    holidays: {
      org_id: string | null;
      day: string;
      kind: 'holiday' | 'makeUp';
      name: string;
      teaches_weekday: number | null;
    };
    school_days: {
      org_id: string;
      day: string;
      kind: 'teaching' | 'off' | 'closure';
      teaches_weekday: number | null;
      week_no: number | null;
      opens_at: Instant;
      closes_at: Instant;
      opened_at: Instant | null;
      closed_at: Instant | null;
    };
    /** View: a school's day with its hours, and whether it was opened and closed. */
    school_day_cards: {
      school_id: string;
      day: string;
      kind: 'teaching' | 'off' | 'closure';
      teaches_weekday: number | null;
      week_no: number | null;
      opens_at: Date;
      closes_at: Date;
      opened_at: Date | null;
      closed_at: Date | null;
    };
  }
}
