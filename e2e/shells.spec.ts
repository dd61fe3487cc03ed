import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import {
  removeServerData,
  startServerProcess,
  type ServerProcess,
} from '../src/platform/testing/server-process.ts';
import { seriousFindings } from './axe.ts';
import { desk, launchChromium, openDevice, phone } from './browser.ts';
import { tabTo } from './keyboard.ts';
import { slowProxy } from './proxy.ts';

let server: ServerProcess;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServerProcess({ env: { DEMO: '1' } }), launchChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  if (server) await removeServerData(server.dataDir);
});

/** Enters a demo account, as the one-tap list does, and opens a page of its own. */
async function enterAs(loginName: string, path: string, options: BrowserContextOptions, origin = server.url) {
  const device = await openDevice(browser, options);
  const answer = await device.page.request.post(`${origin}/api/demo/enter`, {
    data: { loginName },
    headers: { origin },
  });
  expect(answer.status()).toBe(200);
  await device.page.goto(origin + path);
  await device.page.waitForLoadState('networkidle');
  return device;
}

const nol = async (...args: string[]): Promise<string> => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(import.meta.dirname, '../bin/nol.mjs'), ...args, '--json'],
    { env: { ...process.env, DATA_DIR: server.dataDir } },
  );
  return stdout;
};

describe('signing in', () => {
  test('a new teacher comes in by card and password with the keyboard alone', async () => {
    const made = JSON.parse(
      await nol(
        'user',
        'create',
        '--org',
        'qscz',
        '--name',
        '沈青禾',
        '--number',
        'k900',
        '--role',
        'teacher',
      ),
    ) as { loginName: string; claimUrl: string };
    const { page, complaints, close } = await openDevice(browser, desk);
    await page.goto(server.url + new URL(made.claimUrl).pathname);
    await tabTo(page, 'input[name="newPassword"]');
    await page.keyboard.type('粉笔 blackboard 7');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/console\/[0-9a-f-]{36}/);
    await tabTo(page, '.sider .foot button:last-child');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/sign-in$/);

    await tabTo(page, 'input[name="loginName"]');
    await page.keyboard.type(made.loginName);
    await page.keyboard.press('Tab');
    await page.keyboard.type('guess');
    await page.keyboard.press('Enter');
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(/\p{Script=Han}/u);
    await tabTo(page, 'input[name="password"]');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('粉笔 blackboard 7');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/console\//);
    await page.getByText('沈青禾').first().waitFor();
    // The wrong guess is the one thing that was meant to fail.
    expect(complaints.filter((line) => !line.includes('401'))).toEqual([]);
    await close();
  });

  test('a used card says so and shows the other way in', async () => {
    const { page, close } = await openDevice(browser, phone);
    await page.goto(`${server.url}/claim/aaaaaaaaaaaaaaaaaaaaaa`);
    await page.getByRole('alert').waitFor();
    await page.getByRole('link').click();
    await page.waitForURL(/\/sign-in$/);
    expect(await page.getByRole('textbox').count()).toBeGreaterThan(0);
    await close();
  });

  test('the reader chooses the language and keeps it', async () => {
    const { page, close } = await openDevice(browser, phone);
    await page.goto(`${server.url}/sign-in`);
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    await page.reload();
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    await close();
  });
});

/** Looks beside those of every-page.spec.ts, which goes through all pages in the light. */
const looks = [
  { name: 'phone', options: phone },
  { name: 'phone in the dark', options: { ...phone, colorScheme: 'dark' as const } },
  { name: 'desk in the dark, in English', options: { ...desk, colorScheme: 'dark' as const, locale: 'en' } },
];
const shells = [
  { who: 'nobody', path: '/sign-in' },
  { who: 'qscz-202607201', path: '/' },
  { who: 'qscz-202607201', path: '/my/days' },
  { who: 'qscz-a001', path: '/console' },
];

describe('on every shell', () => {
  test.each(looks.flatMap((look) => shells.map((shell) => ({ ...look, ...shell }))))(
    'axe finds nothing serious and the content policy refuses nothing: $path of $who, $name',
    async ({ who, path, options }) => {
      const device =
        who === 'nobody' ? await openDevice(browser, options) : await enterAs(who, path, options);
      if (who === 'nobody') await device.page.goto(server.url + path, { waitUntil: 'networkidle' });
      expect(await seriousFindings(device.page)).toEqual([]);
      const width = await device.page.evaluate(() => document.documentElement.scrollWidth);
      expect(width).toBeLessThanOrEqual(options.viewport?.width ?? 0);
      expect(device.complaints).toEqual([]);
      await device.close();
    },
  );
});

describe('the learner shell', () => {
  test('brings the next lesson and its button as HTML in the first 14 kB, before any script ran', async () => {
    const { page, close } = await enterAs('qscz-202607201', '/my/me', phone);
    const html = await (await page.request.get(`${server.url}/`)).text();
    const button = html.indexOf('href="/room/');
    expect(button).toBeGreaterThan(0);
    expect(Buffer.byteLength(html.slice(0, button))).toBeLessThan(14_000);
    await close();
  });

  test('costs at most 90 kB and ten requests at the first visit, 5 kB at the next', async () => {
    const { page, close } = await enterAs('qscz-202607201', '/my/me', phone);
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.clearBrowserCache');
    await page.evaluate(async () => {
      for (const registration of await navigator.serviceWorker.getRegistrations())
        await registration.unregister();
      for (const name of await caches.keys()) await caches.delete(name);
    });
    const measure = async (): Promise<{ bytes: number; requests: number }> => {
      let bytes = 0;
      let requests = 0;
      const onEnd = ({ encodedDataLength }: { encodedDataLength: number }): void => {
        bytes += encodedDataLength;
        if (encodedDataLength > 0) requests += 1;
      };
      session.on('Network.loadingFinished', onEnd);
      await page.goto(`${server.url}/`);
      await page.waitForLoadState('networkidle');
      session.off('Network.loadingFinished', onEnd);
      return { bytes, requests };
    };
    const first = await measure();
    expect(first.bytes).toBeLessThanOrEqual(90_000);
    expect(first.requests).toBeLessThanOrEqual(10);
    const next = await measure();
    expect(next.bytes).toBeLessThanOrEqual(5_000);
    await close();
  });

  test('shows what was kept when the network is gone, and nothing after signing out', async () => {
    // A line that really breaks: the browser goes on believing to have a network.
    const line = await slowProxy(
      { host: '127.0.0.1', port: Number(new URL(server.url).port) },
      { bitsPerSecond: 20_000_000, roundTripMs: 20 },
    );
    const origin = `http://127.0.0.1:${line.port}`;
    const { page, close } = await enterAs('qscz-202607201', '/', phone, origin);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await page.reload();
    await page.waitForLoadState('networkidle');
    line.cut();
    await page.reload();
    await page.getByText('现在没有网络', { exact: false }).first().waitFor();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('好');
    line.restore();
    await page.goto(`${origin}/my/me`);
    await page.getByRole('button', { name: '退出' }).click();
    await page.waitForURL(/\/sign-in$/);
    const kept = await page.evaluate(
      async () =>
        (await caches.has('kept')) && (await caches.open('kept')).keys().then((keys) => keys.length),
    );
    expect(kept).toBe(false);
    await close();
    await line.close();
  });
});
