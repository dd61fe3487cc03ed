import { sql } from 'kysely';
import type { Secrets } from '../platform/secrets.ts';
import { copyIn, copyLine, type CopyValue } from '../platform/copy-in.ts';
import type { Trx } from '../platform/database.ts';
import { sealContact } from '../people/contacts.ts';
import type { CheckedFile } from './check/check-file.ts';
import type { CheckOptions } from './contract.ts';
import type { DraftRow } from './rules/draft-rows.ts';
import type { RosterProblem } from './rules/roster-row.ts';
import type { DraftFacts } from './tables.ts';
import { insertSections, sectionCounts } from './write-sections.ts';

/** Lines handed to the database at once. */
const LINES = 500;
/** Problems a statement takes at once; keeps one parameter below a few megabytes. */
const CHUNK = 5_000;
const ANALYSE_FROM = 2_000;
/** Rows up to which the whole workbook is given back; of longer ones only the rows with a problem. */
export const RETURN_ALL = 5_000;

function* chunks<T>(items: readonly T[], size: number): Generator<{ from: number; items: readonly T[] }> {
  for (let from = 0; from < items.length; from += size) yield { from, items: items.slice(from, from + size) };
}

interface Staging {
  readonly secrets: Secrets;
  readonly schoolId: string;
  /** Ids of the classes the import will make, by key. */
  readonly newClassIds: ReadonlyMap<string, string>;
  /** Long files give back only rows with a problem, so the others need not keep their texts. */
  readonly keepsTexts: (row: DraftRow['row']) => boolean;
}

/** Ids of the classes that the import will make, one a key. */
async function newClassIds(trx: Trx, rows: readonly DraftRow[]): Promise<Map<string, string>> {
  const keys = new Set<string>();
  for (const { row, classId, outcome } of rows) {
    if (row.class && classId === null && outcome !== 'blocked') keys.add(row.class.key);
  }
  const { rows: made } = await sql<{ id: string }>`
    SELECT uuidv7() AS id FROM generate_series(1, ${keys.size}::int)
  `.execute(trx);
  return new Map([...keys].map((key, i) => [key, made[i]?.id ?? '']));
}

const COLUMNS = [
  'n',
  'sheet',
  'row',
  'kind',
  'outcome',
  'number',
  'name',
  'sex',
  'class_id',
  'new_class',
  'class_key',
  'class_name',
  'year_group',
  'class_no',
  'enters_class',
  'role',
  'guardian_name',
  'guardian_cipher',
  'guardian_key_id',
  'guardian_tail',
  'guardian_hash',
  'before',
  'given',
  'external_id',
  'name_readings',
] as const;

function stagedRow(
  { row, outcome, classId, entersClass, before, readings = [] }: DraftRow,
  n: number,
  { secrets, schoolId, newClassIds, keepsTexts }: Staging,
): Record<(typeof COLUMNS)[number], CopyValue> {
  const phone = row.guardianPhone;
  const sealed = phone === null ? null : sealContact(secrets, phone);
  const isNew = row.class !== null && classId === null && outcome !== 'blocked';
  const newClass = isNew ? (newClassIds.get(row.class?.key ?? '') ?? null) : null;
  return {
    n,
    sheet: row.sheet,
    row: row.row,
    kind: row.kind,
    outcome,
    number: row.number,
    name: row.name,
    sex: row.sex,
    class_id: classId ?? newClass,
    new_class: newClass !== null,
    class_key: row.class?.key,
    class_name: row.class?.name,
    year_group: row.class?.yearGroup,
    class_no: row.class?.classNo,
    enters_class: entersClass,
    role: row.role,
    guardian_name: sealed ? row.guardianName : null,
    guardian_cipher: sealed?.cipher,
    guardian_key_id: sealed?.keyId,
    guardian_tail: sealed?.tail,
    guardian_hash: phone === null ? null : guardianHash(secrets, schoolId, phone),
    before,
    given: keepsTexts(row) ? row.given : {},
    external_id: row.externalId,
    // Syllables and spaces: nothing in them needs more than quotes.
    name_readings: `{${readings.map((one) => `"${one.replace(/["\\]/g, '')}"`).join(',')}}`,
  };
}

/** New people get their ids from the database, so known ones are copied apart from them. */
async function copyRows(
  trx: Trx,
  draftId: string,
  rows: readonly DraftRow[],
  staging: Staging,
  onRows: (count: number) => void,
): Promise<void> {
  let stored = 0;
  const numbered = rows.map((draft, i) => ({ draft, n: i + 1 }));
  const copy = async (isNew: boolean) => {
    const idColumn = isNew ? [] : ['person_id'];
    const columns = ['draft_id', ...idColumn, ...COLUMNS].join(', ');
    const these = numbered.filter(({ draft }) => (draft.personId === null) === isNew);
    function* lines(): Generator<string> {
      for (const { items } of chunks(these, LINES)) {
        onRows((stored += items.length));
        yield items
          .map(({ draft, n }) => {
            const staged = stagedRow(draft, n, staging);
            const id = isNew ? [] : [draft.personId];
            return copyLine([draftId, ...id, ...COLUMNS.map((column) => staged[column])]);
          })
          .join('');
      }
    }
    await copyIn(trx, `COPY roster_draft_rows (${columns}) FROM STDIN`, lines());
  };
  await copy(false);
  await copy(true);
}

/** Guardians whom a set of tables names, beside the rows of their pupils. */
async function copyGuardians(
  trx: Trx,
  draftId: string,
  rows: readonly DraftRow[],
  { secrets, schoolId }: Staging,
): Promise<void> {
  const staged = rows.flatMap(({ row }, i) =>
    (row.guardians ?? []).map(({ name, phone, externalId }, k) => {
      const { cipher, keyId, tail } = sealContact(secrets, phone);
      const hash = guardianHash(secrets, schoolId, phone);
      return [draftId, i + 1, k + 1, name, cipher, keyId, tail, hash, externalId];
    }),
  );
  if (staged.length === 0) return;
  const columns = 'draft_id, row_n, n, name, cipher, key_id, tail, hash, external_id';
  function* lines(): Generator<string> {
    for (const { items } of chunks(staged, LINES)) yield items.map((line) => copyLine(line)).join('');
  }
  await copyIn(trx, `COPY roster_draft_guardians (${columns}) FROM STDIN`, lines());
}

/** Under which rows of one guardian with several children meet. */
function guardianHash(secrets: Secrets, schoolId: string, phone: string): Buffer {
  return secrets.hmac('roster-guardian', `${schoolId}\n${phone}`);
}

/** JSON that the database takes: a text cut in the middle of a character is no reason to fail. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    typeof one === 'string' ? one.toWellFormed().replaceAll('\u0000', '') : one,
  );
}

async function insertProblems(trx: Trx, draftId: string, rows: readonly unknown[]): Promise<void> {
  await sql`
    INSERT INTO roster_draft_problems (draft_id, n, code, severity, sheet, row, column_no, params, suggestion)
    SELECT ${draftId}, n, code, severity, sheet, row, column_no, params, suggestion
    FROM json_to_recordset(${storableJson(rows)}::json) AS t(n int, code text, severity text, sheet text, row int,
      column_no int, params jsonb, suggestion text)
  `.execute(trx);
}

/** What must be corrected stands first, then in the order of the file. */
export function sortProblems(problems: readonly RosterProblem[]): RosterProblem[] {
  const rank = (problem: RosterProblem) => (problem.severity === 'must' ? 0 : 1);
  return problems.toSorted((a, b) => rank(a) - rank(b) || (a.row ?? 0) - (b.row ?? 0));
}

/** Problems that stand in a list; dropped columns are said once, beside the columns that were read. */
function draftProblems(checked: CheckedFile): RosterProblem[] {
  return checked.problems.filter((problem) => problem.code !== 'roster_sensitive_dropped');
}

/** Counts of a checked file, as the command line and the screen say them. */
export function countsOf(checked: CheckedFile) {
  const of = (outcome: DraftRow['outcome']) => checked.rows.filter((row) => row.outcome === outcome).length;
  return {
    read: checked.read,
    merged: checked.merged,
    created: of('created'),
    changed: of('changed'),
    unchanged: of('unchanged'),
    leaving: checked.leaving.length,
    dropped: checked.columns.filter((column) => column.use === 'dropped' && column.cells > 0).length,
    must: checked.problems.filter((problem) => problem.severity === 'must').length,
    look: draftProblems(checked).filter((problem) => problem.severity === 'look').length,
  };
}

/** Begins a draft whose file is being read. @returns its id. */
export async function beginDraft(
  trx: Trx,
  draft: {
    schoolId: string;
    fileName: string;
    createdBy: string | null;
    /** The import that it takes back. */
    undoes?: string | null;
    options?: CheckOptions;
  },
): Promise<string> {
  const { schoolId, fileName, createdBy, undoes = null, options } = draft;
  const { id } = await trx
    .insertInto('roster_drafts')
    .values({
      school_id: schoolId,
      file_name: fileName,
      state: 'checking',
      check_phase: 'waiting',
      ...(options ? { options: JSON.stringify(options) } : {}),
      facts: JSON.stringify(NOTHING_READ),
      read_count: 0,
      merged_count: 0,
      created_count: 0,
      changed_count: 0,
      unchanged_count: 0,
      leaving_count: 0,
      must_count: 0,
      look_count: 0,
      roster_hash: Buffer.alloc(0),
      leaving_act: null,
      failure_code: null,
      failure_params: null,
      created_by: createdBy,
      undoes,
      applied_at: null,
      beat_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

const NOTHING_READ: DraftFacts = {
  format: null,
  content: 'lists',
  encoding: null,
  sheets: [],
  columns: [],
  scope: 'school',
  newClasses: [],
  sections: { created: 0, unchanged: 0, ended: 0 },
  members: { created: 0, unchanged: 0, ended: 0 },
};

/**
 * Stores what the check of a draft's file found: rows, problems and the pupils it leaves out.
 *
 * @param rosterHash - the roster it was compared with, see `selectRosterHash`.
 * @param onRows - hears how many rows were stored.
 * @returns whether the draft still waited for it; what was stored of one that was thrown away meanwhile is the caller's to
 *   take back.
 */
export async function fillDraft(
  trx: Trx,
  secrets: Secrets,
  filled: {
    draftId: string;
    schoolId: string;
    rosterHash: Buffer;
    checked: CheckedFile;
    onRows?: (count: number) => void;
  },
): Promise<boolean> {
  const { draftId, schoolId, rosterHash, checked, onRows = () => {} } = filled;
  const { format, content, encoding, sheets, columns, scope, newClasses, units = [] } = checked;
  const classFacts = sectionCounts(checked.sections);
  const facts: DraftFacts = {
    format,
    content,
    encoding,
    sheets,
    columns,
    scope,
    newClasses,
    units,
    ...classFacts,
  };
  const counts = countsOf(checked);
  const withProblem = new Set(checked.problems.map((problem) => `${problem.sheet}\n${problem.row}`));
  const classIds = await newClassIds(trx, checked.rows);
  const staging: Staging = {
    secrets,
    schoolId,
    newClassIds: classIds,
    keepsTexts: (row) => checked.rows.length <= RETURN_ALL || withProblem.has(`${row.sheet}\n${row.row}`),
  };
  await copyRows(trx, draftId, checked.rows, staging, onRows);
  await copyGuardians(trx, draftId, checked.rows, staging);
  await insertSections(trx, draftId, checked.sections, classIds);
  for (const { from, items } of chunks(sortProblems(draftProblems(checked)), CHUNK)) {
    await insertProblems(
      trx,
      draftId,
      items.map(({ column, ...problem }, i) => ({ ...problem, n: from + i + 1, column_no: column })),
    );
  }
  // Thousands of rows in a table that the planner still believes empty make plans that never end.
  if (checked.rows.length > ANALYSE_FROM) {
    await sql`ANALYZE roster_draft_rows (draft_id, n, kind, outcome, person_id, class_id)`.execute(trx);
  }
  await sql`
    INSERT INTO roster_draft_leaving (draft_id, person_id) SELECT ${draftId}, unnest(${[...checked.leaving]}::uuid[])
  `.execute(trx);
  // Last, so that progress can be written beside this transaction until then.
  const waited = await trx
    .updateTable('roster_drafts')
    .set({
      state: 'checked',
      check_phase: null,
      beat_at: null,
      facts: storableJson(facts),
      read_count: counts.read,
      merged_count: counts.merged,
      created_count: counts.created,
      changed_count: counts.changed,
      unchanged_count: counts.unchanged,
      leaving_count: counts.leaving,
      must_count: counts.must,
      look_count: counts.look,
      roster_hash: rosterHash,
    })
    .where('id', '=', draftId)
    .where('state', '=', 'checking')
    .executeTakeFirst();
  return waited.numUpdatedRows > 0n;
}
