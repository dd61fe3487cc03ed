import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiProblem } from './api-problem.ts';
import { actingAs, api, newKey } from './api.ts';
import { askSecondStepWith } from './second-step.ts';
import { setWords } from './t.ts';

const CLAIM = { body: { loginName: 'demo-1', spoken: '12345678' } };
let sent: { address: string; init: RequestInit }[] = [];
let answers: (() => Response)[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  setWords({
    locale: 'en',
    words: { 'platform.problem.network': 'No line.', 'platform.problem.unknown': 'Unknown {status}.' },
  });
  vi.stubGlobal('location', { pathname: '/', search: '' });
  vi.stubGlobal('fetch', async (address: string, init: RequestInit) => {
    sent.push({ address, init });
    const answer = answers.shift();
    if (!answer) throw new TypeError('Failed to fetch');
    return answer();
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function header(place: number, name: string): string | null {
  return new Headers(sent[place]?.init.headers).get(name);
}

test('a write that got no answer goes out again under the same key, so the server does it once', async () => {
  answers = [
    () => {
      throw new TypeError('Failed to fetch');
    },
    () => Response.json({ audience: 'learner' }),
  ];
  const answer = api.post('/api/claims', CLAIM);
  await vi.runAllTimersAsync();
  expect(await answer).toEqual({ audience: 'learner' });
  expect(sent).toHaveLength(2);
  expect(header(0, 'idempotency-key')).toMatch(/^[0-9a-f]{32}$/);
  expect(header(1, 'idempotency-key')).toBe(header(0, 'idempotency-key'));
});

test('a refusal is not repeated and speaks the reader’s language', async () => {
  answers = [
    () =>
      new Response(
        JSON.stringify({ code: 'claim_unknown', detail: 'Ask for a new card.', requestId: 'r1' }),
        {
          status: 404,
          headers: { 'content-type': 'application/problem+json; charset=utf-8' },
        },
      ),
  ];
  const problem = await api.post('/api/claims', CLAIM).catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(ApiProblem);
  expect(problem).toMatchObject({
    status: 404,
    code: 'claim_unknown',
    message: 'Ask for a new card.',
    requestId: 'r1',
  });
  expect(sent).toHaveLength(1);
});

test('without a network the reader is told so', async () => {
  answers = [];
  const problem = await api.get('/api/me').catch((error: unknown) => error);
  expect(problem).toMatchObject({ status: 0, code: 'network', message: 'No line.' });
});

test('a page of a broken proxy in between is not taken for an answer', async () => {
  answers = [
    () => new Response('<h1>Bad gateway</h1>', { status: 418, headers: { 'content-type': 'text/html' } }),
  ];
  const problem = await api.get('/api/me').catch((error: unknown) => error);
  expect(problem).toMatchObject({ code: 'unknown', message: 'Unknown 418.' });
});

test('what stands in an address is escaped', async () => {
  answers = [() => Response.json({})];
  await api.get('/api/claims/{token}', { path: { token: 'a/../b?c' } });
  expect(sent[0]?.address).toBe('/api/claims/a%2F..%2Fb%3Fc');
});

const ID = '01980000-0000-7000-8000-000000000001';
test.each([
  { pathname: `/console/${ID}/timetable`, search: '', hat: ID },
  { pathname: `/console/${ID}`, search: '', hat: ID },
  { pathname: '/', search: '', hat: 'learner' },
  { pathname: '/my/me', search: `?as=${ID}`, hat: 'learner' },
  { pathname: '/room/2026-11-25/x', search: `?as=${ID}`, hat: ID },
  { pathname: '/sign-in', search: '', hat: null },
])('at $pathname$search the page asks as $hat', ({ pathname, search, hat }) => {
  expect(actingAs({ pathname, search })).toBe(hat);
});

test('keys are 128 random bits', () => {
  expect(new Set(Array.from({ length: 1_000 }, newKey)).size).toBe(1_000);
});

const stopped = (code: string) => () =>
  new Response(JSON.stringify({ code, detail: 'Answer the second step.' }), {
    status: 403,
    headers: { 'content-type': 'application/problem+json' },
  });

test('what stopped for the second step goes on by itself, once it is answered, as the same request', async () => {
  const ask = vi.fn(async () => true);
  const end = askSecondStepWith(ask);
  answers = [stopped('totp_required'), () => Response.json({ audience: 'staff' })];
  expect(await api.post('/api/claims', CLAIM)).toEqual({ audience: 'staff' });
  expect(ask).toHaveBeenCalledExactlyOnceWith('totp_required');
  expect(header(1, 'idempotency-key')).toBe(header(0, 'idempotency-key'));
  end();
});

test.each([
  { why: 'the person gives up', code: 'totp_required', answered: false },
  { why: 'it is refused for another reason', code: 'not_allowed', answered: true },
])('the refusal stands when $why', async ({ code, answered }) => {
  const end = askSecondStepWith(async () => answered);
  answers = [stopped(code)];
  await expect(api.post('/api/claims', CLAIM)).rejects.toMatchObject({ code });
  expect(sent).toHaveLength(1);
  end();
});

test('a page that cannot ask shows the refusal', async () => {
  answers = [stopped('totp_setup_required')];
  await expect(api.post('/api/claims', CLAIM)).rejects.toMatchObject({ code: 'totp_setup_required' });
});
