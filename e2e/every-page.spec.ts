import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { CONSOLE_PAGES } from '../src/platform/web/console/page-list.ts';
import { LEARNER_PAGES } from '../src/platform/web/learner/page-list.ts';
import {
  removeServerData,
  startServerProcess,
  type ServerProcess,
} from '../src/platform/testing/server-process.ts';
import { seriousFindings } from './axe.ts';
import { desk, launchChromium, openDevice } from './browser.ts';
import { enterDemo, placesOf, settled, visitors, type Place, type Visitor } from './fixtures/every-page.ts';
import { listenToData, strayWords, type TalkedAbout } from './fixtures/page-words.ts';

let server: ServerProcess;
let browser: Browser;
const seen = new Set<string>();

beforeAll(async () => {
  [server, browser] = await Promise.all([startServerProcess({ env: { DEMO: '1' } }), launchChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  if (server) await removeServerData(server.dataDir);
});

/** Opens a page in a language and waits until it shows what it was opened for. */
async function open(page: Page, { address }: Place, locale: 'zh-CN' | 'en'): Promise<void> {
  await page.context().addCookies([{ name: 'nol_lang', value: locale, url: server.url }]);
  await page.goto(server.url + address);
  await settled(page);
}

/** Nothing is wider than a narrow telephone, with letters of twice their size where they grow by themselves. */
async function widthWhenNarrow(page: Page): Promise<number> {
  await page.setViewportSize({ width: 320, height: 640 });
  const width = await page.evaluate(() => {
    document.documentElement.style.fontSize = '200%';
    return document.documentElement.scrollWidth;
  });
  await page.setViewportSize(desk.viewport ?? { width: 1440, height: 900 });
  return width;
}

/** Words and width are those of the page, whoever opens it: they are looked at once. */
async function faultsOf(page: Page, place: Place, data: TalkedAbout): Promise<string[]> {
  const isFirst = !seen.has(place.pattern);
  seen.add(place.pattern);
  const faults: string[] = [];
  const add = (what: string, found: readonly string[]) =>
    faults.push(...found.map((line) => `${place.pattern} ${what}: ${line}`));
  await open(page, place, 'zh-CN');
  add('axe', await seriousFindings(page));
  if (!isFirst) return faults;
  add('not Chinese', await strayWords(page, 'zh-CN', data));
  const width = await widthWhenNarrow(page);
  if (width > 320) add('at 320 px', [`${width} px wide`]);
  await open(page, place, 'en');
  add('not English', await strayWords(page, 'en', data));
  return faults;
}

test.concurrent.each(visitors)(
  'every page of $role: axe, both languages, a narrow screen, nothing refused by server or policy, no other server',
  async (visitor: Visitor) => {
    const { page, complaints, close } = await openDevice(browser, desk);
    const data = listenToData(page);
    if (visitor.loginName !== null) await enterDemo(page, server.url, visitor.loginName);
    const places = await placesOf(page, server.url, visitor);
    const faults: string[] = [];
    for (const place of places) faults.push(...(await faultsOf(page, place, data)));
    expect(faults).toEqual([]);
    // A card that was used is asked for on purpose.
    expect(complaints.filter((line) => visitor.loginName !== null || !line.includes('404'))).toEqual([]);
    await close();
  },
);

test('what the content policy refuses, markup in a text and another server would each be a complaint', async () => {
  const { page, complaints, close } = await openDevice(browser, desk);
  await page.goto(`${server.url}/sign-in`);
  await settled(page);
  expect(complaints).toEqual([]);
  await page.evaluate(() => {
    document.head.append(Object.assign(document.createElement('style'), { textContent: 'h1{color:red}' }));
    try {
      document.body.insertAdjacentHTML('beforeend', '<img src=x>');
    } catch {
      // Refused, which is what is looked for below.
    }
    document.body.append(Object.assign(new Image(), { src: 'https://pictures.example/a.png' }));
  });
  const told = [
    /style-src-elem refused inline/,
    /createHTML refused <img/,
    /img-src refused https:\/\/pictures/,
  ];
  for (const one of told) await expect.poll(() => complaints.some((line) => one.test(line))).toBe(true);
  await close();
});

test('no page was left out', () => {
  const listed = [...CONSOLE_PAGES, ...LEARNER_PAGES].map(({ path }) => path);
  expect(listed.filter((path) => !seen.has(path))).toEqual([]);
});
