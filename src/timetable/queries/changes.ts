import { sql, type RawBuilder } from 'kysely';
import type { Granted } from '../../platform/authorize.ts';
import type { Db } from '../../platform/database.ts';
import type { ChangeKind } from '../tables.ts';

export interface ChangeSide {
  readonly day: string;
  readonly period: number | null;
  readonly startsAt: string;
  readonly mode: string;
  readonly leadName: string | null;
}

export interface ChangeRow {
  readonly changeId: string;
  readonly kind: ChangeKind;
  readonly lessonId: string;
  readonly courseTitle: string;
  readonly classNames: string[];
  readonly before: ChangeSide | null;
  readonly after: ChangeSide | null;
  readonly reason: string | null;
  readonly changedAt: Date;
}

/**
 * The select of a school's changes of the published plan for some days, newest first. A change counts for the day the
 * lesson was on and for the day it went to.
 *
 * @param touches - condition on a change `c` that says whose it is.
 */
export function changesOf({
  schoolId,
  firstDay,
  lastDay,
  touches,
}: Record<'schoolId' | 'firstDay' | 'lastDay' | 'touches', RawBuilder<unknown>>): RawBuilder<ChangeRow> {
  return sql`
    SELECT c.id AS "changeId", c.kind, c.lesson_id AS "lessonId", course.title AS "courseTitle",
      ARRAY(SELECT name FROM classes WHERE id = ANY (c.class_ids) ORDER BY name) AS "classNames",
      c.before || jsonb_build_object('leadName', was.name) - 'leadId' AS before,
      c.after || jsonb_build_object('leadName', now.name) - 'leadId' AS after,
      c.reason, c.changed_at AS "changedAt"
    FROM plan_changes c
    JOIN lessons l ON l.school_day = c.school_day AND l.id = c.lesson_id
    JOIN courses course ON course.id = l.course_id
    LEFT JOIN people_cards was ON was.person_id = (c.before ->> 'leadId')::uuid
    LEFT JOIN people_cards now ON now.person_id = (c.after ->> 'leadId')::uuid
    WHERE c.school_id = ${schoolId}
      AND (c.school_day BETWEEN ${firstDay} AND ${lastDay}
        OR (c.after ->> 'day')::date BETWEEN ${firstDay} AND ${lastDay})
      AND ${touches}
    ORDER BY c.changed_at DESC, c.id DESC LIMIT 30`;
}

/** Changes of a school's plan that touch somebody of its staff. */
export async function selectChangesForStaff(
  db: Db,
  _granted: Granted,
  {
    schoolId,
    personId,
    firstDay,
    lastDay,
  }: { schoolId: string; personId: string; firstDay: string; lastDay: string },
): Promise<ChangeRow[]> {
  const changes = changesOf({
    schoolId: sql`${schoolId}`,
    firstDay: sql`${firstDay}::date`,
    lastDay: sql`${lastDay}::date`,
    touches: sql`${personId}::uuid = ANY (c.staff_ids)`,
  });
  const { rows } = await sql<ChangeRow>`/* prepared */ ${changes}`.execute(db);
  return rows;
}
