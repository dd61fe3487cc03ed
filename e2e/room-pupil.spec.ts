import { sql } from 'kysely';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { seriousFindings } from './axe.ts';
import { desk, launchChromium, openDevice, phone } from './browser.ts';
import { aTaughtLesson, buildTestApp, type TaughtLesson } from './fixtures/taught-lesson.ts';
import { slowProxy } from './proxy.ts';

const app = await buildTestApp();
const poorLine = { bitsPerSecond: 40_000, roundTripMs: 600 };
let browser: Browser;

beforeAll(async () => {
  // `lan.test` stands for a school's own address: it is no secure context, as in a classroom without certificates.
  browser = await launchChromium({
    switches: ['--autoplay-policy=no-user-gesture-required', '--host-resolver-rules=MAP lan.test 127.0.0.1'],
  });
});
afterAll(async () => {
  await browser?.close();
});

/** A lesson under way for 20 s, on its second page; the teacher goes on talking until the test is over. */
async function aRunningLesson(): Promise<TaughtLesson> {
  const taught = await aTaughtLesson(app);
  await taught.say(3);
  await taught.showPage(1, '一元一次方程的应用');
  await taught.say(4);
  await taught.showPage(2, '追及问题');
  await taught.draw(...wave(1));
  await taught.say(3);
  onTestFinished(taught.keepTalking());
  return taught;
}

const wave = (id: number) =>
  [
    { kind: 'strokeStart', dtMs: 0, id, tool: 1, colour: 1, width: 40 },
    {
      kind: 'strokePoints',
      dtMs: 0,
      id,
      points: Array.from({ length: 40 }, (_, i) => ({
        x: 600 + i * 60,
        y: 4200 + Math.round(Math.sin(i / 3) * 300),
        tMs: i * 20,
      })),
    },
    { kind: 'strokeEnd', dtMs: 900, id },
  ] as const;

async function follow(taught: TaughtLesson, { pupil = 0, at = taught.origin, device = phone } = {}) {
  const opened = await openDevice(browser, device);
  await taught.signIn(opened.page.context(), pupil, at);
  onTestFinished(opened.close);
  await opened.page.goto(at + taught.path);
  return opened;
}

const voiceLine = (page: Page) => page.locator('.vrow [role=status]');
const speaking = '老师在讲，声音正常';

/** How many points of ink the board shows: painted pixels of the pen's canvas. */
const inkOn = (page: Page): Promise<number> =>
  page.locator('canvas.page-pen').evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    let painted = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i]! > 0) painted += 1;
    return painted;
  });

async function heardMs({ lesson }: TaughtLesson, pupil: number): Promise<number> {
  const found = await sql<{ ms: number }>`
    SELECT coalesce(sum(heard_ms), 0)::int AS ms FROM presence
    WHERE lesson_id = ${lesson.lessonId}::uuid AND person_id = ${lesson.pupils[pupil]!.personId}::uuid`.execute(
    app.db,
  );
  return found.rows[0]!.ms;
}

test('a pupil who comes in late sees the page and its ink at once and hears the teacher', async () => {
  const taught = await aRunningLesson();
  const { page, complaints } = await follow(taught);
  await expect
    .poll(() => page.locator('.page-frame img').getAttribute('alt'), { timeout: 20_000 })
    .toContain('追及问题');
  await expect.poll(() => voiceLine(page).textContent(), { timeout: 20_000 }).toBe(speaking);
  expect(await inkOn(page)).toBeGreaterThan(500);

  await taught.draw(
    ...wave(2).map((event) =>
      event.kind === 'strokePoints'
        ? { ...event, points: event.points.map((point) => ({ ...point, y: point.y - 1500 })) }
        : event,
    ),
  );
  const before = await inkOn(page);
  await expect.poll(() => inkOn(page), { timeout: 20_000 }).toBeGreaterThan(before * 1.6);

  await page.getByRole('button', { name: '看前一页' }).click();
  await expect.poll(() => page.locator('.page-frame img').getAttribute('alt')).toContain('一元一次');
  expect(await inkOn(page)).toBe(0);
  await page.getByRole('button', { name: '回到老师这一页' }).click();
  await expect.poll(() => page.locator('.page-frame img').getAttribute('alt')).toContain('追及问题');

  // The first beat goes out after eight seconds and says what was really played.
  await expect.poll(() => heardMs(taught, 0), { timeout: 15_000 }).toBeGreaterThan(2000);
  expect(complaints).toEqual([]);
});

test('hand, lost, talk and roll call reach the server, with the keyboard alone', async () => {
  const taught = await aRunningLesson();
  const { page, complaints } = await follow(taught);
  await expect.poll(() => voiceLine(page).textContent(), { timeout: 20_000 }).toBe(speaking);

  await page.locator('body').press('Tab');
  for (
    let presses = 0;
    presses < 20 && !(await page.locator(':focus').textContent())?.includes('举手');
    presses += 1
  ) {
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  await expect
    .poll(() => page.getByRole('button', { name: '放下手' }).textContent(), { timeout: 5000 })
    .toContain('排第 1 个');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect
    .poll(() => page.getByRole('button', { name: '没听懂' }).textContent(), { timeout: 5000 })
    .toContain('老师知道了');

  await page.getByRole('textbox', { name: '说一句' }).focus();
  await page.keyboard.type('那小禾一共走了 8 分钟？');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('.log .msg').allTextContents(), { timeout: 5000 }).toHaveLength(1);
  await taught.post('/chat', { clientId: 'teacher-1', text: '对' });
  await expect.poll(() => page.locator('.log .msg').allTextContents(), { timeout: 5000 }).toHaveLength(2);
  expect(await page.locator('.log .msg').first().textContent()).toBe('我那小禾一共走了 8 分钟？');

  const rollCall = { id: '019a0000-0000-7000-8000-0000000000aa', seconds: 60 };
  expect((await taught.post('/roll-calls', rollCall)).statusCode).toBe(200);
  await page.getByRole('alertdialog').waitFor({ timeout: 8000 });
  expect(await seriousFindings(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await page.getByRole('alertdialog').waitFor({ state: 'detached', timeout: 8000 });
  const answered = await sql<{
    n: number;
  }>`SELECT count(*)::int AS n FROM roll_call_answers WHERE roll_call_id = ${rollCall.id}::uuid`.execute(
    app.db,
  );
  expect(answered.rows[0]!.n).toBe(1);
  await page.reload();
  await expect.poll(() => voiceLine(page).textContent(), { timeout: 20_000 }).toBe(speaking);
  expect(await page.getByRole('alertdialog').count(), 'the roll call asks once').toBe(0);
  expect(complaints).toEqual([]);
});

test('the order keys act on the page within two seconds, and removal ends it', async () => {
  const taught = await aRunningLesson();
  const { page } = await follow(taught);
  await expect.poll(() => voiceLine(page).textContent(), { timeout: 20_000 }).toBe(speaking);
  const say = page.getByRole('textbox', { name: '说一句' });

  await taught.order('muteAll');
  await expect.poll(() => say.isDisabled(), { timeout: 2000 }).toBe(true);
  expect(await page.getByRole('button', { name: '举手' }).getAttribute('aria-disabled')).toBe('true');
  await taught.order('unmuteAll');
  await expect.poll(() => say.isDisabled(), { timeout: 2000 }).toBe(false);
  await taught.order('pause');
  await page.getByText('不用退出，马上接着上。').waitFor({ timeout: 2000 });
  await taught.order('resume');
  await expect.poll(() => voiceLine(page).textContent(), { timeout: 4000 }).toBe(speaking);

  const { personId } = taught.lesson.pupils[0]!;
  expect((await taught.post('/remove', { personId })).statusCode).toBe(204);
  await page.getByText('老师请你先离开这节课').waitFor({ timeout: 5000 });
  expect(await page.locator('.page-frame').count()).toBe(0);
});

test('on 40 kbit/s and 600 ms the voice never stalls, pages come small, and the meter tells the truth', async () => {
  const taught = await aRunningLesson();
  const line = await slowProxy({ host: '127.0.0.1', port: taught.port }, poorLine);
  onTestFinished(line.close);
  const { page } = await follow(taught, { at: `http://127.0.0.1:${line.port}` });
  const openedAt = performance.now();
  await expect.poll(() => voiceLine(page).textContent(), { timeout: 40_000, interval: 100 }).toBe(speaking);
  expect(performance.now() - openedAt, 'first word').toBeLessThan(12_000);
  const lines: (string | null)[] = [];
  for (let i = 0; i < 60; i += 1) {
    await page.waitForTimeout(1000);
    if (i === 20) await taught.showPage(3, '练一练');
    lines.push(await voiceLine(page).textContent());
  }
  expect([...new Set(lines)]).toEqual([speaking]);
  await expect.poll(() => page.locator('.page-frame img').getAttribute('alt')).toContain('练一练');
  expect(
    await page.locator('.page-frame img').evaluate((image: HTMLImageElement) => image.naturalWidth),
  ).toBeGreaterThan(100);

  const shown = await page.locator('.meter').getAttribute('aria-label');
  const megabytes = Number(/[\d.]+/.exec(shown ?? '')?.[0]);
  const carried = line.carried.down / 1_000_000;
  expect(Math.abs(megabytes - carried)).toBeLessThan(0.06 + carried * 0.15);
});

test('a line that breaks for twelve seconds costs no word', async () => {
  const taught = await aRunningLesson();
  const line = await slowProxy(
    { host: '127.0.0.1', port: taught.port },
    { bitsPerSecond: 2_000_000, roundTripMs: 60 },
  );
  onTestFinished(line.close);
  const { page } = await follow(taught, { at: `http://127.0.0.1:${line.port}` });
  await expect.poll(() => voiceLine(page).textContent(), { timeout: 20_000 }).toBe(speaking);
  line.cut();
  await page.getByText('正在接回').first().waitFor({ timeout: 20_000 });
  await page.getByRole('textbox', { name: '说一句' }).fill('我断线了');
  await page.keyboard.press('Enter');
  await page.getByText('等网络').waitFor({ timeout: 20_000 });
  await page.waitForTimeout(5000);
  line.restore();
  await expect
    .poll(() => voiceLine(page).textContent(), { timeout: 15_000 })
    .toMatch(/比老师晚 \d+ 秒，一句不少/);
  await expect.poll(() => page.getByText('等网络').count(), { timeout: 20_000 }).toBe(0);
  expect(await page.locator('.log .msg').allTextContents()).toEqual(['我我断线了']);
  await page.getByRole('button', { name: '去到最新' }).click();
  await expect.poll(() => voiceLine(page).textContent(), { timeout: 20_000 }).toBe(speaking);
});

test('over a school’s plain address without a secure context everything works', async () => {
  const taught = await aRunningLesson();
  const { page, complaints } = await follow(taught, {
    at: `http://lan.test:${taught.port}`,
    device: desk,
  });
  await expect.poll(() => voiceLine(page).textContent(), { timeout: 20_000 }).toBe(speaking);
  expect(await page.evaluate(() => [isSecureContext, 'randomUUID' in crypto])).toEqual([false, false]);
  await page.getByRole('textbox', { name: '说一句' }).fill('听得到');
  await page.keyboard.press('Enter');
  await expect
    .poll(() => page.locator('.log .msg').allTextContents(), { timeout: 5000 })
    .toEqual(['我听得到']);
  // The browser itself remarks that a header for secure pages means nothing here.
  expect(complaints.filter((line) => !line.includes('Cross-Origin-Opener-Policy'))).toEqual([]);
});

/** What stands on the page, read as no person would: every look of the test's own counts as a touch to the browser. */
async function lookedAt(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page);
  try {
    const { result } = await session.send('Runtime.evaluate', {
      expression: 'document.body.innerText',
      userGesture: false,
    });
    return String(result.value);
  } finally {
    await session.detach();
  }
}

test('a phone that lets nothing play by itself asks for a touch and follows the board meanwhile', async () => {
  const strict = await launchChromium({ switches: ['--autoplay-policy=document-user-activation-required'] });
  onTestFinished(() => strict.close());
  const taught = await aRunningLesson();
  const { page } = await openDevice(strict, phone);
  await taught.signIn(page.context(), 0);
  await page.goto(taught.origin + taught.path);
  const hear = page.getByRole('button', { name: '点一下，开始听' });
  await expect.poll(() => lookedAt(page), { timeout: 20_000 }).toContain('点一下，开始听');
  await taught.showPage(3, '练一练');
  await taught.say(1);
  await expect
    .poll(() => page.locator('.page-frame img').getAttribute('alt'), { timeout: 6000 })
    .toContain('练一练');
  await page.waitForTimeout(9000);
  expect(await heardMs(taught, 0), 'unheard time is not presence').toBe(0);
  await hear.click();
  await expect.poll(() => voiceLine(page).textContent(), { timeout: 8000 }).toBe(speaking);
});
