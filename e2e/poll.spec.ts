import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seriousFindings } from './axe.ts';
import { launchChromium } from './browser.ts';
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

const bars = (page: Page) => page.locator('.poll-bars li');

test('a question from the first tap to the bars: asked, answered on telephones, once, shown without names', async () => {
  const taught = await aTaughtLesson(app, { pupilsEach: 3 });
  await taught.say(3);
  await taught.showPage(1, '哪个方程对？');
  const [first, second] = [await enterAsPupil(browser, taught, 0), await enterAsPupil(browser, taught, 1)];
  const teacher = await enterAsTeacher(browser, taught);
  await teacher.getByRole('button', { name: '提问' }).click(wait);
  const form = teacher.getByRole('group', { name: '问全班' });
  await form.getByRole('textbox', { name: '选项 A' }).fill('60x = 120x + 4');
  await form.getByRole('textbox', { name: '选项 B' }).fill('60(x + 4) = 120x');
  await form.getByRole('radio', { name: 'B 是对的' }).check();
  await picture(teacher, 'poll-form');
  expect(await seriousFindings(teacher)).toEqual([]);
  await form.getByRole('button', { name: '开始答题' }).click();

  await first.getByRole('heading', { name: '老师提问' }).waitFor(wait);
  expect(await first.content()).not.toContain('是对的');
  await first.getByRole('button', { name: '交给老师' }).click();
  await first.getByText('先选一个，再交。').waitFor();
  await first.getByRole('radio', { name: /^B/ }).check();
  await picture(first, 'poll-question');
  expect(await seriousFindings(first)).toEqual([]);
  await first.getByRole('button', { name: '交给老师' }).click();
  await first.getByText('已交给老师：B。等老师公布。').waitFor();

  // The second pupil's line breaks while handing in: it is handed in by itself when the line is back, once.
  await second.getByRole('radio', { name: /^C/ }).check(wait);
  await second.context().setOffline(true);
  await second.getByRole('button', { name: '交给老师' }).click();
  await second.getByText('网断了，还没交上').waitFor(wait);
  await second.context().setOffline(false);
  await second.getByText('已交给老师：C。').waitFor(wait);

  await teacher.getByText('2 人答了').waitFor(wait);
  await picture(teacher, 'poll-answers');
  await expect.poll(() => bars(teacher).nth(1).locator('.dots i').count(), wait).toBe(1);
  await teacher.getByRole('button', { name: '给学生看结果' }).click();
  await teacher.getByText('学生看到了结果').waitFor(wait);
  await bars(first).first().waitFor(wait);
  expect(await bars(first).allTextContents()).toEqual([
    'A60x = 120x + 40 人',
    'B60(x + 4) = 120x对的你的答案1 人',
    'C1 人',
    'D0 人',
  ]);
  await picture(first, 'poll-result');
  expect(await seriousFindings(first)).toEqual([]);
  expect(await seriousFindings(teacher)).toEqual([]);
  await first.getByRole('button', { name: '收起这题' }).click();
  expect(await bars(first).count()).toBe(0);

  // A reload in the middle of the next question: what was handed in is still said to be.
  await teacher.getByRole('button', { name: '再问一次' }).click();
  await form.getByRole('radio', { name: '填数' }).check();
  await form.getByRole('textbox', { name: '正确的数' }).fill('４');
  await form.getByRole('button', { name: '开始答题' }).click();
  await first.getByRole('textbox', { name: '老师提问' }).fill('4.0', wait);
  await first.keyboard.press('Enter');
  await first.getByText('已交给老师：4.0。').waitFor(wait);
  await first.reload();
  await first.getByText('已交给老师：4.0。').waitFor(wait);
  await teacher.getByRole('button', { name: '收题' }).click();
  await expect.poll(() => bars(teacher).allTextContents(), wait).toEqual(['4.0对的1 人']);
});
