import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIRequestContext, Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type ServerProcess,
  removeServerData,
  startServerProcess,
} from '../src/platform/testing/server-process.ts';
import { type BuiltLesson, type Headers, aLesson } from '../src/rooms/testing/a-lesson.ts';
import { testDatabase } from '../src/platform/testing/database.ts';
import {
  type FeedFrame,
  type LessonEvent,
  type PageRow,
  VOICE_SEGMENT_MS,
  decodeEvents,
  decodeFeed,
  decodeJsonRow,
} from '../src/rooms/wire.ts';
import { seriousFindings } from './axe.ts';
import { desk, launchChromium, openDevice, phone, policyComplaints } from './browser.ts';
import { chinesePdf } from './fixtures/pdf-file.ts';
import { findPlace, loudness, speechLike, wavFile } from './fixtures/speech.ts';

const source = loudness(speechLike(150));
const { db, url } = await testDatabase();

let folder: string;
let server: ServerProcess;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'teacher-room-'));
  const wav = join(folder, 'speech.wav');
  await writeFile(wav, wavFile(speechLike(150)));
  [server, browser] = await Promise.all([
    startServerProcess({ env: { DATABASE_URL: url } }),
    launchChromium({
      microphone: { wavFile: wav },
      switches: ['--autoplay-policy=no-user-gesture-required'],
    }),
  ]);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  if (server) await removeServerData(server.dataDir);
  await rm(folder, { recursive: true, force: true });
});

test('a lesson from the first click to the end: pages, ink, class, a killed server and a reload', async () => {
  const lesson = await aLesson(db, { pupilsEach: 6 });
  const teacher = await enter(lesson.teacher.headers, desk);
  const { page } = teacher;
  await page.goto(roomOf(lesson));

  await page.getByRole('button', { name: '开始上课' }).waitFor();
  expect(await page.getByRole('heading', { name: /人到了/ }).textContent()).toMatch(/^0 \/ \d+ 人到了$/);
  await page.getByRole('button', { name: '开始上课' }).click();
  await page.getByText('声音和板书都存好了').waitFor({ timeout: 15_000 });

  await addFile(page, 'lesson.pdf', chinesePdf(3, '追及问题'));
  await expect.poll(() => page.getByRole('button', { name: /^第 3 页$/ }).count(), wait).toBe(1);
  await draw(page);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('2');
  await draw(page);

  const pupil = await enter(lesson.pupils[0]?.headers ?? {}, phone);
  const act = async (what: string, body: object) =>
    (await pupil.page.request.post(`${server.url}/api/rooms/${lesson.schoolDay}/${lesson.lessonId}/${what}`, {
      data: body,
      headers: { origin: server.url, 'nol-client': 'web', 'idempotency-key': `key-${what}-0123456789abcdef` },
    })) satisfies { status(): number };
  expect((await act('join', {})).status()).toBe(200);
  await page.getByText(/^1 \/ \d+ 人到了$/).waitFor();
  expect((await act('chat', { clientId: 'line-0001', text: '老师好，听得清' })).status()).toBe(200);
  await page.getByText('老师好，听得清').waitFor();
  expect((await act('hand', { up: true })).status()).toBe(204);
  await page.getByRole('heading', { name: /举手/ }).waitFor();
  expect((await act('lost', { pageN: 2 })).status()).toBe(204);
  await page.getByRole('button', { name: '第 2 页，1 人没听懂' }).waitFor();
  await page.getByRole('button', { name: '点名' }).click();
  await page.getByText(/0 人答了，还差 1 人/).waitFor();
  await page.getByRole('textbox', { name: '对全班说' }).fill('先自己列方程');
  await page.keyboard.press('Enter');
  await page.getByText('先自己列方程').waitFor();
  expect(await seriousFindings(page)).toEqual([]);

  await page.keyboard.press('Escape');
  await page.keyboard.press('Alt+m');
  await page.getByRole('button', { name: '解除禁言' }).waitFor();
  expect((await act('chat', { clientId: 'line-0002', text: '还能说吗' })).status()).toBe(409);

  const port = Number(new URL(server.url).port);
  await server.kill();
  await page.getByText(/秒声音没发出/).waitFor({ timeout: 20_000 });
  server = await startServerProcess({ dataDir: server.dataDir, port, env: { DATABASE_URL: url } });
  await page.getByText('声音和板书都存好了').waitFor({ timeout: 40_000 });

  page.on('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await page.getByText('声音和板书都存好了').waitFor({ timeout: 20_000 });
  await expect
    .poll(() => page.getByRole('button', { name: /^第 2 页/ }).getAttribute('aria-current'))
    .toBe('true');
  await page.waitForTimeout(5_000);

  await page.keyboard.press('Alt+e');
  await page.getByText(/人没到，会留在班主任的名单上/).waitFor();
  await page.getByRole('button', { name: '下课', exact: true }).last().click();
  await page.getByRole('heading', { name: '下课了' }).waitFor();
  await page.getByText('声音、页和板书都存好了，可以关了。').waitFor({ timeout: 60_000 });
  expect(await seriousFindings(page)).toEqual([]);

  const frames = await wholeLog(page.request, lesson);
  expectWholeVoice(frames);
  const events = frames.filter(({ track }) => track === 'events').flatMap(({ bytes }) => decodeEvents(bytes));
  expectInk(events);
  const pages = frames
    .filter(({ track }) => track === 'pages')
    .map(({ bytes }) => decodeJsonRow<PageRow>(bytes).text);
  expect(pages).toEqual(['追及问题1', '追及问题2', '追及问题3']);
  await expectSpeech(page, frames);
  await page.getByRole('link', { name: '看回放' }).click();
  await page.getByRole('button', { name: '播放' }).first().waitFor(wait);
  expect(policyComplaints([...teacher.complaints, ...pupil.complaints])).toEqual([]);
  await pupil.close();
  await teacher.close();
});

test('a telephone: a book of 2,000 pages, a broken file, a second tab, a page nobody looks at', async () => {
  const lesson = await aLesson(db, { startsInMinutes: 4 });
  const teacher = await enter(lesson.teacher.headers, phone);
  const { page } = teacher;
  const address = roomOf(lesson);
  await page.goto(address);
  await page.getByRole('button', { name: '开始上课' }).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);

  await page.getByRole('tab', { name: '页' }).click();
  await addFile(page, 'book.pdf', chinesePdf(2_000, '第'));
  await page.getByText('这个 PDF 有 2000 页，这节课还能加 300 页。要哪几页？').waitFor();
  await page.getByRole('spinbutton', { name: '从第几页' }).fill('1200');
  await page.getByRole('spinbutton', { name: '到第几页' }).fill('1100');
  await page.getByRole('button', { name: '加这些页' }).click();
  await page.getByText('页码要在 1 到 2000 之间，前一个不能比后一个大。').waitFor();
  await page.getByRole('spinbutton', { name: '到第几页' }).fill('1201');
  await page.getByRole('button', { name: '加这些页' }).click();
  await page.getByRole('button', { name: /^第 2 页/ }).waitFor(wait);
  expect(await page.getByRole('img', { name: '第 1 页：第1200' }).count()).toBe(1);

  await addFile(page, 'broken.pdf', Buffer.from('%PDF-1.7 nothing'));
  await page.getByRole('alert').getByText('这个 PDF 打不开，文件可能坏了。').waitFor();
  await page.getByRole('button', { name: '收起' }).click();
  expect(await seriousFindings(page)).toEqual([]);

  await page.getByRole('button', { name: '开始上课' }).click();
  await page.getByText('声音和板书都存好了').waitFor({ timeout: 20_000 });
  const before = await lessonSeconds(page);
  const second = await page.context().newPage();
  await second.goto(address);
  await second.getByText('这节课正在另一个标签页里上').waitFor(wait);
  await second.bringToFront();
  await second.waitForTimeout(8_000);
  await page.bringToFront();
  await expect.poll(() => lessonSeconds(page), wait).toBeGreaterThanOrEqual(before + 8);
  await page.getByText('声音和板书都存好了').waitFor();

  await second.getByRole('button', { name: '改在这里上' }).click();
  await page.getByText('这节课正在另一个标签页里上').waitFor(wait);
  await second.getByText('声音和板书都存好了').waitFor(wait);
  await teacher.close();
});

/** Lesson time up to which the server holds the voice, as the top bar says. */
async function lessonSeconds(page: Page): Promise<number> {
  const [, minutes = '0', seconds = '0'] =
    /存到 (\d+):(\d\d)/.exec(await page.locator('.save').innerText()) ?? [];
  return Number(minutes) * 60 + Number(seconds);
}

const wait = { timeout: 30_000 };

/** Somebody's device, signed in. */
async function enter({ cookie = '' }: Headers, options: Parameters<typeof openDevice>[1]) {
  const device = await openDevice(browser, { ...options, permissions: ['microphone'] });
  const value = /=([^;]+)/.exec(cookie)?.[1] ?? '';
  const name = `nol_${new URL(server.url).port}`;
  await device.page.context().addCookies([{ name, value, url: server.url }]);
  return device;
}

function roomOf({ schoolDay, lessonId, teacher }: BuiltLesson): string {
  return `${server.url}/room/${schoolDay}/${lessonId}?as=${teacher.headers['nol-appointment']}`;
}

async function addFile(page: Page, name: string, file: Buffer): Promise<void> {
  await page.getByRole('button', { name: '加一页' }).click();
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'PDF 或图片' }).click();
  await (await chooser).setFiles({ name, mimeType: 'application/pdf', buffer: file });
}

async function draw(page: Page): Promise<void> {
  const box = await page.locator('.page-frame').boundingBox();
  if (!box) throw new Error('the page is not shown');
  await page.mouse.move(box.x + 80, box.y + 200);
  await page.mouse.down();
  for (let step = 1; step <= 20; step++) {
    await page.mouse.move(box.x + 80 + step * 12, box.y + 200 + Math.sin(step / 3) * 30);
  }
  await page.mouse.up();
}

async function wholeLog(request: APIRequestContext, lesson: BuiltLesson): Promise<FeedFrame[]> {
  const { cookie: _, ...own } = lesson.teacher.headers;
  const headers = { ...own, origin: server.url };
  const base = `${server.url}/api`;
  const joined = await request.post(`${base}/rooms/${lesson.schoolDay}/${lesson.lessonId}/join`, {
    data: {},
    headers: { ...headers, 'idempotency-key': 'key-read-0123456789abcdef' },
  });
  const { logId } = (await joined.json()) as { logId: string };
  const next = { voice: 0, events: 1, talk: 1, pages: 1 };
  const all: FeedFrame[] = [];
  for (;;) {
    const query = new URLSearchParams({ hold: '0', max: '500000' });
    for (const [track, n] of Object.entries(next)) query.set(track, String(n));
    const answer = await request.get(`${base}/logs/${logId}/feed?${query}`, { headers });
    const frames = decodeFeed(await answer.body());
    if (frames.length === 0) return all;
    for (const frame of frames) next[frame.track] = Math.max(next[frame.track], frame.n + 1);
    all.push(...frames);
  }
}

/** Numbers without a hole; every piece but the last is 1.98 s and begins where the one before ended. */
function expectWholeVoice(frames: readonly FeedFrame[]): void {
  const voice = frames.filter(({ track }) => track === 'voice').sort((a, b) => a.n - b.n);
  expect(voice.map(({ n }) => n)).toEqual(voice.map((_, index) => index));
  const segments = voice.slice(1);
  expect(segments.map(({ startMs }) => startMs)).toEqual(segments.map((_, i) => i * VOICE_SEGMENT_MS));
  expect(segments.length).toBeGreaterThan(8);
}

function expectInk(events: readonly LessonEvent[]): void {
  const strokes = events.filter((event) => event.kind === 'strokeStart');
  expect(strokes.map(({ tool }) => tool)).toEqual([1, 2]);
  expect(new Set(strokes.map(({ id }) => id)).size).toBe(2);
  const points = events.flatMap((event) => (event.kind === 'strokePoints' ? event.points : []));
  expect(points.length).toBeGreaterThanOrEqual(40);
  const shown = events.flatMap((event) => (event.kind === 'page' ? [event.pageN] : []));
  expect(shown.at(-1)).toBe(2);
}

/** The first thirty seconds, decoded by the browser, are the speech that the microphone heard. */
async function expectSpeech(page: Page, frames: readonly FeedFrame[]): Promise<void> {
  const voice = frames.filter(({ track, n }) => track === 'voice' && n <= 5).sort((a, b) => a.n - b.n);
  const track = Buffer.concat(voice.map(({ bytes }) => bytes)).toString('base64');
  const samples = await page.evaluate(async (text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const sound = await new OfflineAudioContext(1, 1, 48_000).decodeAudioData(bytes.buffer);
    return Array.from(sound.getChannelData(0).subarray(48_000, 48_000 * 8), (value) => Math.fround(value));
  }, track);
  const place = findPlace(loudness(Float32Array.from(samples)), source);
  expect(place.likeness).toBeGreaterThan(0.8);
}
