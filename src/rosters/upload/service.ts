import { createHash } from 'node:crypto';
import type { Actor } from '../../platform/actor.ts';
import { audit } from '../../platform/audit.ts';
import { authorize } from '../../platform/authorize.ts';
import type { ServerContext } from '../../platform/context.ts';
import { idempotent } from '../../platform/idempotency.ts';
import { checkRoster, requireSchool } from '../actions.ts';
import type { CheckOptions } from '../contract.ts';
import { selectDraft, type DraftCard } from '../queries.ts';
import { cleanFileName, unreadable, type UploadedWorkbook } from '../service.ts';
import { WORKBOOK_LIMITS } from '../workbook/limits.ts';
import { kindOfWorkbook } from '../workbook/read-workbook.ts';
import { beginDraft } from '../write-draft.ts';
import { CHECK_JOB } from './check-upload.ts';
import { keepUpload } from './sealed-upload.ts';

/**
 * Takes an uploaded roster and begins its check, which goes on when the page is closed. What its first bytes show to be no
 * spreadsheet is refused at once. The file is kept, encrypted, until the check is over.
 *
 * The same upload under the same idempotency key is one draft.
 *
 * @returns a draft in the state `checking`.
 * @throws {AppError} 422 `workbook_…`, `idempotency_key_reused`; 409 `roster_needs_school`.
 */
export async function uploadRoster(
  ctx: ServerContext,
  actor: Actor,
  upload: { orgId: string; file: UploadedWorkbook; options: CheckOptions; key: string },
): Promise<DraftCard> {
  const { orgId, file, options, key } = upload;
  await authorize(ctx.db, actor, checkRoster, { orgId });
  const { schoolId } = await requireSchool(ctx.db, orgId);
  const kind = await kindOfWorkbook(file.bytes, WORKBOOK_LIMITS);
  if (!kind.ok) throw unreadable(kind.refusal);
  const requestHash = createHash('sha256')
    .update(JSON.stringify([orgId, file.fileName, options]))
    .update(file.bytes)
    .digest();
  const createdBy = actor.kind === 'person' ? actor.personId : null;
  const fileName = cleanFileName(file.fileName);
  const { resourceId, repeated } = await idempotent(ctx.db, { actor, key, requestHash }, async (trx) => {
    const draftId = await beginDraft(trx, { schoolId, fileName, createdBy, options });
    // On disk before the row can be seen.
    await keepUpload(ctx, draftId, file.bytes);
    const subject = { subjectKind: 'rosterDraft', subjectId: draftId, orgId: schoolId };
    await audit(trx, actor, { action: 'rosters.upload', ...subject, detail: { bytes: file.bytes.length } });
    return { status: 201, resourceId: draftId };
  });
  const draftId = resourceId ?? '';
  if (!repeated) await ctx.jobs.send(CHECK_JOB, { draftId }, { singletonKey: draftId });
  return selectDraft(ctx.db, draftId);
}
