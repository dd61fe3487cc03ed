import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
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

  await teacher.getByRole('button', { name: '课堂报告' }).click();
  const report = teacher.getByRole('region', { name: '课堂报告' });
  await expect.poll(() => report.getByRole('row').count(), wait).toBe(1 + 3);
  await report.getByText('这节课没有提问。').waitFor();
  await report.getByText('第 1 页：1 人').waitFor();
  await picture(teacher, 'report-desk');
  expect(await seriousFindings(teacher)).toEqual([]);
  const download = teacher.waitForEvent('download');
  await report.getByRole('link', { name: '下载表格' }).click();
  expect((await download).suggestedFilename()).toMatch(/^\d{4}-\d\d-\d\d 数学 .+\.xlsx$/);
  await teacher.setViewportSize({ width: 390, height: 844 });
  await picture(teacher, 'report-phone');
  expect(await seriousFindings(teacher)).toEqual([]);
});

test('a pupil called by lot sees it and nobody else does; a countdown runs for all and is stopped for all', async () => {
  const taught = await aTaughtLesson(app, { pupilsEach: 2 });
  await taught.say(3);
  await taught.showPage(1, '练一练');
  onTestFinished(taught.keepTalking());
  const pupils = [
    await enterAsPupil(browser, taught, 0),
    await enterAsPupil(browser, taught, 1, { ...phone, locale: 'en' }),
  ] as const;
  const [first, second] = pupils;
  const teacher = await enterAsTeacher(browser, taught);
  await first.getByText('老师在讲，声音正常').waitFor(wait);
  await second.getByText('Speaking, voice is fine').waitFor(wait);

  const call = teacher.getByRole('group', { name: '抽到' });
  await teacher.getByRole('button', { name: '抽一位' }).click(wait);
  await call.getByText('在课堂的还有 1 人没抽到过。').waitFor(wait);
  const seen = [first.getByText('老师点到你了'), second.getByText('The teacher calls you')] as const;
  const counts = () => Promise.all(seen.map((one) => one.count()));
  await expect.poll(async () => (await counts()).toSorted(), wait).toEqual([0, 1]);
  const one = (await counts()).indexOf(1) as 0 | 1;
  const other = one === 0 ? 1 : 0;
  await picture(pupils[one], `called-${one === 0 ? 'zh' : 'en'}`);
  expect(await seriousFindings(pupils[one])).toEqual([]);
  await call.getByRole('button', { name: '再抽一位' }).click();
  await call.getByText('在课堂的都抽到过了，下一轮开始。').waitFor(wait);
  await seen[other].waitFor(wait);
  // The next call takes the place of the last.
  await seen[one].waitFor({ ...wait, state: 'detached' });
  await picture(pupils[other], `called-${other === 0 ? 'zh' : 'en'}`);
  await picture(teacher, 'called-teacher');
  expect(await seriousFindings(teacher)).toEqual([]);
  await pupils[other].getByRole('button', { name: /^(好|OK)$/ }).click();
  expect(await counts()).toEqual([0, 0]);
  await call.getByRole('button', { name: '收起' }).click();

  const timer = teacher.getByRole('group', { name: '倒计时' });
  await teacher.getByRole('button', { name: '倒计时' }).click();
  await timer.getByRole('textbox', { name: '自己定（分钟）' }).fill('0.1');
  await timer.getByRole('button', { name: '开始' }).click();
  await timer.getByText('写 0.5 到 60 之间的分钟数，如 2 或 1.5。').waitFor();
  await picture(teacher, 'timer-set');
  expect(await seriousFindings(teacher)).toEqual([]);
  await timer.getByRole('button', { name: '3 分钟' }).click();
  const shows = [timer, first, second].map((where) => where.getByRole('timer'));
  for (const show of shows) await expect.poll(() => show.textContent(), wait).toMatch(/^2:5\d$/);
  await picture(first, 'timer-pupil');
  await picture(second, 'timer-pupil-en');
  await picture(teacher, 'timer-teacher');
  expect(await seriousFindings(first)).toEqual([]);
  const texts = await Promise.all(shows.map((show) => show.textContent()));
  const seconds = texts.map((text) => Number(text?.slice(2)));
  expect(Math.max(...seconds) - Math.min(...seconds)).toBeLessThanOrEqual(2);
  await timer.getByRole('button', { name: '停' }).click();
  for (const show of shows) await show.waitFor({ ...wait, state: 'detached' });
  expect(await counts(), 'a call that was read does not come again').toEqual([0, 0]);
});

test('the chat: for the class, for the teacher alone, off; a bad line is gone from the class with two taps', async () => {
  const taught = await aTaughtLesson(app, { pupilsEach: 3 });
  await taught.say(3);
  const [author, reader] = [
    await enterAsPupil(browser, taught, 0),
    await enterAsPupil(browser, taught, 1, { ...phone, locale: 'en' }),
  ];
  const teacher = await enterAsTeacher(browser, taught);
  const say = async (text: string) => {
    await author.getByRole('textbox', { name: '说一句' }).fill(text, wait);
    await author.keyboard.press('Enter');
  };
  await say('大家好');
  await reader.getByText('大家好').waitFor(wait);
  await say('你真笨');
  await reader.getByText('你真笨').waitFor(wait);
  const log = reader.getByRole('log');
  await log.getByRole('button', { name: 'About this line' }).last().click();
  await picture(reader, 'report-pupil-en');
  expect(await seriousFindings(reader)).toEqual([]);
  await log.getByRole('button', { name: 'Report to the teacher' }).click();
  await log.getByText('你真笨').waitFor({ ...wait, state: 'detached' });
  await author.getByText('同学看不到这句了').waitFor(wait);
  const card = teacher.getByRole('group', { name: '有人举报了一句话，已先对全班收起' });
  await card.getByText('你真笨').waitFor(wait);
  await picture(teacher, 'report-teacher');
  expect(await seriousFindings(teacher)).toEqual([]);
  await card.getByRole('button', { name: '恢复给全班' }).click();
  await author.getByText('同学看不到这句了').waitFor({ ...wait, state: 'detached' });
  expect(await log.getByText('你真笨').count(), 'who reported a line does not get it back').toBe(0);
  const talk = teacher.getByRole('log');
  await talk.getByRole('button', { name: '对这句话' }).last().click();
  await talk.getByRole('button', { name: '对全班收起' }).click();
  await author.getByText('同学看不到这句了').waitFor(wait);

  const scope = teacher.getByRole('combobox', { name: '学生的话，谁能看到' });
  await scope.selectOption({ label: '只有老师' });
  await author.getByText('现在只有老师看得到').waitFor(wait);
  await say('老师，我不会');
  await talk.getByText('老师，我不会').waitFor(wait);
  await author.getByText('只有老师看到').last().waitFor(wait);
  await picture(author, 'chat-staff-pupil');
  await picture(teacher, 'chat-staff-teacher');
  expect(await seriousFindings(author)).toEqual([]);
  await scope.selectOption({ label: '关着，不能写' });
  await expect.poll(() => author.getByRole('textbox', { name: '说一句' }).isDisabled(), wait).toBe(true);
  await scope.selectOption({ label: '全班' });
  await say('好了');
  await reader.getByText('好了').waitFor(wait);
  expect(await reader.content()).not.toContain('我不会');
});
