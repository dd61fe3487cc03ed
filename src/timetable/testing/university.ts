import { sql } from 'kysely';
import { composeClasses, replaceCompositions } from '../../courses/compositions.ts';
import { fillReadings } from '../../people/fill-readings.ts';
import type { Db } from '../../platform/database.ts';

interface Meeting {
  readonly classId: string;
  readonly weekday: number;
  readonly period: number;
  readonly periodTo: number;
  readonly weeks: readonly number[];
}

/**
 * Invents the pupils of a university whose term came in as a list without classes: homeroom classes, each with the same number
 * of pupils, and teaching classes made of one homeroom class each, so that nobody has two lessons at once.
 *
 * @param pupilsPerClass - 1 to 60.
 * @param since - day on which everybody is at home in their class, `YYYY-MM-DD`.
 * @param today - the school's day.
 */
export async function inventPupils(
  db: Db,
  {
    schoolId,
    pupilsPerClass,
    since,
    today,
  }: { schoolId: string; pupilsPerClass: number; since: string; today: string },
): Promise<{ homerooms: number; pupils: number; teachingClasses: number; enrollments: number }> {
  const { rows: meetings } = await sql<Meeting>`
    SELECT a.class_id AS "classId", i.weekday, i.period, i.period_to AS "periodTo", i.weeks
    FROM plan_items i JOIN plan_item_audiences a ON a.plan_item_id = i.id
    JOIN classes c ON c.id = a.class_id AND c.kind = 'scheduled'
    WHERE i.school_id = ${schoolId} ORDER BY a.class_id
  `.execute(db);
  const homeroomOf = spread(meetings);
  const count = Math.max(0, ...homeroomOf.values()) + (homeroomOf.size > 0 ? 1 : 0);
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ id: string }>`
      INSERT INTO classes (school_id, org_id, kind, name, year_group, class_no, during)
      SELECT ${schoolId}::uuid, ${schoolId}::uuid, 'homeroom', '专业 ' || lpad(n::text, 3, '0') || ' 班', NULL, n, daterange(${since}::date, NULL)
      FROM generate_series(1, ${count}::int) n RETURNING id
    `.execute(trx);
    const homerooms = rows.map(({ id }) => id);
    await sql`
      WITH made AS (
        INSERT INTO persons (home_org_id, number, name)
        SELECT ${schoolId}::uuid, 'u' || lpad(c::text, 3, '0') || lpad(n::text, 2, '0'),
          (ARRAY['单','曾','仇','区','查','欧阳','尉迟','沈'])[1 + (c + n) % 8] || (ARRAY['文','可','子','一'])[1 + n % 4] || (ARRAY['敏','欣','涵','诺','宁'])[1 + c % 5]
        FROM generate_series(1, ${count}::int) c, generate_series(1, ${pupilsPerClass}::int) n
        RETURNING id, number
      )
      INSERT INTO enrollments (class_id, person_id, role, is_home, during)
      SELECT (${homerooms}::uuid[])[substr(number, 2, 3)::int], id, 'pupil', true, daterange(${since}::date, NULL) FROM made
    `.execute(trx);
    await fillReadings(trx, { orgIds: [schoolId] });
    await replaceCompositions(
      trx,
      Array.from(homeroomOf, ([classId, place]) => ({ classId, homeroomIds: [homerooms[place] ?? ''] })),
    );
    const { joined } = await composeClasses(trx, { schoolId, today });
    return {
      homerooms: count,
      pupils: count * pupilsPerClass,
      teachingClasses: homeroomOf.size,
      enrollments: joined,
    };
  });
}

/** Gives each teaching class the first homeroom class that is free at all its hours. */
function spread(meetings: readonly Meeting[]): Map<string, number> {
  const hoursOf = new Map<string, Set<string>>();
  for (const { classId, weekday, period, periodTo, weeks } of meetings) {
    const hours = hoursOf.get(classId) ?? new Set();
    for (const week of weeks) {
      for (let at = period; at <= periodTo; at += 1) hours.add(`${week} ${weekday} ${at}`);
    }
    hoursOf.set(classId, hours);
  }
  const taken: Set<string>[] = [];
  return new Map(
    Array.from(hoursOf, ([classId, hours]): [string, number] => {
      let place = taken.findIndex((busy) => [...hours].every((hour) => !busy.has(hour)));
      if (place < 0) place = taken.push(new Set()) - 1;
      for (const hour of hours) taken[place]?.add(hour);
      return [classId, place];
    }),
  );
}
