import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { lanCertificate } from '../src/platform/lan/certificate.ts';
import {
  removeServerData,
  startServerProcess,
  type ServerProcess,
} from '../src/platform/testing/server-process.ts';
import { launchChromium, openDevice, phone } from './browser.ts';

const program = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/sbin/nginx'].find(
  (path) => spawnSync(path, ['-v']).status === 0,
);
const host = 'ke.example.edu.cn';
let folder: string;
let origin: string;
let server: ServerProcess;
let nginx: ChildProcess;
let browser: Browser;

beforeAll(async () => {
  if (program === undefined) return;
  folder = await mkdtemp(join(tmpdir(), 'nol-nginx-'));
  // Its workers are another user when root starts it.
  await chmod(folder, 0o755);
  const port = await freePort();
  origin = `https://${host}:${port}`;
  server = await startServerProcess({
    args: ['--demo-open'],
    env: { DEMO: '1', PUBLIC_URL: origin, TRUSTED_PROXY: '127.0.0.1' },
  });
  nginx = await startNginx(port, new URL(server.url).port);
  browser = await launchChromium({
    switches: [
      `--host-resolver-rules=MAP ${host} 127.0.0.1`,
      '--ignore-certificate-errors',
      '--autoplay-policy=no-user-gesture-required',
    ],
  });
});

afterAll(async () => {
  await browser?.close();
  nginx?.kill('SIGQUIT');
  await server?.stop();
  if (server) await removeServerData(server.dataDir);
  if (folder) await rm(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => {
    probe.listen(0, '127.0.0.1', resolve);
  });
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => {
    probe.close(resolve);
  });
  return port;
}

/** nginx with the sample of the runbook; only ports, certificate and folders are others. */
async function startNginx(port: number, productPort: string): Promise<ChildProcess> {
  const { key, cert } = await lanCertificate(join(folder, 'ca'), [host], new Date());
  await writeFile(join(folder, 'cert.pem'), cert);
  await writeFile(join(folder, 'key.pem'), key);
  const sample = (await readFile(join(import.meta.dirname, '../docs/runbooks/nginx.conf'), 'utf8'))
    .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replace('/etc/ssl/ke.example.edu.cn.pem', join(folder, 'cert.pem'))
    .replace('/etc/ssl/ke.example.edu.cn.key', join(folder, 'key.pem'))
    .replace('http://127.0.0.1:8080', `http://127.0.0.1:${productPort}`);
  for (const name of ['body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'])
    await mkdir(join(folder, name), { mode: 0o777 });
  const conf = join(folder, 'nginx.conf');
  await writeFile(
    conf,
    `daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.log; worker_processes 1;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
${sample}
}`,
  );
  return spawn(program!, ['-e', join(folder, 'error.log'), '-c', conf], { stdio: 'inherit' });
}

/** Enters a demo account from the page itself. @returns status and, when refused, the reason. */
async function enter(page: Page, loginName: string): Promise<string> {
  return page.evaluate(async (name) => {
    const answer = await fetch('/api/demo/enter', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'nol-client': 'test' },
      body: JSON.stringify({ loginName: name }),
    });
    return `${answer.status} ${answer.ok ? '' : await answer.text()}`;
  }, loginName);
}

test('behind the sample proxy a pupil signs in and hears a lesson, by long requests and the socket', async ({
  skip,
}) => {
  if (program === undefined) skip('nginx is not installed (Debian: apt-get install nginx-light)');
  const { page, close } = await openDevice(browser, { ...phone, ignoreHTTPSErrors: true });
  const feeds: number[] = [];
  page.on('response', (answer) => {
    if (answer.url().includes('/feed')) feeds.push(answer.status());
  });
  let framesReceived = 0;
  page.on('websocket', (opened) => opened.on('framereceived', () => (framesReceived += 1)));
  await page.goto(`${origin}/sign-in`);
  expect(await enter(page, 'qscz-202607203')).toBe('200 ');
  const cookies = await page.context().cookies();
  expect(cookies.length).toBeGreaterThan(0);
  expect(cookies.every(({ secure, httpOnly }) => secure && httpOnly)).toBe(true);
  await page.goto(origin);
  await page
    .getByRole('link', { name: '进入课堂' })
    .or(page.getByRole('button', { name: '进入课堂' }))
    .first()
    .click();
  // The socket carries talk alone: in the invented lesson up to 105 s pass between two lines.
  await expect.poll(() => framesReceived, { timeout: 150_000 }).toBeGreaterThan(0);
  await expect.poll(() => feeds.filter((status) => status === 200).length).toBeGreaterThan(2);
  expect(feeds.filter((status) => status >= 500)).toEqual([]);
  await close();
});

test('an upload of some megabytes passes whole', async ({ skip }) => {
  if (program === undefined) skip('nginx is not installed (Debian: apt-get install nginx-light)');
  const { page, close } = await openDevice(browser, { ignoreHTTPSErrors: true });
  await page.goto(`${origin}/sign-in`);
  expect(await enter(page, 'qscz-a001')).toBe('200 ');
  const status = await page.evaluate(async () => {
    const me = await (await fetch('/api/me')).json();
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(8_000_000)]), '花名册.xlsx');
    const answer = await fetch(`/api/orgs/${me.appointments[0].orgId}/roster-drafts`, {
      method: 'POST',
      headers: {
        'nol-client': 'test',
        'idempotency-key': crypto.randomUUID(),
      },
      body: form,
    });
    return answer.status;
  });
  // Taken whole: neither cut off (413) nor lost on the way (502). That it is no workbook is found by its check.
  expect(status).toBe(201);
  await close();
});
