import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from './browser.ts';
import type { VoiceProbe } from './fixtures/voice-page.ts';
import { startVoiceServer, type VoiceServer } from './fixtures/voice-server.ts';
import { slowProxy } from './proxy.ts';

declare const probe: VoiceProbe;

let folder: string;
let server: VoiceServer;
let allowed: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'voice-'));
  server = await startVoiceServer(join(folder, 'built'));
  allowed = await launchChromium({ switches: ['--autoplay-policy=no-user-gesture-required'] });
});

afterAll(async () => {
  await allowed?.close();
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

async function listen(browser: Browser, origin = server.origin, step = 1): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(`${origin}/?voice=${server.lastN() - 2}&step=${step}`);
  return page;
}

/** How often the voice ran dry after it had begun. */
const stalls = (page: Page) =>
  page.evaluate(() => probe.states.filter(({ state }) => state === 'waiting').length);
const lastState = (page: Page) => page.evaluate(() => probe.states[probe.states.length - 1]?.state);
const behindMs = (page: Page) => page.evaluate(() => probe.edgeMs() - probe.positionMs());

test('on a good line the voice runs without a stall, within three segments of the teacher', async () => {
  const page = await listen(allowed);
  await expect.poll(() => lastState(page), { timeout: 8000 }).toBe('playing');
  await page.waitForTimeout(15_000);
  expect(await stalls(page)).toBe(0);
  const heardMs = await page.evaluate(() => probe.heardMs());
  expect(heardMs).toBeGreaterThan(13_500);
  // The edge is the end of the newest segment, one of 1.98 s: two are held, a third may just have come.
  expect(await behindMs(page)).toBeLessThan(3 * 1980);
  await page.close();
});

test('after an outage the voice goes on where it stopped and every word is kept', async () => {
  const page = await listen(allowed);
  await expect.poll(() => lastState(page), { timeout: 8000 }).toBe('playing');
  await page.waitForTimeout(3000);
  server.isDown = true;
  await expect.poll(() => lastState(page), { timeout: 10_000 }).toBe('waiting');
  const stoppedAtMs = await page.evaluate(() => probe.positionMs());
  expect(await page.evaluate(() => probe.feed[probe.feed.length - 1])).toBe('broken');
  await page.waitForTimeout(8000);
  server.isDown = false;
  await expect.poll(() => lastState(page), { timeout: 10_000 }).toBe('playing');
  expect(await page.evaluate(() => probe.positionMs())).toBeLessThan(stoppedAtMs + 3000);
  await page.waitForTimeout(3000);
  expect(await page.evaluate(() => probe.lateMs())).toBeGreaterThan(6000);

  await page.evaluate(() => probe.goLatest());
  await expect.poll(() => page.evaluate(() => probe.lateMs()), { timeout: 5000 }).toBeLessThan(2500);
  await page.close();
});

test('a browser that refuses to play waits for a touch, and nothing counts as heard before it', async () => {
  const strict = await launchChromium({ switches: ['--autoplay-policy=document-user-activation-required'] });
  const page = await listen(strict);
  await expect.poll(() => lastState(page), { timeout: 8000 }).toBe('refused');
  await page.waitForTimeout(5000);
  expect(await page.evaluate(() => probe.heardMs())).toBe(0);
  const [position, edge] = await page.evaluate(() => [probe.positionMs(), probe.edgeMs()] as const);
  expect(position, 'page and ink follow the teacher meanwhile').toBe(edge);

  await page.mouse.click(10, 10);
  await page.evaluate(() => probe.touch());
  await expect.poll(() => lastState(page), { timeout: 8000 }).toBe('playing');
  expect(await behindMs(page)).toBeLessThan(6000);
  await strict.close();
});

test('a hole in lesson time is stepped over', async () => {
  const page = await listen(allowed);
  await expect.poll(() => lastState(page), { timeout: 8000 }).toBe('playing');
  const edge = await page.evaluate(() => probe.edgeMs());
  server.holeAfterN = Math.round(edge / 1980) + 1;
  await expect
    .poll(() => page.evaluate(() => probe.positionMs()), { timeout: 15_000 })
    .toBeGreaterThan(edge + 30_000);
  await expect.poll(() => lastState(page), { timeout: 8000 }).toBe('playing');
  const from = await page.evaluate(() => probe.positionMs());
  await page.waitForTimeout(3000);
  expect(await page.evaluate(() => probe.positionMs())).toBeGreaterThan(from + 2500);
  server.holeAfterN = null;
  await page.close();
});

test('at 40 kbit/s and 600 ms the lightest step plays a minute without a stall', async () => {
  const line = await slowProxy(
    { host: '127.0.0.1', port: server.port },
    { bitsPerSecond: 40_000, roundTripMs: 600 },
  );
  const page = await listen(allowed, `http://127.0.0.1:${line.port}`, 2);
  await expect.poll(() => lastState(page), { timeout: 20_000 }).toBe('playing');
  await page.waitForTimeout(60_000);
  expect(await stalls(page)).toBe(0);
  expect(await page.evaluate(() => probe.heardMs())).toBeGreaterThan(57_000);
  expect(await behindMs(page)).toBeLessThan(12_000);
  await page.close();
  await line.close();
});
