import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';

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

/** Runs before the page's own scripts: what the content policy refused, and what Trusted Types did, as console errors. */
function reportPolicy(): void {
  addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sample }) =>
    console.error(`policy: ${effectiveDirective} refused ${blockedURI} ${sample}`),
  );
  type Rules = Record<string, (text: string) => string>;
  const factory = (globalThis as { trustedTypes?: { createPolicy(name: string, rules: Rules): unknown } })
    .trustedTypes;
  if (!factory) return;
  const createPolicy = factory.createPolicy.bind(factory);
  // A refusal of our own policy throws, and whoever called may swallow it.
  const reporting =
    (rule: string, make: (text: string) => string) =>
    (text: string): string => {
      try {
        return make(text);
      } catch (error) {
        console.error(`policy: ${rule} refused ${text.slice(0, 80)}`);
        throw error;
      }
    };
  factory.createPolicy = (name, rules) =>
    createPolicy(
      name,
      Object.fromEntries(Object.entries(rules).map(([rule, make]) => [rule, reporting(rule, make)])),
    );
}

/** Everything a page asked of another server than its own (C-09); the addresses of tests are this machine's. */
function foreignRequests(context: BrowserContext, complain: (line: string) => void): void {
  context.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (/^(?:https?|wss?):$/.test(protocol) && !/^(?:127\.0\.0\.1|localhost|.*\.test)$/.test(hostname)) {
      complain(`foreign: ${request.url()}`);
    }
  });
}

/**
 * Opens a page with a profile of its own, as another person's device would be.
 *
 * @returns the page and everything that went wrong on it: exceptions, console errors, failed requests, what the content
 *   policy or Trusted Types refused (C-04), requests to other servers (C-09).
 */
export async function openDevice(
  browser: Browser,
  options: BrowserContextOptions = desk,
): Promise<{ page: Page; complaints: string[]; close(): Promise<void> }> {
  const context = await browser.newContext({ locale: 'zh-CN', timezoneId: 'Asia/Shanghai', ...options });
  const complaints: string[] = [];
  await context.addInitScript(reportPolicy);
  foreignRequests(context, (line) => complaints.push(line));
  const page = await context.newPage();
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

/** Of a device's complaints those about the content policy or another server, also where the connection is cut on purpose. */
export function policyComplaints(complaints: readonly string[]): string[] {
  return complaints.filter((line) =>
    /policy:|foreign:|Content Security Policy|Trusted(?:HTML|Script)/.test(line),
  );
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
