import { rm } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { launchChromium, openDevice, phone } from '../e2e/browser.ts';
import { startServerProcess } from '../src/platform/testing/server-process.ts';
import { verdict, type BenchResult } from './bench.ts';

const PUPIL = 'qscz-202607201';

/** What a pupil's first and second visit to Today and the room's entry cost on the wire, in a fresh Chromium. */
export async function run(): Promise<BenchResult> {
  const server = await startServerProcess({ env: { DEMO: '1' } });
  const browser = await launchChromium();
  try {
    const shell = await visits(browser, server.url, '/');
    const figures = {
      shellKb: kb(shell.first.bytes),
      shellRequests: shell.first.requests,
      repeatKb: kb(shell.second.bytes),
      roomEntryKb: kb(await roomEntryBytes(browser, server.url)),
    };
    return {
      name: 'first-load',
      figures,
      reference: null,
      ratio: null,
      budget: { shellKb: 90, shellRequests: 10, repeatKb: 5, roomEntryKb: 25 },
      ...verdict([
        { name: 'shellKb', holds: figures.shellKb <= 90 },
        { name: 'shellRequests', holds: figures.shellRequests <= 10 },
        { name: 'repeatKb', holds: figures.repeatKb <= 5 },
        { name: 'roomEntryKb', holds: figures.roomEntryKb <= 25 },
      ]),
    };
  } finally {
    await browser.close();
    await server.stop();
    await rm(server.dataDir, { recursive: true, force: true });
  }
}

interface Visit {
  bytes: number;
  requests: number;
}

async function visits(browser: Browser, url: string, path: string): Promise<{ first: Visit; second: Visit }> {
  const { page, close } = await signedIn(browser, url);
  const first = await counted(page, () => page.goto(`${url}${path}`, { waitUntil: 'networkidle' }));
  const second = await counted(page, () => page.reload({ waitUntil: 'networkidle' }));
  await close();
  return { first, second };
}

/** Compressed script and style of the room alone, without heads, pages, voice and pictures. */
async function roomEntryBytes(browser: Browser, url: string): Promise<number> {
  const { page, close } = await signedIn(browser, url);
  const today = (await (await page.request.get(`${url}/api/today`)).json()) as {
    lessons: { schoolDay: string; lessonId: string }[];
  };
  const lesson = today.lessons[0];
  if (!lesson) throw new Error('The demo pupil has no lesson today.');
  await page.goto(`${url}/room/${lesson.schoolDay}/${lesson.lessonId}`, { waitUntil: 'load' });
  const bytes = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .filter((entry): entry is PerformanceResourceTiming => entry.name.includes('/assets/'))
      .reduce((sum, entry) => sum + entry.encodedBodySize, 0),
  );
  await close();
  return bytes;
}

async function signedIn(browser: Browser, url: string) {
  const device = await openDevice(browser, phone);
  await device.page.request.post(`${url}/api/demo/enter`, {
    data: { loginName: PUPIL },
    headers: { 'nol-client': 'bench' },
  });
  return device;
}

type DevicePage = Awaited<ReturnType<typeof openDevice>>['page'];

async function counted(page: DevicePage, act: () => Promise<unknown>): Promise<Visit> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  const visit: Visit = { bytes: 0, requests: 0 };
  const addresses = new Map<string, string>();
  session.on(
    'Network.requestWillBeSent',
    ({ requestId, request }) => void addresses.set(requestId, request.url),
  );
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const address = addresses.get(requestId) ?? '';
    if (encodedDataLength === 0 || !address.startsWith('http')) return;
    visit.bytes += encodedDataLength;
    visit.requests += 1;
  });
  await act();
  await session.detach();
  return visit;
}

function kb(bytes: number): number {
  return Math.round(bytes / 100) / 10;
}
