/**
 * Takes the pictures of the README from a running demo: `npm run screenshots -- http://127.0.0.1:8080`.
 * All names in them are invented.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { desk, launchChromium, openDevice, phone } from '../../e2e/browser.ts';

const base = process.argv[2] ?? 'http://127.0.0.1:8080';
const folder = path.join(import.meta.dirname, '../../docs/screenshots');

/** From the school's board into the class that is being taught. */
async function openClassBoard(page: Page): Promise<void> {
  await openConsole(page, 'board');
  await page.getByRole('link', { name: '看班级' }).first().click();
  await page.waitForTimeout(4_000);
}

interface Shot {
  readonly name: string;
  readonly loginName: string;
  readonly device: typeof phone;
  /** Opens what the picture shows; the person is signed in. */
  open(page: Page): Promise<void>;
}

const small = { ...phone, deviceScaleFactor: 1 };

async function enterLesson(page: Page): Promise<void> {
  await page.goto(`${base}/`);
  await page
    .getByRole('link', { name: '进入课堂' })
    .or(page.getByRole('button', { name: '进入课堂' }))
    .first()
    .click();
  // The voice has to arrive before the page and its ink are shown in step.
  await page.waitForTimeout(12_000);
}

async function openConsole(page: Page, place: string): Promise<void> {
  const me = (await (await page.request.get(`${base}/api/me`)).json()) as { appointments: { id: string }[] };
  await page.goto(`${base}/console/${me.appointments[0]?.id}/${place}`);
  await page.waitForTimeout(4_000);
}

const shots: readonly Shot[] = [
  {
    name: 'learner-today',
    loginName: 'qscz-202607201',
    device: small,
    async open(page) {
      await page.goto(`${base}/`);
      await page.waitForLoadState('networkidle');
    },
  },
  { name: 'room-pupil', loginName: 'qscz-202607202', device: small, open: enterLesson },
  {
    name: 'class-board',
    loginName: 'qscz-a001',
    device: desk,
    open: openClassBoard,
  },
  {
    name: 'county-board',
    loginName: 'demo-county-g001',
    device: desk,
    open: (page) => openConsole(page, 'reach'),
  },
];

mkdirSync(folder, { recursive: true });
const browser = await launchChromium({ switches: ['--autoplay-policy=no-user-gesture-required'] });
const wanted = process.argv.slice(3);
for (const { name, loginName, device, open } of shots) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const { page, close } = await openDevice(browser, device);
  await page.goto(`${base}/sign-in`);
  await page.evaluate(async (login) => {
    await fetch('/api/demo/enter', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'nol-client': 'screenshots' },
      body: JSON.stringify({ loginName: login }),
    });
  }, loginName);
  await open(page);
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
  console.log(`${name}.png`);
  await close();
}
await browser.close();
