import { sql } from 'kysely';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

import { desk, launchChromium, openDevice, phone } from './browser.ts';
import { aTaughtLesson, buildTestApp, type TaughtLesson } from './fixtures/taught-lesson.ts';
import { tabThrough, tabTo } from './keyboard.ts';

const app = await buildTestApp();
let browser: Browser;
let taught: TaughtLesson;

beforeAll(async () => {
  browser = await launchChromium({ switches: ['--autoplay-policy=no-user-gesture-required'] });
  taught = await aTaughtLesson(app);
  await taught.say(3);
  await taught.showPage(1, '一元一次方程的应用');
});
afterAll(async () => {
  await browser?.close();
});

async function openAs(pupil: number, path: string, device = phone): Promise<Page> {
  const { page, close } = await openDevice(browser, device);
  onTestFinished(close);
  await taught.signIn(page.context(), pupil);
  await page.goto(taught.origin + path);
  return page;
}

describe('with the keyboard alone', () => {
  test('the sign-in page is gone through in the order it is read, each stop seen', async () => {
    const { page, close } = await openDevice(browser, desk);
    onTestFinished(close);
    await page.goto(`${taught.origin}/sign-in`);
    await page.locator('input[name=password]').waitFor();
    const stops = await tabThrough(page);
    // “下一步” is off until the digits are there.
    expect(stops).toEqual([
      '卡上的登录名',
      '卡上的 8 个数字',
      'English',
      '登录名',
      '密码',
      '显示密码',
      '登录',
    ]);
  });

  test('a pupil goes from Today into the lesson and answers the roll call', async () => {
    const page = await openAs(0, '/');
    await page.locator('a.enter').waitFor();
    const stops = await tabThrough(page);
    // Importance first: the lesson, then help, the tabs last.
    expect(stops[0]).toContain('进入课堂');
    expect(stops[1]).toContain('我上不了课');
    expect(stops.at(-1)).toContain('我');
    await tabTo(page, 'a.enter');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/room\//);
    await page.locator('.vrow').waitFor();
    const inRoom = (await tabThrough(page)).join(' · ');
    for (const name of ['举手', '没听懂']) expect(inRoom).toContain(name);

    const rollCall = { id: '019a0000-0000-7000-8000-0000000000ab', seconds: 60 };
    expect((await taught.post('/roll-calls', rollCall)).statusCode).toBe(200);
    const dialog = page.getByRole('alertdialog');
    await dialog.waitFor();
    expect(await dialog.evaluate((element) => element.contains(document.activeElement))).toBe(true);
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    const { rows } =
      await sql`SELECT FROM roll_call_answers WHERE roll_call_id = ${rollCall.id}::uuid`.execute(app.db);
    expect(rows).toHaveLength(1);
  });
});
