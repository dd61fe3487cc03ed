import { sql } from 'kysely';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { seriousFindings } from './axe.ts';
import { desk, launchChromium, openDevice, phone } from './browser.ts';
import { aTaughtLesson, buildTestApp, type TaughtLesson } from './fixtures/taught-lesson.ts';
import { slowProxy } from './proxy.ts';

const app = await buildTestApp();
let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium({ switches: ['--autoplay-policy=document-user-activation-required'] });
});
afterAll(async () => {
  await browser?.close();
});

/** A lesson of two minutes with three pages, ink and talk, over. */
async function aLessonThatEnded(): Promise<TaughtLesson> {
  const taught = await aTaughtLesson(app);
  await taught.say(2);
  await taught.showPage(1, '一元一次方程的应用');
  await taught.say(18);
  await taught.showPage(2, '追及问题');
  await taught.draw(
    { kind: 'strokeStart', dtMs: 0, id: 1, tool: 1, colour: 1, width: 60 },
    {
      kind: 'strokePoints',
      dtMs: 0,
      id: 1,
      points: [
        { x: 700, y: 4500, tMs: 0 },
        { x: 5000, y: 4800, tMs: 400 },
      ],
    },
    { kind: 'strokeEnd', dtMs: 500, id: 1 },
  );
  await taught.post(
    '/chat',
    { clientId: 'pupil-says-1', text: '哥哥走得快' },
    taught.lesson.pupils[1]!.headers,
  );
  await taught.say(20);
  await taught.showPage(3, '小结');
  await taught.say(20);
  await taught.order('end');
  return taught;
}

async function watch(taught: TaughtLesson, { device = phone, pupil = 0, at = taught.origin } = {}) {
  const opened = await openDevice(browser, device);
  onTestFinished(opened.close);
  await taught.signIn(opened.page.context(), pupil, at);
  await opened.page.goto(at + taught.path);
  await opened.page.getByRole('button', { name: '播放' }).waitFor({ timeout: 20_000 });
  return opened;
}

const heading = (page: Page) => page.locator('.page-frame img').getAttribute('alt');
const ink = (page: Page): Promise<boolean> =>
  page.locator('canvas.page-pen').evaluate((canvas: HTMLCanvasElement) =>
    canvas
      .getContext('2d')!
      .getImageData(0, 0, canvas.width, canvas.height)
      .data.some((value) => value > 0),
  );
const secondsAt = async (page: Page): Promise<number> =>
  Number(await page.getByRole('slider').getAttribute('aria-valuenow'));

async function counted({ logId, lesson }: TaughtLesson, pupil: number): Promise<number> {
  const found = await sql<{ seconds: number }>`
    SELECT counted_seconds AS seconds FROM room_heard h JOIN lesson_logs l ON l.school_day = h.school_day AND l.lesson_id = h.lesson_id
    WHERE l.id = ${logId}::uuid AND h.person_id = ${lesson.pupils[pupil]!.personId}::uuid`.execute(app.db);
  return found.rows[0]?.seconds ?? 0;
}

test('a recording waits for a touch, then plays page, ink and voice in step', async () => {
  const taught = await aLessonThatEnded();
  const { page, complaints } = await watch(taught);
  expect(await page.getByText(/再看 2 分钟就补上了/).count()).toBe(1);
  await page.waitForTimeout(1500);
  expect(await secondsAt(page), 'nothing plays by itself').toBe(0);

  await page.getByRole('button', { name: '播放' }).click();
  await expect.poll(() => secondsAt(page), { timeout: 20_000 }).toBeGreaterThan(4);
  await expect.poll(() => heading(page)).toContain('一元一次');
  await page.getByRole('button', { name: /追及问题/ }).click();
  await expect.poll(() => heading(page), { timeout: 8000 }).toContain('追及问题');
  await expect.poll(() => ink(page), { timeout: 8000 }).toBe(true);
  await page.getByRole('slider').press('Home');
  await expect.poll(() => ink(page), { timeout: 8000 }).toBe(false);
  await page.getByRole('tab', { name: /聊天 1/ }).click();
  await page.getByText('哥哥走得快').waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  expect(complaints).toEqual([]);
});

test('what is played counts once, at double speed too, and what is skipped does not', async () => {
  const taught = await aLessonThatEnded();
  const { page } = await watch(taught, { device: desk });
  await page.getByRole('radio', { name: '2', exact: true }).check({ force: true });
  await page.getByRole('button', { name: '播放' }).click();
  await expect.poll(() => secondsAt(page), { timeout: 20_000 }).toBeGreaterThan(20);
  const first = await secondsAt(page);
  await page.getByRole('slider').press('End');
  for (let steps = 0; steps < 3; steps += 1) await page.getByRole('slider').press('ArrowLeft');
  await expect.poll(() => secondsAt(page), { timeout: 20_000 }).toBeGreaterThan(112);
  await page.getByRole('button', { name: '暂停' }).click();
  await expect.poll(() => counted(taught, 0), { timeout: 25_000 }).toBeGreaterThan(first);
  const seconds = await counted(taught, 0);
  expect(seconds, 'about 20 s at the beginning and 10 s at the end, not the 80 s between').toBeLessThan(
    first + 20,
  );

  await page.reload();
  await page.getByRole('button', { name: '播放' }).waitFor({ timeout: 20_000 });
  const at = await secondsAt(page);
  expect(Math.abs(at - first), 'watching goes on where it was left').toBeLessThan(4);
});

test('seeking while the line is broken goes on there when it is back', async () => {
  const taught = await aLessonThatEnded();
  const line = await slowProxy(
    { host: '127.0.0.1', port: taught.port },
    { bitsPerSecond: 100_000, roundTripMs: 300 },
  );
  onTestFinished(line.close);
  const { page } = await watch(taught, { at: `http://127.0.0.1:${line.port}` });
  await page.getByRole('button', { name: '播放' }).click();
  await expect.poll(() => secondsAt(page), { timeout: 30_000 }).toBeGreaterThan(2);
  line.cut();
  await page.getByRole('button', { name: /小结/ }).click();
  await page.getByText('网断了，正在接回。进度不会丢').waitFor({ timeout: 20_000 });
  line.restore();
  await expect.poll(() => secondsAt(page), { timeout: 30_000 }).toBeGreaterThan(82);
  await expect.poll(() => heading(page), { timeout: 20_000 }).toContain('小结');
  expect(await page.getByText('网断了').count()).toBe(0);
});
