import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { aLesson, type BuiltLesson, type Headers } from '../src/rooms/testing/a-lesson.ts';
import { buildTestApp } from '../src/platform/testing/app.ts';
import { ensureWebBuild } from '../tools/build/web.ts';
import { seriousFindings } from './axe.ts';
import { desk, launchChromium, openDevice, phone } from './browser.ts';
import type { AddressInfo } from 'node:net';

const { app, db } = await buildTestApp();
const wait = { timeout: 20_000 };
let browser: Browser;
let origin: string;

beforeAll(async () => {
  await ensureWebBuild();
  await app.listen({ host: '127.0.0.1', port: 0 });
  origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
});

/** Somebody's device with the page of a lesson open. */
async function open(lesson: BuiltLesson, who: { headers: Headers }, device = phone) {
  const opened = await openDevice(browser, device);
  onTestFinished(opened.close);
  const { cookie = '', 'nol-appointment': appointment } = who.headers;
  const value = /=([^;]+)/.exec(cookie)?.[1] ?? '';
  await opened.page.context().addCookies([{ name: `nol_${new URL(origin).port}`, value, url: origin }]);
  // Any meeting will do; it is nothing of ours.
  await opened.page
    .context()
    .route('https://meeting.example.edu.cn/**', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<title>meeting</title>' }),
    );
  const as = appointment ? `?as=${appointment}` : '';
  await opened.page.goto(`${origin}/room/${lesson.schoolDay}/${lesson.lessonId}${as}`);
  return opened;
}

const fits = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

test('a lesson in a meeting elsewhere: the way there, our roll call, the end', async () => {
  const lesson = await aLesson(db, {
    mode: 'external',
    modeParams: { link: 'https://meeting.example.edu.cn/j/7' },
  });
  const teacher = await open(lesson, lesson.teacher, desk);
  await teacher.page.getByText('还没点名').waitFor(wait);
  const pupil = await open(lesson, lesson.pupils[0]!);
  const meeting = pupil.page.waitForEvent('popup');
  await pupil.page.getByRole('link', { name: '去上课' }).click();
  expect(await (await meeting).title()).toBe('meeting');
  await teacher.page.getByRole('heading', { name: /打开过会议，没点到/ }).waitFor(wait);

  await teacher.page.getByRole('button', { name: '点名' }).click();
  await pupil.page.bringToFront();
  await pupil.page.getByRole('alertdialog').waitFor(wait);
  expect(await seriousFindings(pupil.page)).toEqual([]);
  await pupil.page.keyboard.press('Enter');
  await pupil.page.getByText(/点到了$/).waitFor(wait);
  await teacher.page.getByText(/1 \/ 3 人点到或联系上了/).waitFor(wait);

  await teacher.page.getByRole('button', { name: /^联系/ }).first().click();
  await teacher.page.getByRole('group', { name: '电话' }).getByRole('button', { name: '讲了' }).click();
  await teacher.page.getByText(/2 \/ 3 人点到或联系上了/).waitFor(wait);
  expect(await seriousFindings(teacher.page)).toEqual([]);

  await teacher.page.getByRole('button', { name: '下课' }).click();
  await teacher.page.getByText('1 人没到，会留在班主任的名单上。').waitFor();
  await teacher.page.locator('.dock').getByRole('button', { name: '下课' }).click();
  await teacher.page.getByText(/^下课了：2 \/ 3/).waitFor(wait);
  await pupil.page.getByText('这里没有回放').waitFor(wait);
  expect(teacher.complaints).toEqual([]);
  // The one other server is the meeting that the pupil went to.
  expect(pupil.complaints).toEqual(['foreign: https://meeting.example.edu.cn/j/7']);
});

test('a lesson seen to by hand: call, visit or paper in two taps, on a telephone and with the keyboard', async () => {
  const lesson = await aLesson(db, { mode: 'contacted' });
  const { page, complaints } = await open(lesson, lesson.teacher);
  await page.getByText(/^0 \/ 3 人联系上了/).waitFor(wait);
  expect(await fits(page)).toBe(0);

  await page.getByRole('button', { name: /^联系/ }).first().tap();
  await page.getByRole('group', { name: '学习单' }).getByRole('button', { name: '给了', exact: true }).tap();
  await page.getByText(/^1 \/ 3 人联系上了/).waitFor(wait);

  await page.getByRole('button', { name: /^联系/ }).first().focus();
  await page.keyboard.press('Enter');
  await page.getByRole('group', { name: '上门' }).getByRole('button', { name: '讲了' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText(/^2 \/ 3 人联系上了/).waitFor(wait);

  // Nobody answered: noted, and the pupil stays among those who still need somebody.
  await page.getByRole('button', { name: /^联系/ }).first().tap();
  await page.getByRole('group', { name: '电话' }).getByRole('button', { name: '没人应' }).tap();
  await page.getByText(/电话：没人应/).waitFor(wait);
  await page.reload();
  await page.getByText(/^2 \/ 3 人联系上了/).waitFor(wait);
  await page.getByText(/电话：没人应/).waitFor(wait);
  expect(await seriousFindings(page)).toEqual([]);
  expect(complaints.filter((line) => !line.includes('409'))).toEqual([]);
});
