import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, type Page, chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { build } from 'vite';
import { findChromium } from '../bin/chromium.mjs';
import { decodeEvents } from '../src/rooms/wire.ts';
import type { HeldByServer } from '../src/rooms/web/teacher/capture/messages.ts';
import { bundleConfig } from '../tools/build/bundles.ts';
import type { CaptureProbe } from './fixtures/capture-page.ts';
import { findPlace, loudness, speechLike, wavFile } from './fixtures/speech.ts';
import { type HeldSegment, type UploadServer, startUploadServer } from './fixtures/upload-server.ts';

declare const probe: CaptureProbe;

const sourceSeconds = 150;
const nothingHeld: HeldByServer = { lastVoice: null, lastEvents: null, lastPage: null, durationMs: 0 };

const source = loudness(speechLike(sourceSeconds));
let folder: string;
let assets: string;
let entry: string;
let server: UploadServer;
let context: BrowserContext;
let logId: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'capture-'));
  assets = join(folder, 'web');
  const harness = { name: 'capture', entries: { capture: 'e2e/fixtures/capture-page.ts' } };
  const built = await build(bundleConfig({ ...harness, target: ['chrome94'], floor: 'es2022' }, assets));
  const output = 'output' in built ? built.output : [];
  entry = `/assets/capture/${output.find((item) => item.type === 'chunk' && item.isEntry)?.fileName}`;
  await writeFile(join(folder, 'speech.wav'), wavFile(speechLike(sourceSeconds)));
  server = await startUploadServer(assets, entry);
  context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath: findChromium() ?? undefined,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-audio-capture=${join(folder, 'speech.wav')}`,
      '--autoplay-policy=no-user-gesture-required',
    ],
  });
});

afterAll(async () => {
  await context?.close();
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

// What this device kept of an earlier try belongs to another lesson.
beforeEach(() => {
  logId = randomUUID();
  for (const track of Object.values(server.held)) track.clear();
});

// A page left open holds the lesson: the next test, or the second try of this one, would never get it.
afterEach(async () => {
  for (const page of context.pages()) await page.close();
});

test('every word said arrives: over a dead minute, a frozen page and a reload', async () => {
  const page = await startTeaching(nothingHeld);
  await page.waitForTimeout(6_000);

  await page.evaluate(() => probe.capture.event({ kind: 'page', pageN: 1 }));
  const before = server.held.voice.size;
  await freezePage(page, 5_000);
  expect(server.held.voice.size, 'segments sent while the page itself stood still').toBeGreaterThan(
    before + 1,
  );

  server.outage = true;
  await page.waitForTimeout(10_000);
  await page.evaluate(() => probe.capture.event({ kind: 'page', pageN: 2 }));
  await page.waitForTimeout(50_000);
  const waiting = await page.evaluate(() => probe.status);
  expect(waiting?.state).toBe('retrying');
  expect(waiting?.unsentMs).toBeGreaterThan(55_000);
  server.outage = false;
  await waitUntil(async () => (await page.evaluate(() => probe.status?.unsentMs ?? -1)) < 4_000);

  server.outage = true;
  await page.waitForTimeout(7_000);
  const lastVoice = Math.max(...server.held.voice.keys());
  const lessonMsBefore = await page.evaluate(() => probe.status?.lessonMs ?? 0);
  await page.reload();
  server.outage = false;
  await open(page, {
    ...nothingHeld,
    lastVoice,
    lastEvents: 2,
    durationMs: endOf(server.held.voice.get(lastVoice)),
  });
  const resumed = await page.evaluate(() => probe.opened);
  expect(resumed?.unsentMs, 'what the reload found on this device').toBeGreaterThan(3_900);
  await page.evaluate(() => probe.capture.begin());
  await page.waitForTimeout(8_000);
  await page.evaluate(() => probe.capture.event({ kind: 'page', pageN: 3 }));
  await page.evaluate(() => probe.capture.end());
  await waitUntil(async () => (await page.evaluate(() => probe.status?.unsent)) === 0);

  expect(await page.evaluate(() => probe.failures)).toEqual([]);
  expect(server.problems).toEqual([]);
  const voice = [...server.held.voice.values()].sort((a, b) => a.n - b.n);
  expectUnbroken(voice);
  expect([...server.held.events.values()].flatMap(({ bytes }) => decodeEvents(bytes))).toMatchObject([
    { kind: 'page', pageN: 1 },
    { kind: 'page', pageN: 2 },
    { kind: 'page', pageN: 3 },
  ]);
  expect(endOf(voice.at(-1)), 'the lesson after the reload').toBeGreaterThan(lessonMsBefore + 7_000);
  await expectEveryWord(page, voice, lessonMsBefore);
  await page.close();
});

test('a browser without an encoder of its own records, and loses no word either', async () => {
  const page = await context.newPage();
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'AudioEncoder'));
  await page.goto(server.origin);
  await page.evaluate(([id, held]) => probe.capture.open(id, held, false), [logId, nothingHeld] as const);
  await waitUntil(() => page.evaluate(() => probe.opened !== null));
  expect(await page.evaluate(() => probe.capture.begin())).toBe('open');
  await page.waitForTimeout(12_000);
  await page.evaluate(() => probe.capture.end());
  await waitUntil(async () => (await page.evaluate(() => probe.status?.unsent)) === 0);
  expect(await page.evaluate(() => probe.failures)).toEqual([]);
  const voice = [...server.held.voice.values()].sort((a, b) => a.n - b.n);
  expect(voice.slice(1, -1).every(({ durationMs }) => Math.abs(durationMs - 1_980) <= 60)).toBe(true);
  for (const [index, { startMs }] of voice.slice(2).entries()) expect(startMs).toBe(endOf(voice[index + 1]));
  await expectEveryWord(page, voice, endOf(voice.at(-1)));
  await page.close();
});

test('a second tab of the same teacher writes nothing until it takes the lesson over', async () => {
  const first = await startTeaching({ ...nothingHeld, lastVoice: 900, durationMs: 1_782_000 });
  const second = await context.newPage();
  await second.goto(server.origin);
  await second.evaluate(([id, held]) => probe.capture.open(id, held, false), [logId, nothingHeld] as const);
  await waitUntil(() => second.evaluate(() => probe.otherTab));
  expect(await first.evaluate(() => probe.otherTab)).toBe(false);

  const third = await context.newPage();
  await third.goto(server.origin);
  await third.evaluate(([id, held]) => probe.capture.open(id, held, true), [logId, nothingHeld] as const);
  await waitUntil(() => first.evaluate(() => probe.otherTab));
  await waitUntil(() => third.evaluate(() => probe.opened !== null));
});

async function startTeaching(held: Partial<HeldByServer>): Promise<Page> {
  const page = await context.newPage();
  await page.goto(server.origin);
  await open(page, { ...nothingHeld, ...held });
  expect(await page.evaluate(() => probe.capture.begin())).toBe('open');
  return page;
}

async function open(page: Page, held: HeldByServer): Promise<void> {
  await page.evaluate(([id, from]) => probe.capture.open(id, from, false), [logId, held] as const);
  await waitUntil(() => page.evaluate(() => probe.opened !== null));
}

/** Blocks the page's own thread, as a heavy PDF or a slow machine does. */
async function freezePage(page: Page, ms: number): Promise<void> {
  await page.evaluate((forMs) => {
    const until = performance.now() + forMs;
    while (performance.now() < until);
  }, ms);
}

function endOf(segment: HeldSegment | undefined): number {
  return segment ? segment.startMs + segment.durationMs : 0;
}

/** Numbers without a hole, 1.98 s each but the last, each beginning where the one before ends. */
function expectUnbroken(voice: readonly HeldSegment[]): void {
  const [init, ...segments] = voice;
  expect(init?.n).toBe(0);
  expect(segments.map(({ n }) => n)).toEqual(segments.map((_, index) => index + 1));
  expect(segments.map(({ startMs }) => startMs)).toEqual(segments.map((_, index) => index * 1_980));
  expect(segments.slice(0, -1).every(({ durationMs }) => durationMs === 1_980)).toBe(true);
}

/** The decoded voice, piece by piece, lies in the source at one and the same distance: no word missing or twice. */
async function expectEveryWord(
  page: Page,
  voice: readonly HeldSegment[],
  reloadedAtMs: number,
): Promise<void> {
  const track = Buffer.concat(voice.map(({ bytes }) => bytes)).toString('base64');
  const heard = Float32Array.from(
    await page.evaluate((text) => probe.hear(Uint8Array.from(atob(text), (c) => c.charCodeAt(0))), track),
  );
  const pieceMs = 4_000;
  const pieces: { atMs: number; piece: Float32Array; distanceMs: number }[] = [];
  for (let atMs = 0; atMs + pieceMs < reloadedAtMs - 500; atMs += 2_000) {
    const piece = heard.subarray(atMs / 10, (atMs + pieceMs) / 10);
    pieces.push({ atMs, piece, distanceMs: findPlace(piece, source).atMs - atMs });
  }
  const middle = pieces.map(({ distanceMs }) => distanceMs).sort((a, b) => a - b)[pieces.length >> 1] ?? 0;
  for (const { atMs, piece } of pieces) {
    // A few syllables may by chance be more like another place; what counts is that they are where they belong.
    const { likeness } = findPlace(piece, source, atMs + middle - 200, atMs + middle + 200);
    expect(likeness, `likeness at ${atMs} ms, ${middle} ms into the source`).toBeGreaterThan(0.5);
  }
}

async function waitUntil(condition: () => Promise<boolean>, forMs = 30_000): Promise<void> {
  const until = Date.now() + forMs;
  while (!(await condition())) {
    if (Date.now() > until) throw new Error(`did not happen within ${forMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
