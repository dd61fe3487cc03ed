import { sql } from 'kysely';
import type { Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import type { Db } from '../platform/database.ts';
import { checkRoster, requireSchool } from './actions.ts';
import { meaningOfHeader, plainHeader, type LearnedField, type LearnedHeadings } from './rules/headers.ts';
import type { ColumnChoice, ColumnReport } from './rules/roster-row.ts';

/** A heading that the school once read by hand. */
export interface SchoolHeading {
  readonly id: string;
  readonly heading: string;
  readonly field: LearnedField;
}

/** Headings of a school as the reader takes them. */
export async function selectHeadings(db: Db, schoolId: string): Promise<LearnedHeadings> {
  const rows = await db
    .selectFrom('roster_headings')
    .select(['plain', 'field'])
    .where('school_id', '=', schoolId)
    .execute();
  return Object.fromEntries(rows.map(({ plain, field }) => [plain, field]));
}

/** The headings that the unit's school has taught, in the order in which they were learnt. */
export async function listHeadings(
  ctx: ServerContext,
  actor: Actor,
  { orgId }: { orgId: string },
): Promise<SchoolHeading[]> {
  await authorize(ctx.db, actor, checkRoster, { orgId });
  const school = await requireSchool(ctx.db, orgId);
  return ctx.db
    .selectFrom('roster_headings')
    .select(['id', 'heading', 'field'])
    .where('school_id', '=', school.schoolId)
    .orderBy('created_at')
    .execute();
}

/** Forgets a heading; one that is not there is forgotten already. */
export async function forgetHeading(
  ctx: ServerContext,
  actor: Actor,
  { orgId, headingId }: { orgId: string; headingId: string },
): Promise<void> {
  await authorize(ctx.db, actor, checkRoster, { orgId });
  const { schoolId } = await requireSchool(ctx.db, orgId);
  await ctx.db.transaction().execute(async (trx) => {
    const gone = await trx
      .deleteFrom('roster_headings')
      .where('id', '=', headingId)
      .where('school_id', '=', schoolId)
      .returning(['heading', 'field'])
      .executeTakeFirst();
    if (!gone) return;
    const subject = { subjectKind: 'org', subjectId: schoolId, orgId: schoolId };
    await audit(trx, actor, { action: 'rosters.forgetHeading', ...subject, detail: gone });
  });
}

/** Headings that the importer read by hand and that the reader would not know by itself. */
function taught(
  choices: readonly ColumnChoice[],
  columns: readonly ColumnReport[],
): { heading: string; plain: string; field: string }[] {
  return choices.flatMap(({ sheet, column, field }) => {
    if (field === 'drop' || field === 'guardianPhone' || field === 'guardianName') return [];
    const report = columns.find((one) => one.sheet === sheet && one.column === column);
    // A choice that was refused because of what the column holds teaches nothing.
    if (report?.use !== 'field' || report.field !== field) return [];
    const known = meaningOfHeader(report.header);
    const plain = plainHeader(report.header);
    if (plain === '' || (known?.kind === 'field' && known.field === field)) return [];
    return [{ heading: report.header, plain, field }];
  });
}

/** Remembers what the importer read by hand, so that it is proposed the next time in this school. */
export async function learnHeadings(
  db: Db,
  schoolId: string,
  choices: readonly ColumnChoice[],
  columns: readonly ColumnReport[],
): Promise<void> {
  const found = taught(choices, columns);
  if (found.length === 0) return;
  await sql`
    INSERT INTO roster_headings (school_id, heading, plain, field)
    SELECT DISTINCT ON (t.plain) ${schoolId}::uuid, t.heading, t.plain, t.field
    FROM json_to_recordset(${JSON.stringify(found)}::json) AS t(heading text, plain text, field text)
    ON CONFLICT (school_id, plain) DO UPDATE SET field = excluded.field, heading = excluded.heading
  `.execute(db);
}
