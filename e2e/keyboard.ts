import type { Page } from 'playwright-core';

/** More stops than any page has. */
const MANY = 200;

interface Stop {
  /** Which element, so that two of one name are told apart. */
  readonly place: number;
  readonly name: string;
  readonly isSeen: boolean;
}

/** Presses Tab until the element has the focus. @throws when a trap or its place keeps it out of reach. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  const wanted = page.locator(selector).first();
  for (let presses = 0; presses < MANY; presses += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${selector} cannot be reached with Tab.`);
}

/**
 * Goes through a page with Tab from its beginning until the focus leaves it.
 *
 * @returns names of the stops in their order.
 * @throws when a stop cannot be seen, shows no focus, or holds the focus for good.
 */
export async function tabThrough(page: Page): Promise<string[]> {
  await page.evaluate(() => {
    // The next Tab goes on from the element that had the focus last: here from the top of the page.
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute('tabindex');
  });
  const stops: Stop[] = [];
  for (let presses = 0; presses < MANY; presses += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(readStop);
    if (stop === null || (stop.place === stops[0]?.place && stops.length > 1))
      return stops.map(({ name }) => name);
    if (stop.place === stops.at(-1)?.place) throw new Error(`The focus cannot leave “${stop.name}”.`);
    if (!stop.isSeen) throw new Error(`Nothing shows that “${stop.name}” has the focus.`);
    stops.push(stop);
  }
  throw new Error(
    `The focus goes round for ever: ${stops
      .slice(-5)
      .map(({ name }) => name)
      .join(', ')}`,
  );
}

/** In the page: what has the focus, and whether one sees it; null when nothing of the page has it. */
function readStop(): Stop | null {
  const element = document.activeElement;
  if (!element || element === document.body || element === document.documentElement) return null;
  const all = [...document.querySelectorAll('*')];
  const label =
    element.getAttribute('aria-label') ??
    (element as HTMLInputElement).labels?.[0]?.textContent ??
    element.textContent;
  const hasRing = (one: Element | null): boolean => {
    if (!one) return false;
    const style = getComputedStyle(one);
    return (
      (style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) > 0) ||
      style.boxShadow !== 'none'
    );
  };
  // A field may pass the ring to the box or the label around it.
  const around = [
    element,
    element.parentElement,
    element.closest('label, [class*="ant-"][class*="focused"]'),
  ];
  const box = element.getBoundingClientRect();
  const isOnScreen = around.some((one) => {
    const size = one?.getBoundingClientRect();
    return size !== undefined && size.width > 0 && size.height > 0;
  });
  return {
    place: all.indexOf(element),
    name: (label?.trim() || element.tagName).replaceAll(/\s+/g, ' ').slice(0, 60),
    isSeen: isOnScreen && box.bottom > 0 && around.some(hasRing),
  };
}
