import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

import { findChromium } from '../bin/chromium.mjs';

// Debian's Chromium, without anything that would speak to the outside.
const switches = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

interface BrowserOptions {
  /** A synthetic microphone and camera, allowed without asking. A `.wav` file is what it hears. */
  readonly microphone?: boolean | { readonly wavFile: string };
  readonly switches?: readonly string[];
}

/** Starts the machine's Chromium. The caller closes it. */
export async function launchChromium({
  microphone = false,
  switches: more = [],
}: BrowserOptions = {}): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error('No Chromium was found; set CHROMIUM_PATH.');
  const media =
    microphone === false
      ? []
      : [
          '--use-fake-device-for-media-stream',
          '--use-fake-ui-for-media-stream',
          ...(microphone === true ? [] : [`--use-file-for-fake-audio-capture=${microphone.wavFile}`]),
        ];
  // Without a UTF-8 locale Chromium cannot name a download in Chinese.
  const env = { ...process.env, LANG: 'C.UTF-8' } as Record<string, string>;
  return chromium.launch({ executablePath, headless: true, env, args: [...switches, ...media, ...more] });
}

/** Sizes every screen is looked at: a telephone and a desk. */
export const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
};
export const desk: BrowserContextOptions = { viewport: { width: 1440, height: 900 } };

/**
 * Opens a page with a profile of its own, as another person's device would be.
 *
 * @returns the page and everything that went wrong on it: exceptions, console errors, failed requests.
 */
export async function openDevice(
  browser: Browser,
  options: BrowserContextOptions = desk,
): Promise<{ page: Page; complaints: string[]; close(): Promise<void> }> {
  const context = await browser.newContext({ locale: 'zh-CN', timezoneId: 'Asia/Shanghai', ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  page.on('requestfailed', (request) => {
    // A page that moves on cuts off what it no longer needs.
    const reason = request.failure()?.errorText ?? '';
    if (reason !== 'net::ERR_ABORTED') complaints.push(`request: ${request.url()} ${reason}`);
  });
  return { page, complaints, close: () => context.close() };
}

/** A folder that is gone after `use`. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'nol-e2e-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
