/**
 * Looks at every page of every role in a running demo, on a telephone and on a desk, in both languages:
 * `node tools/screenshots/walk.ts http://127.0.0.1:8080 FOLDER [ROLE …]`. Each page becomes a full-length picture
 * `<role>-<page>-<width>-<language>.png`; what went wrong on the way is printed.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { runnerImport } from 'vite';
import { desk, launchChromium, openDevice, phone } from '../../e2e/browser.ts';
import type * as EveryPage from '../../e2e/fixtures/every-page.ts';

const [base = 'http://127.0.0.1:8080', folder = 'pictures', ...wanted] = process.argv.slice(2);
// The page lists are modules of the web part, which Node alone does not read.
const { module: everyPage } = await runnerImport<typeof EveryPage>(
  path.join(import.meta.dirname, '../../e2e/fixtures/every-page.ts'),
);
const looks = ([phone, desk] as const).flatMap((device) =>
  (['zh-CN', 'en'] as const).map((locale) => ({ ...device, deviceScaleFactor: 1, locale })),
);

async function takeAll(
  page: Page,
  visitor: EveryPage.Visitor,
  places: readonly EveryPage.Place[],
  look: string,
): Promise<void> {
  for (const { pattern, address } of places) {
    await page.goto(base + address);
    await everyPage.settled(page);
    const name = pattern === '/' ? 'home' : pattern.replaceAll(/[/:]+/g, '-');
    await page.screenshot({ path: path.join(folder, `${visitor.role}-${name}-${look}.png`), fullPage: true });
  }
}

mkdirSync(folder, { recursive: true });
const browser = await launchChromium();
for (const visitor of everyPage.visitors.filter(({ role }) => wanted.length === 0 || wanted.includes(role))) {
  for (const device of looks) {
    const { page, complaints, close } = await openDevice(browser, device);
    if (visitor.loginName !== null) await everyPage.enterDemo(page, base, visitor.loginName);
    const places = await everyPage.placesOf(page, base, visitor);
    const look = `${device.viewport?.width}-${device.locale}`;
    await takeAll(page, visitor, places, look);
    console.log(`${visitor.role} ${look}: ${places.length} pages ${complaints.join('; ')}`);
    await close();
  }
}
await browser.close();
