import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seriousFindings } from './axe.ts';
import { launchChromium, phone } from './browser.ts';
import { enterAsPupil, enterAsTeacher, picture } from './fixtures/enter-lesson.ts';
import { aTaughtLesson, buildTestApp } from './fixtures/taught-lesson.ts';

const app = await buildTestApp();
let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium({
    microphone: true,
    switches: ['--autoplay-policy=no-user-gesture-required'],
  });
});
afterAll(async () => {
  await browser?.close();
});

const wait = { timeout: 20_000 };
const lost = (page: Page) => page.getByRole('button', { name: /^没听懂/ });

test('"I do not follow" of a page: told once, kept while the line is down, taken back, and counted at the page', async () => {
  const taught = await aTaughtLesson(app, { pupilsEach: 3 });
  await taught.say(3);
  await taught.showPage(1, '追及问题');
  const [first, second] = [
    await enterAsPupil(browser, taught, 0),
    await enterAsPupil(browser, taught, 1, { ...phone, locale: 'en' }),
  ];
  const teacher = await enterAsTeacher(browser, taught);
  for (const pupil of [first, second])
    await expect.poll(() => pupil.locator('.page-frame img').getAttribute('alt'), wait).toContain('追及问题');

  await first.context().setOffline(true);
  await lost(first).click();
  await first.getByText('等网络，连上就告诉').waitFor(wait);
  await first.context().setOffline(false);
  await first.getByText('老师知道了，再点收回').waitFor(wait);
  await second.getByRole('button', { name: /^I am lost/ }).click(wait);
  await second.getByText('Told. Tap to undo').waitFor(wait);
  await picture(first, 'lost-pupil');
  await picture(second, 'lost-pupil-en');
  await teacher.getByRole('button', { name: '第 1 页，2 人没听懂' }).waitFor(wait);
  await picture(teacher, 'lost-teacher');
  await teacher.setViewportSize({ width: 390, height: 844 });
  await picture(teacher, 'lost-teacher-phone');
  expect(await seriousFindings(teacher)).toEqual([]);
  await teacher.setViewportSize({ width: 1440, height: 900 });
  expect(await seriousFindings(first)).toEqual([]);
  expect(await seriousFindings(teacher)).toEqual([]);

  // Nobody in the class learns who did not follow, not even that somebody did not.
  expect(await second.content()).not.toContain('1 人');
  await first.reload();
  await first.getByText('老师知道了，再点收回').waitFor(wait);
  await lost(first).click();
  await first.getByText('只有老师看到').waitFor(wait);
  await teacher.getByRole('button', { name: '第 1 页，1 人没听懂' }).waitFor(wait);

  await taught.order('end');
  await teacher.getByRole('heading', { name: '没听懂最多的页' }).waitFor(wait);
  await teacher.getByRole('region', { name: '下课了' }).getByText('第 1 页：1 人').waitFor(wait);
  await picture(teacher, 'lost-summary');
});
