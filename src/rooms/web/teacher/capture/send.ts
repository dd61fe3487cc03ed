import type { KeptPage, KeptSegment } from './segment-store.ts';
import type { SendOutcome } from './upload-queue.ts';

/** A try that takes longer is given up: on a dead mobile link the socket itself may hang for minutes. */
const tryMs = 20_000;
const pageTryMs = 60_000;
/** Query strings are short everywhere; longer page text is cut, the picture has all of it. */
const pageTextChars = 300;

/** What the page adds to every request: under which appointment, and that it is our own page asking. */
export type PageHeaders = Readonly<Record<string, string>>;

/** Sends one voice or event segment; idempotent by (log, track, n). */
export async function sendSegment(segment: KeptSegment, headers: PageHeaders): Promise<SendOutcome> {
  const { logId, track, n, startMs, durationMs, sha256 } = segment;
  const query = new URLSearchParams({ startMs: String(startMs), durationMs: String(durationMs), sha256 });
  return attempt(`/api/logs/${logId}/${track}/${n}?${query}`, {
    method: 'PUT',
    body: segment.bytes,
    headers: { ...headers, 'content-type': 'application/octet-stream' },
    ...limited(tryMs, null),
  });
}

/**
 * Sends one page image.
 *
 * @param giveWay - aborted when the voice has to go first; the outcome is then `later`.
 */
export async function sendPage(
  page: KeptPage,
  headers: PageHeaders,
  giveWay: AbortSignal,
): Promise<SendOutcome> {
  const query = new URLSearchParams({ n: String(page.n), sha256: await sha256Hex(page.bytes) });
  if (page.text !== '') query.set('text', page.text.slice(0, pageTextChars));
  return attempt(`/api/logs/${page.logId}/pages?${query}`, {
    method: 'POST',
    body: page.bytes,
    headers: { ...headers, 'content-type': page.type },
    ...limited(pageTryMs, giveWay),
  });
}

/** Lower-case hex of the SHA-256; needs a secure context, as the microphone does. */
export async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A signal that ends a try after a time, or when another says so (`AbortSignal.any` is too new for our floor). */
function limited(ms: number, other: AbortSignal | null): { signal: AbortSignal } {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), ms);
  other?.addEventListener('abort', () => controller.abort());
  if (other?.aborted) controller.abort();
  return { signal: controller.signal };
}

async function attempt(url: string, init: RequestInit): Promise<SendOutcome> {
  let response: Response;
  let body: { next?: number; code?: string };
  try {
    response = await fetch(url, { ...init, credentials: 'same-origin', cache: 'no-store' });
    body = await response.json();
  } catch {
    // No network, a time-out, or half an answer: the segment stays in the queue and the page says so.
    return { kind: 'later' };
  }
  if (response.ok) return { kind: 'held', next: body.next ?? 0 };
  if (response.status === 401) return { kind: 'signIn' };
  const mayPass = response.status >= 500 || response.status === 408 || response.status === 429;
  return mayPass ? { kind: 'later' } : { kind: 'refused', code: body.code ?? `http_${response.status}` };
}
