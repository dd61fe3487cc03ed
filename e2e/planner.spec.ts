import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import {
  removeServerData,
  startServerProcess,
  type ServerProcess,
} from '../src/platform/testing/server-process.ts';
import { workbookBytes } from '../src/rosters/testing/workbooks.ts';
import { seriousFindings } from './axe.ts';
import { desk, launchChromium, openDevice, phone } from './browser.ts';
import { tabThrough, tabTo } from './keyboard.ts';

let server: ServerProcess;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServerProcess({ env: { DEMO: '1' } }), launchChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  if (server) await removeServerData(server.dataDir);
});

/** Opens a console page as the demo's school administrator. */
async function openConsole(path: string, options: BrowserContextOptions = desk) {
  const device = await openDevice(browser, options);
  const answer = await device.page.request.post(`${server.url}/api/demo/enter`, {
    data: { loginName: 'qscz-a001' },
    headers: { origin: server.url },
  });
  expect(answer.status()).toBe(200);
  const me = (await (await device.page.request.get(`${server.url}/api/me`)).json()) as {
    acting: { appointmentId: string };
    appointments: { orgId: string }[];
  };
  await device.page.goto(`${server.url}/console/${me.acting.appointmentId}${path}`);
  await device.page.waitForSelector('h1');
  return { ...device, schoolId: me.appointments[0]?.orgId ?? '' };
}

/** Publishes a week, so that every later difference is an edit of the test. */
async function publish({ page, schoolId }: { page: Page; schoolId: string }, weekNo: number): Promise<void> {
  const answer = await page.request.post(
    `${server.url}/api/schools/${schoolId}/weeks/${weekNo}/publications`,
    {
      data: {},
      headers: { origin: server.url, 'idempotency-key': `publish-week-${weekNo}` },
    },
  );
  expect(answer.status()).toBe(201);
  await page.reload();
}

const press = async (page: Page, ...keys: string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};
const spoken = (page: Page) => page.locator('.spoken').innerText();
const courseIn = async (page: Page, row: number, column: number): Promise<string> =>
  (
    await page.locator('.week-grid tbody tr').nth(row).locator('td').nth(column).locator('b').innerText()
  ).trim();

describe('planning with the keyboard alone', () => {
  test('lift, hear what would come of it, swap, take it back, redo, publish', async () => {
    const device = await openConsole('/timetable?view=class&week=14');
    const { page, complaints, close } = device;
    await publish(device, 14);
    await page.waitForSelector('.week-grid td.slot b');
    const before = await courseIn(page, 0, 0);
    await tabTo(page, '.week-grid td');
    await press(page, ' ');
    expect(await spoken(page)).toContain('拿起了');
    await press(page, 'ArrowDown');
    expect(await spoken(page)).toMatch(/周一 第2节，(可以放|和.+互换|不能放：.+)/);
    // Walks on until another course of the class would swap.
    for (let step = 0; step < 30; step += 1) {
      const words = await spoken(page);
      if (words.includes('互换') && !words.includes(` ${before}互换`)) break;
      await press(page, step % 5 === 4 ? 'ArrowDown' : step % 10 < 5 ? 'ArrowRight' : 'ArrowLeft');
    }
    expect(await spoken(page)).toContain('互换');
    await press(page, ' ');
    await page.waitForSelector('.change-lines li');
    expect(await courseIn(page, 0, 0)).not.toBe(before);
    await press(page, 'Control+z');
    await page.waitForFunction(() => document.querySelector('.change-lines') === null);
    expect(await courseIn(page, 0, 0)).toBe(before);
    await press(page, 'Control+y');
    await page.waitForSelector('.change-lines li');
    expect((await tabThrough(page)).filter((stop) => stop.startsWith('发布第'))).toHaveLength(1);
    await tabTo(page, '.page-acts .ant-btn-primary');
    await press(page, 'Enter');
    await page.waitForFunction(() => document.querySelector('.change-lines') === null);
    expect(await page.locator('.plan-side').innerText()).toContain('和已发布的一样');
    expect(complaints).toEqual([]);
    await close();
  });
});

test('a lesson dragged onto another one of its class swaps with it', async () => {
  const device = await openConsole('/timetable?view=school&week=15');
  const { page, close } = device;
  await publish(device, 15);
  await page.waitForSelector('.school-grid td.slot');
  const cells = page.locator('.school-grid tbody tr').first().locator('td');
  await cells.nth(0).focus();
  await press(page, ' ');
  const target = page.locator('.school-grid tbody tr').first().locator('td.to-swap').first();
  const index = await target.evaluate((cell) => [...(cell.parentElement?.children ?? [])].indexOf(cell) - 1);
  await press(page, 'Escape');
  const [moved, other] = [await cells.nth(0).innerText(), await cells.nth(index).innerText()];
  await cells.nth(0).dragTo(cells.nth(index));
  await page.waitForSelector('.change-lines li');
  expect([await cells.nth(0).innerText(), await cells.nth(index).innerText()]).toEqual([other, moved]);
  await close();
});

test('a timetable workbook is imported in five clicks, its open questions settled on the way', async () => {
  const { page, complaints, close } = await openConsole('/timetable/import');
  const week = ['节次', '星期一', '星期二', '星期三', '星期四', '星期五'];
  const rows = [['九（8）班课程表'], week, ['第1节', '音乐', '美术', '', '', '']];
  await page.setInputFiles('input[type=file]', {
    name: '课程表.xlsx',
    mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    buffer: Buffer.from(workbookBytes({ 九8班: rows })),
  });
  await page.waitForSelector('.import-questions');
  const confirm = page.locator('button', { hasText: '写入草稿' });
  expect(await confirm.isDisabled()).toBe(true);
  await page.locator('.import-questions .ant-select').click();
  await page.locator('.ant-select-item-option').nth(1).click();
  await page.waitForFunction(() =>
    [...document.querySelectorAll('button')].some((b) => b.textContent?.includes('写入草稿') && !b.disabled),
  );
  await confirm.click();
  await page.waitForFunction(() => document.querySelector('.lead')?.textContent?.includes('已写入草稿'));
  expect(complaints).toEqual([]);
  await close();
});

test('the printed week of a class is one A4 page', async () => {
  const { page, schoolId, close } = await openConsole('/week');
  const answer = await page.request.get(`${server.url}/api/orgs/${schoolId}/classes`);
  const { classes } = (await answer.json()) as { classes: { id: string }[] };
  await page.goto(`${page.url().replace(/\/week.*$/, '')}/week/print?class=${classes[0]?.id}`);
  await page.waitForSelector('.sheet td');
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
  expect(pdf.match(/\/Type\s*\/Page\b(?!s)/g)).toHaveLength(1);
  const [, width = '0', height = '0'] = /\/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)/.exec(pdf) ?? [];
  expect([Math.round(Number(width)), Math.round(Number(height))]).toEqual([842, 595]);
  const fits = await page
    .locator('.sheet')
    .evaluate((sheet) => sheet.scrollHeight <= sheet.clientHeight && sheet.scrollWidth <= sheet.clientWidth);
  expect(fits).toBe(true);
  await close();
});

test.each([
  ['/timetable?view=school', desk],
  ['/timetable?view=class', phone],
  ['/timetable/import', phone],
  ['/bells', desk],
  ['/calendar', phone],
  ['/week', phone],
] as const)('%s has no serious accessibility findings and fits its screen', async (path, size) => {
  const { page, complaints, close } = await openConsole(path, size);
  await page.waitForLoadState('networkidle');
  expect(await seriousFindings(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  expect(complaints).toEqual([]);
  await close();
});
