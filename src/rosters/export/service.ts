import type { Actor } from '../../platform/actor.ts';
import { audit } from '../../platform/audit.ts';
import { authorize } from '../../platform/authorize.ts';
import type { ServerContext } from '../../platform/context.ts';
import { AppError } from '../../platform/errors.ts';
import { say } from '../../platform/i18n/server-words.ts';
import type { Locale } from '../../platform/i18n/words.ts';
import { exportRoster as exportAction, selectSchoolOf } from '../actions.ts';
import { oneRosterZip } from './oneroster-zip.ts';
import { rosterWorkbook } from './roster-workbook.ts';
import { selectExport } from './select-export.ts';

export type ExportFormat = 'oneroster' | 'workbook';

export interface ExportedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly people: number;
  readonly classes: number;
}

/**
 * A school's roster as a OneRoster 1.2 zip or as a workbook; leaves an audit line with the counts.
 *
 * @throws {AppError} 409 `roster_needs_school` above schools.
 */
export async function exportRoster(
  ctx: ServerContext,
  actor: Actor,
  { orgId, format, locale }: { orgId: string; format: ExportFormat; locale: Locale },
): Promise<ExportedFile> {
  const granted = await authorize(ctx.db, actor, exportAction, { orgId });
  const school = await selectSchoolOf(ctx.db, orgId);
  if (!school) throw new AppError(409, 'roster_needs_school', 'A roster belongs to a school; choose one.');
  const { schoolId, today } = school;
  const data = await ctx.db.transaction().execute(async (trx) => {
    const found = await selectExport(trx, granted, { schoolId, day: today });
    const subject = { subjectKind: 'org', subjectId: schoolId, orgId: schoolId };
    const detail = { format, people: found.persons.length, classes: found.classes.length };
    await audit(trx, actor, { action: 'rosters.export', ...subject, detail });
    return found;
  });
  const bytes = format === 'oneroster' ? oneRosterZip(data) : await rosterWorkbook(data);
  const base = say(locale, 'rosters.export.file', { school: school.name, day: today });
  const name = `${base}.${format === 'oneroster' ? 'zip' : 'xlsx'}`;
  return { name, bytes, people: data.persons.length, classes: data.classes.length };
}
