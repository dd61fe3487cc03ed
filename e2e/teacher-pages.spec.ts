import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type Page, chromium } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build } from 'vite';
import { findChromium } from '../bin/chromium.mjs';
import { PDF_FILES } from '../src/platform/web/builds.ts';
import { bundleConfig } from '../tools/build/bundles.ts';
import type { DrawnPage, PagesProbe } from './fixtures/pages-page.ts';
import { chinesePdf } from './fixtures/pdf-file.ts';
import { type UploadServer, startUploadServer } from './fixtures/upload-server.ts';

declare const pages: PagesProbe;

let folder: string;
let server: UploadServer;
let browser: Browser;
let page: Page;
const refusedByPolicy: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pages-'));
  const harness = { name: 'pages', entries: { pages: 'e2e/fixtures/pages-page.ts' }, beside: PDF_FILES };
  const built = await build(bundleConfig({ ...harness, target: ['chrome94'], floor: 'es2022' }, folder));
  const output = 'output' in built ? built.output : [];
  const entry = output.find((item) => item.type === 'chunk' && item.isEntry);
  server = await startUploadServer(folder, `/assets/pages/${entry?.fileName}`);
  browser = await chromium.launch({
    executablePath: findChromium() ?? undefined,
    args: ['--no-sandbox', '--disable-gpu'],
  });
  page = await browser.newPage();
  page.on('console', (message) => {
    if (/Content Security|Trusted/i.test(message.text())) refusedByPolicy.push(message.text());
  });
  await page.goto(server.origin);
  await page.waitForFunction(() => 'pages' in globalThis);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

const drawn = (answer: DrawnPage | { problem: string }): DrawnPage => {
  if ('problem' in answer) throw new Error(`not drawn: ${answer.problem}`);
  return answer;
};

function pdf(file: Buffer, pageNo = 1): Promise<DrawnPage | { problem: string }> {
  return page.evaluate(
    ([text, no]) =>
      pages.pdf(
        Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)),
        no,
      ),
    [file.toString('base64'), pageNo] as const,
  );
}

function picture(file: Buffer): Promise<DrawnPage | { problem: string }> {
  return page.evaluate(
    (text) => pages.picture(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))),
    file.toString('base64'),
  );
}

test('a Chinese PDF that names a font without carrying it shows its characters', async () => {
  const first = drawn(await pdf(chinesePdf(3, '一元一次方程')));
  expect(first).toMatchObject({ pageCount: 3, width: 1_600, height: 1_200, text: '一元一次方程1' });
  expect(first.bytes).toBeLessThan(90_000);
  // Six characters of 48 points from 60 on: columns 1 to 7 of 16 hold ink, each much of it, the rest none.
  expect(Math.min(...first.dark.slice(2, 7))).toBeGreaterThan(200);
  expect(Math.max(...first.dark.slice(9))).toBe(0);
  expect(refusedByPolicy).toEqual([]);
});

test('a book of 2,000 pages opens and gives any page asked for', async () => {
  const late = drawn(await pdf(chinesePdf(2_000, '第'), 1_999));
  expect(late).toMatchObject({ pageCount: 2_000, text: '第1999' });
});

test('a broken PDF is called broken', async () => {
  expect(await pdf(Buffer.from('%PDF-1.7\nthis is not a document'))).toEqual({ problem: 'pdf-broken' });
  expect(await pdf(Buffer.from('PK\u0003\u0004 a renamed workbook'))).toEqual({ problem: 'pdf-broken' });
});

test('a photo lying on its side stands upright, small, and without what the camera wrote beside it', async () => {
  const photo = await sharp({ create: { width: 4_000, height: 3_000, channels: 3, background: '#808080' } })
    .withExif({ IFD0: { Orientation: '6' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  expect(drawn(await picture(photo))).toMatchObject({ width: 1_200, height: 1_600 });
  expect(await picture(Buffer.from('not a picture'))).toEqual({ problem: 'picture-unreadable' });
});
