import { sql } from 'kysely';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import {
  removeServerData,
  startServerProcess,
  type ServerProcess,
} from '../src/platform/testing/server-process.ts';
import { desk, launchChromium, openDevice } from './browser.ts';
import { withDatabaseOf } from './fixtures/database.ts';
import { enterDemo, placesOf, settled, visitors } from './fixtures/every-page.ts';
import { MARKUP_VECTORS } from './fixtures/markup-vectors.ts';

/**
 * C-03: whoever could call a person, a class or a lesson as they like gets nothing out of a screen but that text. `MARKUP=all`
 * looks with the eyes of all visitors, the gate with those of five.
 */
let server: ServerProcess;
let browser: Browser;

const inTheGate = ['pupil', 'guardian', 'teacher', 'school-admin', 'county-officer'];
const looking = visitors.filter(
  ({ role, loginName }) =>
    loginName !== null && (process.env['MARKUP'] === 'all' || inTheGate.includes(role)),
);

/** Text columns that people fill and screens show; where a vector goes before what stood there. */
const planted = [
  ['persons', 'name'],
  ['classes', 'name'],
  ['courses', 'title'],
  ['lessons', 'topic'],
  ['orgs', 'name'],
  ['terms', 'title'],
  ['holidays', 'name'],
  ['classrooms', 'name'],
  ['bell_plans', 'title'],
  ['contact_log', 'note'],
  ['contests', 'note'],
  ['plan_changes', 'reason'],
] as const;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServerProcess({ env: { DEMO: '1' } }), launchChromium()]);
  await withDatabaseOf(server.dataDir, async (db) => {
    const vectors = sql`${sql.val(MARKUP_VECTORS)}::text[]`;
    for (const [table, column] of planted) {
      const [rows, field] = [sql.table(table), sql.ref(column)];
      // One row after the other gets the next vector.
      await sql`UPDATE ${rows} SET ${field} = left(n.vector || coalesce(${field}, ''), 480) FROM (
          SELECT tableoid AS part, ctid AS place,
            (${vectors})[(1 + row_number() OVER (ORDER BY tableoid, ctid) % ${MARKUP_VECTORS.length}::int)::int] AS vector
          FROM ${rows}) n
        WHERE n.part = ${rows}.tableoid AND n.place = ${rows}.ctid`.execute(db);
    }
  });
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  if (server) await removeServerData(server.dataDir);
});

/** What of a text became part of the page: elements we never make, handlers, addresses that run. */
function cameAlive(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    for (const element of document.querySelectorAll('*')) {
      const wrong = /^(?:marquee|object|embed|iframe|math|base|template)$/i.test(element.tagName);
      const attribute = [...element.attributes].find(
        ({ name, value }) =>
          name.startsWith('on') ||
          (/^(?:href|src|action|formaction|xlink:href)$/.test(name) &&
            /^\P{L}*(?:java\s*script|vbscript|data:text)/iu.test(value)),
      );
      if (wrong || attribute) found.push(element.outerHTML.slice(0, 200));
    }
    return found;
  });
}

/** Counts texts of the page with one of the signs that vectors are made of. */
const shown = (page: Page): Promise<number> =>
  page.evaluate(() => document.body.innerText.split('alert(1)').length - 1);

test('there are six hundred vectors and more, no two the same', () => {
  expect(MARKUP_VECTORS.length).toBeGreaterThanOrEqual(600);
});

test.concurrent.each(looking)(
  'on every page of $role planted markup is text: nothing ran, nothing came alive, the policy had nothing to refuse',
  async (visitor) => {
    const { page, complaints, close } = await openDevice(browser, desk);
    await page.addInitScript(() => {
      globalThis.alert = (what: unknown) => console.error(`ran: ${String(what)}`);
    });
    await enterDemo(page, server.url, visitor.loginName ?? '');
    const alive: string[] = [];
    let texts = 0;
    for (const { pattern, address } of await placesOf(page, server.url, visitor)) {
      await page.goto(server.url + address);
      await settled(page);
      texts += await shown(page);
      alive.push(...(await cameAlive(page)).map((line) => `${pattern}: ${line}`));
    }
    expect(alive).toEqual([]);
    expect(complaints).toEqual([]);
    expect(texts).toBeGreaterThan(0);
    await close();
  },
);

test('markup that came alive would be found', async () => {
  const { page, close } = await openDevice(browser, desk);
  await page.goto(`${server.url}/sign-in`);
  await settled(page);
  expect(await cameAlive(page)).toEqual([]);
  await page.evaluate(() => {
    const link = document.createElement('a');
    link.setAttribute('href', 'java\tscript:alert(1)');
    document.body.append(link, document.createElement('marquee'));
  });
  expect(await cameAlive(page)).toHaveLength(2);
  await close();
});
