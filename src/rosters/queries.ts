import { sql } from 'kysely';
import type { Granted } from '../platform/authorize.ts';
import type { Db, Trx } from '../platform/database.ts';
import type { CurrentClass, CurrentPerson } from './rules/plan-roster.ts';
import type { ReturnedProblem, ReturnedRow } from './workbook-out.ts';
import type { CheckPhase, DraftFacts, DraftState, LeavingAct } from './tables.ts';

/**
 * People and homeroom classes of a school on a day: what an uploaded workbook is compared with.
 *
 * People who left are there without a class, because their numbers stay theirs.
 */
export async function selectCurrentRoster(
  db: Db,
  _granted: Granted<'rosters.check' | 'rosters.confirm'>,
  { schoolId, day }: { schoolId: string; day: string },
): Promise<{ persons: CurrentPerson[]; classes: CurrentClass[] }> {
  const persons = await sql<CurrentPerson>`
    SELECT p.id, p.number, p.name, p.sex,
      CASE WHEN a.person_id IS NOT NULL THEN 'staff' WHEN g.guardian_id IS NOT NULL THEN 'guardian' ELSE 'pupil' END AS kind,
      h.class_id AS "classId",
      coalesce(l.leads, '{}') AS leads,
      coalesce(t.tails, '{}') AS "guardianTails"
    FROM persons p
    LEFT JOIN (SELECT DISTINCT person_id FROM appointments WHERE role <> 'classRep') a ON a.person_id = p.id
    LEFT JOIN (SELECT DISTINCT guardian_id FROM guardianships) g ON g.guardian_id = p.id
    LEFT JOIN enrollments h ON h.person_id = p.id AND h.is_home AND h.role = 'pupil' AND h.during @> ${day}::date
    LEFT JOIN (
      SELECT e.person_id, array_agg(e.class_id::text) AS leads FROM enrollments e
      WHERE e.role = 'classTeacher' AND e.during @> ${day}::date GROUP BY e.person_id
    ) l ON l.person_id = p.id
    LEFT JOIN (
      SELECT g.pupil_id, array_agg(c.tail) AS tails FROM guardianships g
      JOIN contacts c ON c.person_id = g.guardian_id AND c.purpose = 'followUp'
      WHERE g.during @> ${day}::date GROUP BY g.pupil_id
    ) t ON t.pupil_id = p.id
    WHERE p.home_org_id = ${schoolId}
  `.execute(db);
  const classes = await sql<CurrentClass>`
    SELECT id, name, year_group AS "yearGroup", class_no AS "classNo" FROM classes
    WHERE school_id = ${schoolId} AND kind = 'homeroom' AND during @> ${day}::date
  `.execute(db);
  return { persons: persons.rows, classes: classes.rows };
}

/** One hash over everything a comparison depends on: who is in the school, under which number, in which class. */
export async function selectRosterHash(
  db: Db,
  { schoolId, day }: { schoolId: string; day: string },
): Promise<Buffer> {
  const { rows } = await sql<{ hash: Buffer }>`
    SELECT sha256(convert_to(
      coalesce((SELECT string_agg(concat_ws(' ', p.id, p.number, p.name, p.sex, p.status, h.class_id), ',' ORDER BY p.id)
        FROM persons p
        LEFT JOIN enrollments h ON h.person_id = p.id AND h.is_home AND h.role = 'pupil' AND h.during @> ${day}::date
        WHERE p.home_org_id = ${schoolId}), '')
      || coalesce((SELECT string_agg(concat_ws(' ', c.id, c.name), ',' ORDER BY c.id) FROM classes c
        WHERE c.school_id = ${schoolId} AND c.kind = 'homeroom' AND c.during @> ${day}::date), ''),
      'UTF8')) AS hash
  `.execute(db);
  return rows[0]?.hash ?? Buffer.alloc(0);
}

/**
 * Gives this transaction the time and memory of a county's roster. The limits of the pool are meant for pages that
 * somebody waits for; on a machine that is busy teaching, one statement over 58,162 rows may take longer.
 */
export async function allowLongWork(trx: Trx): Promise<void> {
  await sql`SELECT set_config('statement_timeout', '10min', true), set_config('lock_timeout', '1min', true),
    set_config('work_mem', '64MB', true)`.execute(trx);
}

/** Imports of one school run one after the other; the lock ends with the transaction. */
export async function lockRoster(trx: Trx, schoolId: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended('roster ' || ${schoolId}, 0))`.execute(trx);
}

export interface DraftCard {
  readonly id: string;
  readonly schoolId: string;
  readonly fileName: string;
  readonly state: DraftState;
  readonly facts: DraftFacts;
  readonly read: number;
  readonly merged: number;
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly leaving: number;
  readonly must: number;
  readonly look: number;
  readonly leavingAct: LeavingAct | null;
  readonly progressPercent: number;
  readonly failureCode: string | null;
  readonly failureParams: Record<string, string | number> | null;
  readonly createdAt: Date;
  readonly appliedAt: Date | null;
  /** The import that this one takes back. */
  readonly undoes: string | null;
  /** The import that took this one back. */
  readonly undoneBy: string | null;
  readonly checkPhase: CheckPhase | null;
  readonly rowsDone: number;
  readonly rowsTotal: number;
  /** Who uploaded it; `null` for what the server fetched or the operator brought in. */
  readonly by: string | null;
  /** Imports of the same school by others within a day that are not done with; none beside one that is done itself. */
  readonly others: readonly OtherDraft[];
}

export interface OtherDraft {
  readonly id: string;
  readonly fileName: string;
  readonly by: string | null;
  readonly state: DraftState;
  /** With its zone, as JSON of the database has it. */
  readonly createdAt: string;
}

const nameOf = (column: string) =>
  sql<string | null>`(SELECT c.name FROM people_cards c WHERE c.person_id = ${sql.ref(column)})`;

const othersOf = sql<OtherDraft[]>`coalesce((
  SELECT json_agg(json_build_object('id', o.id, 'fileName', o.file_name, 'state', o.state, 'createdAt', o.created_at,
    'by', ${nameOf('o.created_by')}) ORDER BY o.created_at)
  FROM roster_drafts o
  WHERE o.school_id = roster_drafts.school_id AND o.id <> roster_drafts.id AND o.undoes IS NULL
    AND roster_drafts.state IN ('checking', 'checked', 'applying') AND o.state IN ('checking', 'checked', 'applying')
    AND o.created_by IS DISTINCT FROM roster_drafts.created_by
    AND o.created_at > clock_timestamp() - interval '1 day'), '[]'::json)`;

const card = (db: Db) =>
  db
    .selectFrom('roster_drafts')
    .select([
      'id',
      'school_id as schoolId',
      'file_name as fileName',
      'state',
      'facts',
      'read_count as read',
      'merged_count as merged',
      'created_count as created',
      'changed_count as changed',
      'unchanged_count as unchanged',
      'leaving_count as leaving',
      'must_count as must',
      'look_count as look',
      'leaving_act as leavingAct',
      'progress_percent as progressPercent',
      'failure_code as failureCode',
      'failure_params as failureParams',
      'created_at as createdAt',
      'applied_at as appliedAt',
      'undoes',
      (eb) =>
        eb
          .selectFrom('roster_drafts as u')
          .select('u.id')
          .whereRef('u.undoes', '=', 'roster_drafts.id')
          .where('u.state', '=', 'applied')
          .limit(1)
          .as('undoneBy'),
      'check_phase as checkPhase',
      'rows_done as rowsDone',
      'rows_total as rowsTotal',
      nameOf('roster_drafts.created_by').as('by'),
      othersOf.as('others'),
    ]);

export async function selectDraft(db: Db, draftId: string): Promise<DraftCard> {
  return card(db).where('id', '=', draftId).executeTakeFirstOrThrow();
}

/** The newest imports of a school, thrown-away drafts left out. */
export async function selectDrafts(db: Db, schoolId: string, limit: number): Promise<DraftCard[]> {
  return card(db)
    .where('school_id', '=', schoolId)
    .where('state', '<>', 'discarded')
    .orderBy('created_at', 'desc')
    .limit(limit)
    .execute();
}

export type DraftList = 'problems' | 'created' | 'changed' | 'unchanged' | 'leaving' | 'all';

export interface DraftLine {
  /** Position in the list, for paging. */
  readonly n: number;
  readonly sheet: string | null;
  readonly row: number | null;
  readonly number: string;
  readonly name: string;
  readonly className: string | null;
  readonly outcome: string;
  readonly before: { name?: string; className?: string };
  readonly guardianTail: string | null;
}

function like(search: string): string {
  return `%${search.replace(/[\\%_]/g, '\\$&')}%`;
}

/** Rows of a draft after position `after`, in the order of the file. */
export async function selectDraftRows(
  db: Db,
  _granted: Granted<'rosters.confirm'>,
  {
    draftId,
    list,
    search,
    after,
    limit,
  }: {
    draftId: string;
    list: Exclude<DraftList, 'problems' | 'leaving'>;
    search: string;
    after: number;
    limit: number;
  },
): Promise<DraftLine[]> {
  let query = db
    .selectFrom('roster_draft_rows')
    .select([
      'n',
      'sheet',
      'row',
      'number',
      'name',
      'class_name as className',
      'outcome',
      'before',
      sql<
        string | null
      >`coalesce(guardian_tail, (SELECT string_agg(g.tail, '、' ORDER BY g.n) FROM roster_draft_guardians g
        WHERE g.draft_id = roster_draft_rows.draft_id AND g.row_n = roster_draft_rows.n))`.as('guardianTail'),
    ])
    .where('draft_id', '=', draftId)
    .where('n', '>', after)
    .orderBy('n')
    .limit(limit);
  if (list !== 'all') query = query.where('outcome', '=', list);
  if (search !== '') {
    const pattern = like(search);
    query = query.where((eb) =>
      eb.or([eb('name', 'like', pattern), eb('number', 'like', pattern), eb('class_name', 'like', pattern)]),
    );
  }
  return query.execute();
}

/** Pupils whom the file does not name, in the order of their numbers. */
export async function selectDraftLeaving(
  db: Db,
  _granted: Granted<'rosters.confirm'>,
  {
    draftId,
    day,
    search,
    after,
    limit,
  }: { draftId: string; day: string; search: string; after: number; limit: number },
): Promise<DraftLine[]> {
  const { rows } = await sql<DraftLine>`
    SELECT * FROM (
      SELECT row_number() OVER (ORDER BY p.number, p.id)::int AS n, NULL AS sheet, NULL::int AS row, p.number, p.name,
        c.name AS "className", 'leaving' AS outcome, '{}'::jsonb AS before, NULL AS "guardianTail"
      FROM roster_draft_leaving l JOIN persons p ON p.id = l.person_id
      LEFT JOIN home_classes(${day}::date) h ON h.person_id = p.id
      LEFT JOIN classes c ON c.id = h.class_id
      WHERE l.draft_id = ${draftId}
        AND (${search} = '' OR p.name LIKE ${like(search)} OR p.number LIKE ${like(search)} OR c.name LIKE ${like(search)})
    ) lines WHERE n > ${after} ORDER BY n LIMIT ${limit}
  `.execute(db);
  return rows;
}

export interface ProblemLine {
  readonly n: number;
  readonly code: string;
  readonly severity: 'must' | 'look';
  readonly sheet: string | null;
  readonly row: number | null;
  readonly column: number | null;
  readonly params: Record<string, string | number>;
  readonly suggestion: string | null;
  readonly number: string | null;
  readonly name: string | null;
  readonly className: string | null;
}

/** Problems of a draft, those that must be corrected first, each with the row it stands on. */
export async function selectDraftProblems(
  db: Db,
  _granted: Granted<'rosters.confirm'>,
  { draftId, search, after, limit }: { draftId: string; search: string; after: number; limit: number },
): Promise<ProblemLine[]> {
  const { rows } = await sql<ProblemLine>`
    SELECT p.n, p.code, p.severity, p.sheet, p.row, p.column_no AS column, p.params, p.suggestion,
      r.number, r.name, r.class_name AS "className"
    FROM roster_draft_problems p
    LEFT JOIN LATERAL (
      SELECT d.number, d.name, d.class_name FROM roster_draft_rows d
      WHERE d.draft_id = p.draft_id AND d.sheet = p.sheet AND d.row = p.row ORDER BY d.n LIMIT 1
    ) r ON true
    WHERE p.draft_id = ${draftId} AND p.n > ${after}
      AND (${search} = '' OR r.name LIKE ${like(search)} OR r.number LIKE ${like(search)} OR r.class_name LIKE ${like(search)})
    ORDER BY p.n LIMIT ${limit}
  `.execute(db);
  return rows;
}

/** Rows of a draft with all problems, for the workbook that is given back. */
export async function selectReturned(
  db: Db,
  _granted: Granted<'rosters.confirm'>,
  { draftId, onlyProblems, limit }: { draftId: string; onlyProblems: boolean; limit: number },
): Promise<{ rows: ReturnedRow[]; problems: ReturnedProblem[] }> {
  const rows = await sql<ReturnedRow>`
    SELECT sheet, row, given FROM roster_draft_rows r
    WHERE draft_id = ${draftId} AND (NOT ${onlyProblems}::boolean OR EXISTS (
      SELECT FROM roster_draft_problems p WHERE p.draft_id = r.draft_id AND p.sheet = r.sheet AND p.row = r.row))
    ORDER BY n LIMIT ${limit}
  `.execute(db);
  const problems = await db
    .selectFrom('roster_draft_problems')
    .select(['sheet', 'row', 'column_no as column', 'code', 'severity', 'params'])
    .where('draft_id', '=', draftId)
    .where('row', 'is not', null)
    .orderBy('n')
    .execute();
  return { rows: rows.rows, problems };
}

/** Deletes drafts older than the given number of days with everything in them. */
export async function deleteOldDrafts(db: Db, days: number): Promise<number> {
  const result = await db
    .deleteFrom('roster_drafts')
    .where('created_at', '<', sql<Date>`clock_timestamp() - make_interval(days => ${days})`)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
