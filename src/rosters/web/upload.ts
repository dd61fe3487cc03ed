import { api } from '../../platform/web/api.ts';
import type { CheckOptions, RosterDraft } from '../contract.ts';

/**
 * The file behind the draft on screen, while the page stays open: another column or new classes mean checking the
 * same file again, and the server does not keep it.
 */
let chosen: { readonly draftId: string; readonly file: File; readonly options: CheckOptions } | null = null;

export const PLAIN_OPTIONS: CheckOptions = { choices: [], createClasses: false };

/** Uploads a roster for checking and remembers it for another try with other options. */
export async function uploadRoster(orgId: string, file: File, options: CheckOptions): Promise<RosterDraft> {
  const form = new FormData();
  form.set('options', JSON.stringify(options));
  form.set('file', file, file.name);
  const draft = await api.post('/api/orgs/{orgId}/roster-drafts', { path: { orgId }, form });
  chosen = { draftId: draft.id, file, options };
  return draft;
}

/** The file of a draft and the options it was checked with; `null` when the page was opened anew. */
export function chosenFor(draftId: string): { file: File; options: CheckOptions } | null {
  return chosen?.draftId === draftId ? chosen : null;
}
