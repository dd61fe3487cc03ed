import { sql } from 'kysely';
import { plainLatin, searchQuery } from '../people/name-words.ts';
import type { Granted } from '../platform/authorize.ts';
import type { Db } from '../platform/database.ts';

export interface ClassRow {
  id: string;
  kind: 'homeroom' | 'scheduled';
  name: string;
  yearGroup: string | null;
  courseTitle: string | null;
  pupils: number;
  /** Names of class teachers or counsellors; staff, not pupils. */
  carers: string[];
  /** Accounts of its pupils that nobody has claimed yet. */
  unclaimed: number;
}

/** Classes of a school on its today, homeroom classes first, in the order schools list them. */
export async function selectClasses(
  db: Db,
  _granted: Granted<'courses.readClasses'>,
  { orgId }: { orgId: string },
): Promise<ClassRow[]> {
  const { rows } = await sql<ClassRow>`
    WITH today AS (SELECT (app_now() AT TIME ZONE tz - interval '4 hours')::date AS day FROM orgs WHERE id = ${orgId}),
    members AS (SELECT m.* FROM today, class_members(today.day) m WHERE m.school_id = ${orgId})
    SELECT c.id, c.kind, c.name, c.year_group AS "yearGroup", k.title AS "courseTitle",
      (SELECT count(*)::int FROM members m WHERE m.class_id = c.id AND m.role = 'pupil') AS pupils,
      (SELECT coalesce(json_agg(p.name ORDER BY p.number), '[]') FROM members m JOIN persons p ON p.id = m.person_id
        WHERE m.class_id = c.id AND m.role IN ('classTeacher', 'counsellor')) AS carers,
      (SELECT count(*)::int FROM members m JOIN accounts a ON a.person_id = m.person_id
        WHERE m.class_id = c.id AND m.role = 'pupil' AND a.status = 'unclaimed') AS unclaimed
    FROM classes c LEFT JOIN courses k ON k.id = c.course_id, today
    WHERE c.school_id = ${orgId} AND c.during @> today.day
    ORDER BY c.kind, lpad(coalesce(c.year_group, ''), 6, '0'), c.class_no NULLS LAST, c.name
  `.execute(db);
  return rows;
}

export interface MemberRow {
  personId: string;
  number: string;
  name: string;
  /** The likely one first, see `people/name-words.ts`. */
  readings: string[];
  isReadingCorrected: boolean;
  role: string;
  /** Of a pupil: the home class, when it is another one. */
  homeName: string | null;
  isGuest: boolean;
  /** Of a pupil in a class that is not home: not by a homeroom class. */
  isOwnRight: boolean;
  accountStatus: string | null;
  loginName: string | null;
  /** Named adult of a pupil today; null is a gap that must be mended. */
  adultName: string | null;
  adultVia: string | null;
  guardians: number;
}

/** Members of a class on its school's today; pupils with their named adult. */
export async function selectMembers(
  db: Db,
  _granted: Granted<'courses.readMembers'>,
  { classId }: { classId: string },
): Promise<MemberRow[]> {
  const { rows } = await sql<MemberRow>`
    WITH today AS (
      SELECT (app_now() AT TIME ZONE o.tz - interval '4 hours')::date AS day
      FROM classes c JOIN orgs o ON o.id = c.school_id WHERE c.id = ${classId}
    )
    SELECT p.id AS "personId", p.number, p.name, p.name_readings AS readings,
      p.reading_corrected AS "isReadingCorrected", m.role,
      home.class_name AS "homeName", coalesce(m.role = 'pupil' AND home.school_id <> m.school_id, false) AS "isGuest",
      m.role = 'pupil' AND NOT m.is_home AND EXISTS (SELECT FROM enrollments e WHERE e.class_id = m.class_id
        AND e.person_id = m.person_id AND e.role = 'pupil' AND e.during @> today.day AND e.by_class_id IS NULL) AS "isOwnRight",
      a.status AS "accountStatus", a.login_name AS "loginName",
      adult.name AS "adultName", named.via AS "adultVia",
      (SELECT count(*)::int FROM guardianships g WHERE g.pupil_id = p.id AND g.during @> today.day) AS guardians
    FROM today, class_members(today.day) m
    JOIN persons p ON p.id = m.person_id
    LEFT JOIN home_classes(today.day) home ON home.person_id = p.id AND m.role = 'pupil' AND home.class_id <> m.class_id
    LEFT JOIN accounts a ON a.person_id = p.id
    LEFT JOIN LATERAL adult_for(p.id, today.day) named ON m.role = 'pupil'
    LEFT JOIN persons adult ON adult.id = named.adult_id
    WHERE m.class_id = ${classId}
    ORDER BY m.role = 'pupil', m.role, p.number
  `.execute(db);
  return rows;
}

export interface FoundPerson {
  personId: string;
  number: string;
  name: string;
  /** The likely one first, see `people/name-words.ts`. */
  readings: string[];
  isReadingCorrected: boolean;
  kind: 'pupil' | 'staff' | 'guardian';
  className: string | null;
  classId: string | null;
}

/** Persons found by the words of a search, and by whole numbers of other systems; both from an index. */
export const peopleFoundBy = (query: string, text: string) => sql`
  SELECT f.id FROM persons f WHERE f.found_by @@ ${query}::tsquery
  UNION SELECT x.entity_id FROM external_ids x WHERE x.external_id = ${text}
`;

/**
 * Persons of a school or unit, each word of the text beginning their name, a part of it, its pinyin, initials or their
 * number; or whose number in another system is the text. At most 30: those whose name or likely reading begins so first,
 * then in the order of their reading.
 *
 * The scope goes into the same statement: a search over all schools that is cut afterwards would leak by its timing.
 */
export async function selectPeopleLike(
  db: Db,
  _granted: Granted<'courses.searchPeople'>,
  { orgId, text }: { orgId: string; text: string },
): Promise<FoundPerson[]> {
  const query = searchQuery(text);
  if (query === null) return [];
  const { rows } = await sql<FoundPerson>`
    WITH today AS (
      SELECT (app_now() AT TIME ZONE tz - interval '4 hours')::date AS day, path FROM orgs WHERE id = ${orgId}
    )
    SELECT p.id AS "personId", p.number, p.name, p.name_readings AS readings,
      p.reading_corrected AS "isReadingCorrected",
      CASE WHEN h.class_id IS NOT NULL THEN 'pupil'
        WHEN EXISTS (SELECT FROM appointments a WHERE a.person_id = p.id) THEN 'staff' ELSE 'guardian' END AS kind,
      h.class_name AS "className", h.class_id AS "classId"
    FROM today, persons p LEFT JOIN LATERAL (SELECT * FROM home_classes((SELECT day FROM today)) x WHERE x.person_id = p.id) h ON true
    WHERE p.id IN (${peopleFoundBy(query, text)}) AND p.status = 'active'
      AND p.home_org_id IN (SELECT o.id FROM orgs o, today WHERE o.path <@ today.path)
    ORDER BY p.name = ${text} DESC,
      starts_with(replace(p.name_readings[1], ' ', ''), ${plainLatin(text)}) OR starts_with(p.name, ${text}) DESC NULLS LAST,
      h.class_id IS NULL, p.name_readings[1] NULLS LAST, p.name, p.number
    LIMIT 30
  `.execute(db);
  return rows;
}
