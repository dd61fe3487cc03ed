import { join } from 'node:path';

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import {
  removeServerData,
  startServerProcess,
  type ServerProcess,
} from '../src/platform/testing/server-process.ts';
import { workbookBytes, type Value } from '../src/rosters/testing/workbooks.ts';
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

const HEADER = ['序号', '学 号*', '姓名', '性别', '所在班级', '身份证号', '家长姓名', '家长电话'];

/** A roster of one class as a school sends it: title, merged class, sensitive columns, notes below. */
function roster(people: Value[][]): { name: string; mimeType: string; buffer: Buffer } {
  const rows = people.map((row, i) => [i + 1, ...row]);
  const bytes = workbookBytes(
    { 七1班: [['青石镇初级中学七（1）班学生花名册'], HEADER, ...rows, ['注：请核对后交教务处。']] },
    {
      touch: (sheet) => {
        sheet['!merges'] = [
          { s: { r: 0, c: 0 }, e: { r: 0, c: 7 } },
          { s: { r: 2, c: 4 }, e: { r: 1 + people.length, c: 4 } },
        ];
      },
    },
  );
  return { name: '2026秋七年级花名册.xls', mimeType: 'application/vnd.ms-excel', buffer: Buffer.from(bytes) };
}

const secret = '11010519491231002X';
const newcomers: Value[][] = [
  ['20269001', '沈可欣', '女', '七(1)班', secret, '沈大年', '13800000001'],
  ['20269002', '韦𬱖', '男', null, secret, '韦大年', '13800000002'],
  ['20269003', '谭 一 鸣', '1', null, secret, '谭大年', '13800000003'],
];

async function openImport(options: Parameters<typeof openDevice>[1]) {
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

async function choose(page: Page, file: ReturnType<typeof roster>): Promise<void> {
  await page.locator('input[type="file"]').first().setInputFiles(file);
  await page.waitForURL(/\/rosters\/[0-9a-f-]{36}/);
}

test('a school brings a dirty roster in: choose, check, correct, confirm', async () => {
  const { page, complaints, close } = await openImport(desk);
  await look(page, 'choose');
  const twice = newcomers.map((row, i) => (i === 2 ? ['20269001', ...row.slice(1)] : row));
  await choose(page, roster(twice));
  await page.getByText('1 处必须改好才能导入').waitFor();
  await page.getByText('一个学号只能属于一个人').waitFor();
  expect(await page.getByRole('button', { name: '确认导入' }).isDisabled()).toBe(true);
  expect(await page.getByRole('region', { name: '已丢弃的敏感列' }).textContent()).toContain('身份证号');
  expect(await page.content()).not.toContain(secret);
  await look(page, 'check-must');
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: '下载问题表' }).click();
  expect((await download).suggestedFilename()).toBe('2026秋七年级花名册-问题.xlsx');

  await page.locator('input[type="file"]').last().setInputFiles(roster(newcomers));
  await page.getByText('可以导入').waitFor();
  await page.getByText('只比较了文件里出现的班级').waitFor();
  await page.getByRole('button', { name: '读入作跟进联系方式' }).click();
  await page.getByText('联系方式，只显示尾号').waitFor();
  await look(page, 'check-ready');
  expect(await seriousFindings(page)).toEqual([]);
  await page.getByRole('checkbox', { name: '我已核对：新增 3 人，变动 0 人' }).click();
  await page.getByRole('button', { name: '确认导入' }).click();
  await page.getByText('已导入：新增 3 人').waitFor();
  await look(page, 'result');
  await page.getByRole('link', { name: '去班级打印领取卡' }).click();
  await page.getByText('七（1）班').first().waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test('the same roster again finds nothing to write, on a telephone and in English', async () => {
  const { page, complaints, close } = await openImport({ ...phone, locale: 'en' });
  await choose(page, roster(newcomers));
  await page.getByText('Not in the file').first().waitFor();
  expect(await page.getByText('Unchanged').first().isVisible()).toBe(true);
  await page.getByText('I have checked: 0 new, 0 changed').waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  await look(page, 'phone-en');
  expect(await seriousFindings(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await close();
});

test('a file that is no spreadsheet is refused in words', async () => {
  const { page, close } = await openImport(phone);
  await page
    .locator('input[type="file"]')
    .first()
    .setInputFiles({ name: '花名册.xlsx', mimeType: 'text/plain', buffer: Buffer.from('%PDF-1.7') });
  const alert = page.getByRole('alert');
  await alert.waitFor();
  expect(await alert.textContent()).toContain('这是一份 PDF，不是表格');
  await look(page, 'phone-refused');
  await close();
});
