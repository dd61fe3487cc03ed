import { sql } from 'kysely';
import { divisions } from '../../orgs/divisions.ts';
import { requireFit, insertUnit, updateUnit } from '../../orgs/service.ts';
import { ensureDivision, reachOf } from '../../orgs/service-units.ts';
import type { Actor } from '../../platform/actor.ts';
import { audit } from '../../platform/audit.ts';
import { authorize } from '../../platform/authorize.ts';
import type { ServerContext } from '../../platform/context.ts';
import type { Db, Trx } from '../../platform/database.ts';
import { AppError, notFound } from '../../platform/errors.ts';
import { importUnits } from '../actions.ts';
import { readWorkbook } from '../workbook/read-workbook.ts';
import { schoolTables } from './headers.ts';
import { planSchools, type KnownUnit, type ParentOf, type SchoolsPlan, type Tree } from './plan-schools.ts';
import { readSchools, type SchoolProblem } from './read-schools.ts';

/** What taking a list of schools in does or did. */
export interface SchoolsReport {
  readonly read: number;
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Schools and campuses below the unit that the list does not name; they stay. */
  readonly leaving: number;
  /** Cities and counties that become units with it. */
  readonly newDivisions: number;
  readonly must: number;
  readonly look: number;
  readonly problems: readonly SchoolProblem[];
}

export interface SchoolsImport {
  readonly importId: string;
  readonly orgId: string;
  readonly fileName: string;
  readonly state: 'checked' | 'confirmed';
  readonly report: SchoolsReport;
}

interface SchoolsFile {
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

/**
 * Reads a list of schools and says what importing it below a unit would do; nothing changes.
 *
 * @throws {AppError} 422 `workbook_…` for a file that cannot be read, `schools_no_table` without the headings.
 */
export async function checkSchools(
  ctx: ServerContext,
  actor: Actor,
  { orgId, file }: { orgId: string; file: SchoolsFile },
): Promise<SchoolsImport> {
  await authorize(ctx.db, actor, importUnits, { orgId });
  const { report } = await judge(ctx.db, orgId, file.bytes);
  const fileSha256 = await ctx.files.put(file.bytes);
  const createdBy = actor.kind === 'person' ? actor.personId : null;
  const { id } = await ctx.db
    .insertInto('unit_imports')
    .values({
      org_id: orgId,
      file_name: file.fileName.slice(0, 200),
      file_sha256: fileSha256,
      report: JSON.stringify(report),
      created_by: createdBy,
      confirmed_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { importId: id, orgId, fileName: file.fileName, state: 'checked', report };
}

/** An import with its report as it was checked or confirmed. */
export async function readSchoolsImport(
  ctx: ServerContext,
  actor: Actor,
  { importId }: { importId: string },
): Promise<SchoolsImport> {
  const found = await requireImport(ctx.db, importId);
  await authorize(ctx.db, actor, importUnits, { orgId: found.orgId });
  return found;
}

/**
 * Brings the tree in line with a checked list, all or nothing, read again against the tree as it is now; confirmed twice it is
 * written once.
 *
 * @throws {AppError} 422 `schools_blocked` while something must be corrected first.
 */
export async function confirmSchools(
  ctx: ServerContext,
  actor: Actor,
  { importId }: { importId: string },
): Promise<SchoolsImport> {
  const { orgId } = await requireImport(ctx.db, importId);
  await authorize(ctx.db, actor, importUnits, { orgId });
  return ctx.db.transaction().execute(async (trx) => {
    await sql`SELECT FROM unit_imports WHERE id = ${importId} FOR UPDATE`.execute(trx);
    const found = await requireImport(trx, importId);
    if (found.state === 'confirmed') return found;
    const bytes = await ctx.files.read(found.fileSha256);
    const report = await writeSchools(trx, actor, { orgId, bytes });
    await trx
      .updateTable('unit_imports')
      .set({ state: 'confirmed', report: JSON.stringify(report), confirmed_at: ctx.now() })
      .where('id', '=', importId)
      .execute();
    return { ...found, state: 'confirmed', report };
  });
}

/**
 * Check and, unless `dryRun`, write in one go, for the command line.
 *
 * @throws {AppError} as `checkSchools`; 422 `schools_blocked` with the report as `cause`.
 */
export async function importSchools(
  ctx: ServerContext,
  actor: Actor,
  { orgId, bytes, dryRun }: { orgId: string; bytes: Uint8Array; dryRun: boolean },
): Promise<SchoolsReport> {
  await authorize(ctx.db, actor, importUnits, { orgId });
  if (dryRun) return (await judge(ctx.db, orgId, bytes)).report;
  return ctx.db.transaction().execute((trx) => writeSchools(trx, actor, { orgId, bytes }));
}

/** Deletes imports older than the given number of days. @returns how many. */
export async function deleteOldSchoolsImports(db: Db, days: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('unit_imports')
    .where('created_at', '<', sql<Date>`clock_timestamp() - make_interval(days => ${days})`)
    .executeTakeFirst();
  return Number(numDeletedRows);
}

async function requireImport(db: Db, importId: string): Promise<SchoolsImport & { fileSha256: string }> {
  const { rows } = await sql<SchoolsImport & { fileSha256: string }>`
    SELECT id AS "importId", org_id AS "orgId", file_name AS "fileName", file_sha256 AS "fileSha256", state, report
    FROM unit_imports WHERE id = ${importId}
  `.execute(db);
  const [found] = rows;
  if (!found) throw notFound();
  return found;
}

async function judge(
  db: Db,
  orgId: string,
  bytes: Uint8Array,
): Promise<{ plan: SchoolsPlan; report: SchoolsReport }> {
  const workbook = await readWorkbook(bytes);
  if (!workbook.ok) {
    const { code, params } = workbook.refusal;
    throw new AppError(422, code, `The workbook cannot be read: ${code}.`, { params: { ...params } });
  }
  const tables = schoolTables(workbook.workbook.sheets);
  if (tables.length === 0) {
    throw new AppError(
      422,
      'schools_no_table',
      'No sheet has headings for the name and the code of a school.',
    );
  }
  const { rows, read, problems: unread } = readSchools(tables);
  const tree = await readTreeFor(
    db,
    orgId,
    rows.map(({ code }) => code),
  );
  const plan = planSchools(rows, tree);
  const problems = [...unread, ...plan.problems].toSorted(
    (a, b) => Number(a.severity === 'look') - Number(b.severity === 'look') || (a.row ?? 0) - (b.row ?? 0),
  );
  const count = (outcome: string) => plan.schools.filter((school) => school.outcome === outcome).length;
  const named = new Set(rows.map(({ code }) => code));
  const must = problems.filter(({ severity }) => severity === 'must').length;
  const report: SchoolsReport = {
    read,
    created: count('created'),
    changed: count('changed'),
    unchanged: count('unchanged'),
    leaving: tree.units.filter(
      ({ kind, code }) => (kind === 'school' || kind === 'campus') && !named.has(code),
    ).length,
    newDivisions: plan.newDivisions.length,
    must,
    look: problems.length - must,
    problems,
  };
  return { plan, report };
}

async function readTreeFor(db: Db, orgId: string, codes: readonly string[]): Promise<Tree> {
  const { rows } = await sql<KnownUnit>`
    SELECT o.id, o.parent_id AS "parentId", o.kind, o.code, o.name, o.stages
    FROM orgs o JOIN orgs top ON top.id = ${orgId} AND o.path <@ top.path
    WHERE o.kind IN ('ministry', 'province', 'city', 'county', 'school', 'campus')
  `.execute(db);
  const top = rows.find(({ id }) => id === orgId);
  // Schools have no schools below them.
  if (!top || top.kind === 'school' || top.kind === 'campus') throw schoolsNotHere();
  const elsewhere = await sql<{ code: string }>`
    SELECT o.code FROM orgs o WHERE o.code = ANY (${[...codes]}::text[])
      AND NOT o.path <@ (SELECT path FROM orgs WHERE id = ${orgId})
  `.execute(db);
  return {
    top,
    units: rows,
    takenElsewhere: new Set(elsewhere.rows.map(({ code }) => code)),
    register: await divisions(),
    within: await reachOf(db, orgId),
  };
}

function schoolsNotHere(): AppError {
  return new AppError(422, 'schools_not_here', 'Schools are taken in below a county, city or province.');
}

async function writeSchools(
  trx: Trx,
  actor: Actor,
  { orgId, bytes }: { orgId: string; bytes: Uint8Array },
): Promise<SchoolsReport> {
  // Two imports below one unit follow each other.
  const top = await trx
    .selectFrom('orgs')
    .select('is_demo')
    .where('id', '=', orgId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const { plan, report } = await judge(trx, orgId, bytes);
  if (report.must > 0) {
    throw new AppError(422, 'schools_blocked', `${report.must} things must be corrected first.`, {
      params: { count: report.must },
      cause: report,
    });
  }
  const divisionIds = new Map<string, string>();
  for (const code of plan.newDivisions) {
    divisionIds.set(code, (await ensureDivision(trx, actor, { orgId, code })).unitId);
  }
  const schoolIds = new Map<string, string>();
  const parentIdOf = (parent: ParentOf): string => {
    if (parent.by === 'unit') return parent.id;
    const id = (parent.by === 'division' ? divisionIds : schoolIds).get(parent.code);
    if (id === undefined) throw new Error(`The plan names a parent ${parent.code} that it does not make.`);
    return id;
  };
  for (const { row, outcome, parent, unitId, stages } of plan.schools) {
    if (outcome === 'unchanged') continue;
    const parentId = parentIdOf(parent);
    const change = { parentId, name: row.name, stages: [...stages] };
    if (unitId !== null) {
      await updateUnit(trx, actor, { id: unitId, ...change });
      continue;
    }
    const { kind } = await trx
      .selectFrom('orgs')
      .select('kind')
      .where('id', '=', parentId)
      .executeTakeFirstOrThrow();
    requireFit(row.kind, kind);
    const made = await insertUnit(trx, actor, {
      ...change,
      kind: row.kind,
      code: row.code,
      isDemo: top.is_demo,
    });
    if (!made)
      throw new AppError(409, 'org_code_taken', 'A code was taken meanwhile.', {
        params: { code: row.code },
      });
    schoolIds.set(row.code, made.id);
  }
  const { created, changed, newDivisions } = report;
  const detail = { created, changed, newDivisions };
  await audit(trx, actor, { action: importUnits.name, subjectKind: 'org', subjectId: orgId, orgId, detail });
  return report;
}
