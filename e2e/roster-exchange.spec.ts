import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  removeServerData,
  startServerProcess,
  type ServerProcess,
} from '../src/platform/testing/server-process.ts';
import { oneRosterSet, zipOf } from '../src/rosters/testing/table-sets.ts';
import { workbookBytes } from '../src/rosters/testing/workbooks.ts';
import { seriousFindings } from './axe.ts';
import { desk, launchChromium, openDevice, phone } from './browser.ts';

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

/** The school's administrator on the page of imports. */
async function openImports(options: Parameters<typeof openDevice>[1]) {
  const device = await openDevice(browser, options);
  const answer = await device.page.request.post(`${server.url}/api/demo/enter`, {
    data: { loginName: 'qscz-a001' },
    headers: { origin: server.url },
  });
  expect(answer.status()).toBe(200);
  await device.page.goto(`${server.url}/console`);
  await device.page.waitForURL(/\/console\/[0-9a-f-]{36}/);
  await device.page.goto(`${device.page.url().replace(/(\/console\/[^/]+).*/, '$1')}/rosters`);
  await device.page.waitForLoadState('networkidle');
  return device;
}

/** Keeps a picture when somebody wants to look: `SHOTS=folder`. */
async function look(page: Page, name: string): Promise<void> {
  const folder = process.env['SHOTS'];
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

async function choose(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) });
}

test('a OneRoster set is checked, imported and taken back, and the roster goes out again as a file', async () => {
  const { page, close } = await openImports(desk);
  await look(page, 'rosters-choose-desk');
  expect(await seriousFindings(page)).toEqual([]);
  const set = oneRosterSet({ code: 'qscz' });
  await choose(page, 'roster.zip', zipOf(set));
  await page.getByText('OneRoster 表').waitFor();
  await page.getByText('教学班：新建 1').first().waitFor();
  await look(page, 'rosters-set-desk');
  await page.getByRole('checkbox', { name: /我已核对/ }).check();
  await page.getByRole('button', { name: '确认导入' }).click();
  await page.getByText('已导入：新增 3 人').waitFor();
  await look(page, 'rosters-applied-desk');
  await page.getByRole('button', { name: '撤销这次导入' }).click();
  await page.getByText(/这是一次撤销：新来的 3 人离开/).waitFor();
  await look(page, 'rosters-undo-desk');
  expect(await seriousFindings(page)).toEqual([]);
  await page.getByRole('checkbox', { name: /我已核对/ }).check();
  await page.getByRole('button', { name: '确认撤销' }).click();
  await page.getByText(/已撤销：3 人离开/).waitFor();
  await page.getByRole('link', { name: '查看被撤销的导入' }).click();
  await page.getByRole('link', { name: '这次导入已被撤销。' }).waitFor();
  await page.goBack();
  await page.getByRole('link', { name: '再导入一份' }).first().click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: '导出 OneRoster 1.2（.zip）' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/名册.*\.zip$/);
  await close();
}, 120_000);

test('an unknown heading is read by hand, remembered, and can be removed', async () => {
  const { page, close } = await openImports(desk);
  const bytes = workbookBytes({
    名册: [
      ['娃的编码', '姓名', '班级'],
      ['20269101', '沈可欣', '七（1）班'],
    ],
  });
  await choose(page, '名册.xlsx', bytes);
  const select = page.getByRole('combobox', { name: '把“娃的编码”读作' });
  await select.click();
  await page.getByTitle('校内学号', { exact: true }).click();
  await page
    .getByText('按本校习惯')
    .or(page.getByText(/可以导入/))
    .first()
    .waitFor();
  await look(page, 'rosters-heading-desk');
  await page.goto(page.url().replace(/\/rosters\/.*/, '/rosters'));
  await page.getByRole('button', { name: '删除“娃的编码”' }).waitFor();
  await look(page, 'rosters-headings-desk');
  await page.getByRole('button', { name: '删除“娃的编码”' }).click();
  const forgotten = page.getByRole('button', { name: '删除“娃的编码”' });
  await forgotten.waitFor({ state: 'detached' });
  expect(await forgotten.count()).toBe(0);
  await close();
}, 120_000);

test.each([
  { what: 'desk-zh', device: desk, locale: 'zh-CN' },
  { what: 'desk-en', device: desk, locale: 'en' },
  { what: 'phone-zh', device: phone, locale: 'zh-CN' },
  { what: 'phone-en', device: phone, locale: 'en' },
])(
  'the sync is set up, run and paused ($what)',
  async ({ what, device, locale }) => {
    const { page, close } = await openImports({ ...device, locale });
    await look(page, `rosters-choose-${what}`);
    await page.goto(page.url().replace(/\/rosters.*/, '/rosters/sync'));
    const words =
      locale === 'en'
        ? { save: 'Save', run: 'Run now', pause: 'Pause', failed: 'Did not succeed', resume: 'Go on' }
        : { save: '保存', run: '立即运行', pause: '暂停', failed: '没有成功', resume: '继续' };
    const button = (name: string) =>
      page.getByRole('button', { name: new RegExp(`^${[...name].join('\\s?')}$`) });
    await button(words.save).click();
    await button(words.run).click();
    await page.getByText(words.failed).first().waitFor();
    await look(page, `rosters-sync-${what}`);
    expect(await seriousFindings(page)).toEqual([]);
    await button(words.pause).click();
    await button(words.resume).click();
    await button(words.pause).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    await close();
  },
  120_000,
);
