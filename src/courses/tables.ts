import type { ColumnType } from 'kysely';
import type { DateRange, Filled, FilledInstant } from '../platform/tables.ts';

export type EnrollmentRole = 'pupil' | 'teacher' | 'classTeacher' | 'counsellor' | 'assistant' | 'classRep';

declare module '../platform/database.ts' {
  interface Tables {
    courses: { id: Filled<string>; school_id: string; code: string; title: string; subject: string | null };
    classes: {
      id: Filled<string>;
      school_id: string;
      org_id: string;
      kind: 'homeroom' | 'scheduled';
      name: string;
      course_id: string | null;
      term_id: string | null;
      year_group: string | null;
      class_no: number | null;
      during: DateRange;
    };
    enrollments: {
      class_id: string;
      person_id: string;
      role: EnrollmentRole;
      is_home: Filled<boolean>;
      during: DateRange;
      by_class_id: Filled<string | null>;
      /** First day of `during`, by the database. */
      begins_on: ColumnType<string, never, never>;
    };
    class_compositions: { class_id: string; homeroom_id: string };
    class_exemptions: { class_id: string; person_id: string };
    course_groups: { class_id: string; created_at: FilledInstant };
  }
}
