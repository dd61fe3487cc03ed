import { beforeAll, expect, test } from 'vitest';
import { buildTestApp } from '../platform/testing/app.ts';
import { rolledBackDatabase } from '../platform/testing/rolled-back.ts';
import { standAt, WEDNESDAY } from '../timetable/testing/school.ts';
import { hatsOf, type Hat } from './hats.ts';
import { ask, askingFor, operationsOf, type Asked, type Headers, type Operation } from './operations.ts';
import type { Question } from './questions.ts';
import { aTenant, type Tenant } from './tenants.ts';
import { asWhoMay } from './who-may.ts';

/**
 * B-06: whoever is signed in and may do a thing does not do it because a foreign page has asked their browser to; and what
 * a page may ask for by a mere link writes nothing.
 */
const database = await rolledBackDatabase();
const { app, db, ctx, clock } = await buildTestApp(database);

let own: Tenant;
let operations: readonly Operation[];
let hats: readonly Hat[];

beforeAll(async () => {
  await standAt(db, WEDNESDAY);
  await clock.refresh(db);
  own = await aTenant(ctx, '');
  operations = operationsOf(app);
  hats = hatsOf(ctx, own, await aTenant(ctx, ''));
});

/** What a foreign page can make a browser send beside the cookie; `nol-client` is ours and needs our page. */
const forgeries: readonly { readonly name: string; readonly headers: Headers }[] = [
  {
    name: 'a form of a foreign page',
    headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
  },
  { name: 'a fetch without cors', headers: { origin: 'https://evil.example', 'sec-fetch-mode': 'no-cors' } },
  { name: 'a sandboxed frame', headers: { origin: 'null' } },
  { name: 'a page of a neighbouring name', headers: { 'sec-fetch-site': 'same-site' } },
  { name: 'a page of another port', headers: { origin: 'http://localhost:8081' } },
  { name: 'a page over the other protocol', headers: { origin: 'https://localhost' } },
  { name: 'an old browser that says nothing', headers: {} },
  {
    name: 'a forged proxy header',
    headers: {
      origin: 'https://evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
    },
  },
];

/** Asks each question as somebody who may. @returns the complaints. */
async function askedByWhoMay(
  chosen: (operation: Operation) => boolean,
  act: (asked: Asked, question: Question) => Promise<string[]>,
): Promise<{ complaints: string[]; asked: number }> {
  const complaints: string[] = [];
  const world = { database, operations, hats, ids: own.ids };
  const asked = await asWhoMay(world, chosen, async ({ question, asking }) => {
    complaints.push(...(await act(asking(), question)));
  });
  return { complaints, asked };
}

/** Tables written, but for what a session and the record of who looked leave behind. */
async function writtenBy(run: () => Promise<unknown>): Promise<string[]> {
  const before = await database.rowsWritten();
  await run();
  const after = await database.rowsWritten();
  return Object.keys(after).filter(
    (table) => after[table] !== before[table] && !['sessions', 'audit_lines', 'audit_seals'].includes(table),
  );
}

test('no write is done for a foreign page, in whatever way it has the browser ask', async () => {
  const { complaints, asked } = await askedByWhoMay(
    ({ method }) => method !== 'GET',
    async (right, question) => {
      const wrong: string[] = [];
      const { 'nol-client': _ours, 'idempotency-key': _key, ...cookies } = right.headers;
      for (const { name, headers } of forgeries) {
        const written = await writtenBy(async () => {
          const answer = await ask(app, { ...right, headers: { ...cookies, ...headers } });
          const code = answer.json<{ code?: string }>().code;
          if (answer.statusCode !== 403 || code !== 'cross_site')
            wrong.push(`${question.operation} by ${name}: ${answer.statusCode} ${code}`);
        });
        if (written.length > 0) wrong.push(`${question.operation} by ${name} wrote ${written.join()}`);
      }
      return wrong;
    },
  );
  expect(complaints).toEqual([]);
  expect(asked).toBeGreaterThan(60);
}, 300_000);

test('nobody is signed in or out, and no card used, for a foreign page', async () => {
  const wrong: string[] = [];
  for (const operation of operations.filter(({ id }) =>
    ['signIn', 'signOut', 'claim', 'enterDemo'].includes(id),
  )) {
    for (const { name, headers } of forgeries.filter((one) => Object.keys(one.headers).length > 0)) {
      const answer = await ask(app, askingFor(operation, {}, headers));
      if (answer.statusCode !== 403) wrong.push(`${operation.id} by ${name}: ${answer.statusCode}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('plain text and a form are no JSON, and a header or field that names another method names nothing', async () => {
  const hat = hats.find(({ role, name }) => role === 'schoolAdmin' && name === 'atSchool');
  await database.takenBack(async () => {
    const { headers } = await hat!.put();
    const url = `/api/orgs/${own.ids['orgId']}`;
    const before = await db.selectFrom('orgs').selectAll().execute();
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'text/plain; x=application/json',
    ]) {
      const answer = await app.inject({
        method: 'PATCH',
        url,
        headers: { ...headers, 'content-type': type },
        payload: '{"name":"改名"}',
      });
      expect([type, answer.statusCode >= 400]).toEqual([type, true]);
    }
    for (const override of ['x-http-method-override', 'x-method-override', 'x-http-method']) {
      await app.inject({ url: `${url}?_method=DELETE`, headers: { ...headers, [override]: 'DELETE' } });
    }
    expect(await db.selectFrom('orgs').selectAll().execute()).toEqual(before);
  });
});

test('a socket is not opened for a foreign page', async () => {
  for (const { name, headers } of forgeries.filter((one) => Object.keys(one.headers).length > 0)) {
    const opened = await app
      .injectWS(`/api/rooms/${own.ids['day']}/${own.ids['lessonId']}/socket?ticket=x`, { headers })
      .then(
        () => 'a socket',
        (error: Error) => error.message,
      );
    expect([name, opened]).toEqual([name, expect.stringContaining('403')]);
  }
});

test('reading writes nothing: neither GET nor HEAD of any call', async () => {
  const { complaints, asked } = await askedByWhoMay(
    ({ method }) => method === 'GET',
    async (right, question) => {
      const wrong: string[] = [];
      for (const method of ['GET', 'HEAD']) {
        const written = await writtenBy(() => ask(app, { ...right, method }));
        if (written.length > 0) wrong.push(`${method} ${question.operation} wrote ${written.join()}`);
      }
      return wrong;
    },
  );
  expect(complaints).toEqual([]);
  expect(asked).toBeGreaterThan(50);
}, 300_000);
