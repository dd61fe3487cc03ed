import type { FastifyInstance } from 'fastify';
import { expect } from 'vitest';
import type { RosterDraft, RosterLines } from '../contract.ts';

/** Uploads, confirms and reads imports over the API as the page does, for one signed-in importer of one school. */
export interface Importing {
  readonly orgId: string;
  readonly headers: Record<string, string>;
}

let keys = 0;

/** Uploads a file: multipart with the file and the options. */
export async function upload(
  app: FastifyInstance,
  { orgId, headers }: Importing,
  bytes: Uint8Array,
  {
    fileName = '名册.zip',
    options = {},
    key = `importing-${(keys += 1)}`,
  }: { fileName?: string; options?: object; key?: string } = {},
) {
  const form = new FormData();
  form.set('options', JSON.stringify({ choices: [], createClasses: false, ...options }));
  form.set('file', new Blob([bytes as Uint8Array<ArrayBuffer>]), fileName);
  const body = new Response(form);
  return app.inject({
    method: 'POST',
    url: `/api/orgs/${orgId}/roster-drafts`,
    headers: { ...headers, 'idempotency-key': key, 'content-type': body.headers.get('content-type') ?? '' },
    payload: Buffer.from(await body.arrayBuffer()),
  });
}

/** The draft of an upload that can be read. */
export async function checked(
  app: FastifyInstance,
  who: Importing,
  bytes: Uint8Array,
  more: Parameters<typeof upload>[3] = {},
): Promise<RosterDraft> {
  const answer = await upload(app, who, bytes, more);
  expect([answer.statusCode, answer.json().state]).toEqual([201, 'checked']);
  return answer.json();
}

export async function confirm(
  app: FastifyInstance,
  { headers }: Importing,
  draftId: string,
  leaving: 'keep' | 'end' = 'keep',
): Promise<RosterDraft> {
  const answer = await app.inject({
    method: 'POST',
    url: `/api/roster-drafts/${draftId}/confirmation`,
    headers,
    payload: { leaving },
  });
  expect([answer.statusCode, answer.json().state]).toEqual([200, 'applied']);
  return answer.json();
}

/** Checks and confirms. */
export async function imported(
  app: FastifyInstance,
  who: Importing,
  bytes: Uint8Array,
  { leaving = 'keep', ...more }: Parameters<typeof upload>[3] & { leaving?: 'keep' | 'end' } = {},
): Promise<RosterDraft> {
  const draft = await checked(app, who, bytes, more);
  const blocked = draft.must > 0 ? await problemsOf(app, who, draft.id) : [];
  expect(blocked.filter(({ severity }) => severity === 'must')).toEqual([]);
  return confirm(app, who, draft.id, leaving);
}

/** Problems of a draft in the order of the screen. */
export async function problemsOf(
  app: FastifyInstance,
  { headers }: Importing,
  draftId: string,
): Promise<RosterLines['lines']> {
  const answer = await app.inject({
    url: `/api/roster-drafts/${draftId}/lines?list=problems&limit=200`,
    headers,
  });
  expect(answer.statusCode).toBe(200);
  return answer.json<RosterLines>().lines;
}
