import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Actor } from '../../platform/actor.ts';
import { authorize } from '../../platform/authorize.ts';
import type { ServerContext } from '../../platform/context.ts';
import { AppError } from '../../platform/errors.ts';
import { say } from '../../platform/i18n/server-words.ts';
import type { Locale } from '../../platform/i18n/words.ts';
import { confirmDraft, selectSchoolOf } from '../actions.ts';
import { selectDraft, selectRosterHash, type DraftCard } from '../queries.ts';
import { keepDraft } from '../service.ts';
import { planUndo } from './plan-undo.ts';
import { selectUndo } from './select-undo.ts';

/**
 * Makes a draft that takes an applied import back: an import of its own, checked and confirmed like any other, so that
 * history only grows. What it cannot take back stands among its problems.
 *
 * @throws {AppError} 409 `roster_undo_not_applied` for a draft that was not imported, `roster_undo_nothing` when nothing of
 *   it is left to take back.
 */
export async function draftUndo(
  ctx: ServerContext,
  actor: Actor,
  { draftId, key, locale }: { draftId: string; key: string; locale: Locale },
): Promise<DraftCard> {
  const granted = await authorize(ctx.db, actor, confirmDraft, { draftId });
  const draft = await selectDraft(ctx.db, draftId);
  if (draft.state !== 'applied')
    throw new AppError(409, 'roster_undo_not_applied', 'Only an import that was written can be taken back.');
  const school = await selectSchoolOf(ctx.db, draft.schoolId);
  if (!school) throw new AppError(409, 'roster_needs_school', 'A roster belongs to a school; choose one.');
  const { schoolId, today } = school;
  const { rosterHash, plan } = await ctx.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (trx) => {
      const { rows } = await sql<{ day: string }>`
        SELECT ((d.applied_at + (app_now() - clock_timestamp())) AT TIME ZONE o.tz - interval '4 hours')::date::text AS day
        FROM roster_drafts d JOIN orgs o ON o.id = d.school_id WHERE d.id = ${draftId}
      `.execute(trx);
      const importDay = rows[0]?.day ?? today;
      const ended = draft.leavingAct === 'end';
      const source = await selectUndo(trx, granted, { draftId, schoolId, importDay, day: today, ended });
      return {
        rosterHash: await selectRosterHash(trx, { schoolId, day: today }),
        plan: planUndo(source),
      };
    });
  const { rows, problems, leaving, sections, members } = plan;
  if (rows.length + leaving.length + sections.length + members.length === 0)
    throw new AppError(409, 'roster_undo_nothing', 'Nothing of this import is left to take back.');
  const checked = {
    format: draft.facts.format,
    content: 'lists' as const,
    encoding: null,
    sheets: [],
    columns: [],
    rows,
    sections: { sections, members },
    problems,
    leaving,
    newClasses: [],
    scope: 'school' as const,
    read: rows.length + leaving.length,
    merged: 0,
  };
  return keepDraft(ctx, actor, {
    orgId: schoolId,
    fileName: say(locale, 'rosters.undo.file', { name: draft.fileName }),
    check: { schoolId, rosterHash, checked },
    undoes: draftId,
    request: { actor, key, requestHash: createHash('sha256').update(`undo ${draftId}`).digest() },
  });
}
