import type { ColumnType } from 'kysely';
import type { DateRange, Filled, FilledInstant, Instant } from '../platform/tables.ts';

export type OrgKind =
  | 'ministry'
  | 'province'
  | 'city'
  | 'county'
  | 'school'
  | 'campus'
  | 'college'
  | 'department'
  | 'grade'
  | 'functional';
export type Stage =
  | 'lowerPrimary'
  | 'upperPrimary'
  | 'juniorSecondary'
  | 'seniorSecondary'
  | 'vocational'
  | 'higher';

/** 责任人, who answers for online teaching in a unit; 联络人, whom one calls about it. */
export type OfficerRole = 'responsible' | 'liaison';
export type OfficerSex = 'female' | 'male';

declare module '../platform/database.ts' {
  interface Tables {
    orgs: {
      id: Filled<string>;
      parent_id: string | null;
      kind: OrgKind;
      code: string;
      name: string;
      stages: Filled<Stage[]>;
      path: ColumnType<string, never, never>;
      tz: Filled<string>;
      is_demo: Filled<boolean>;
      settings: ColumnType<Record<string, unknown>, string | undefined, string>;
      created_at: FilledInstant;
      sealed_at: Instant | null;
    };
    unit_officers: {
      org_id: string;
      role: OfficerRole;
      name: string;
      sex: OfficerSex | null;
      department: string;
      post: string;
      cipher: Buffer;
      key_id: string;
      filled_on: string;
    };
    org_moves: {
      org_id: string;
      parent_id: string | null;
      during: DateRange;
      is_merge: Filled<boolean>;
      reason: Filled<string | null>;
      document: Filled<string | null>;
      decided_by: Filled<string | null>;
      decided_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
    };
    org_tree_changes: { day: string; org_id: string };
    /** View: each unit with the school it belongs to. */
    org_scope: {
      org_id: string;
      kind: OrgKind;
      code: string;
      name: string;
      path: string;
      tz: string;
      is_demo: boolean;
      parent_id: string | null;
      school_id: string | null;
      /** The same, but of a school merged into another that other one. */
      whole_school_id: string | null;
    };
  }
}
