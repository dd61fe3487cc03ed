import type { PageImage } from './pages/page-image.ts';

/** One page of the lesson on the teacher's device. */
export interface ListedPage {
  readonly n: number;
  readonly width: number;
  readonly height: number;
  /** Address of a picture to show: made here, or the server's. */
  readonly src: string;
  readonly text: string;
  /** Whether the server holds it; until then pupils do not see it. */
  readonly held: boolean;
}

/** The lesson's pages in order of their numbers; 0, the blank board, is always there and not listed. */
export class PageList {
  readonly #pages = new Map<number, ListedPage>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get all(): readonly ListedPage[] {
    return [...this.#pages.values()].sort((a, b) => a.n - b.n);
  }

  get size(): number {
    return this.#pages.size;
  }

  get(n: number): ListedPage | undefined {
    return this.#pages.get(n);
  }

  /** A page made on this device; it is shown from here, the server's copy is not fetched. */
  addOwn(n: number, { bytes, type, text, width, height }: PageImage): void {
    const src = URL.createObjectURL(new Blob([bytes], { type }));
    this.#pages.set(n, { n, width, height, src, text, held: false });
    this.#onChange();
  }

  /** A page of the log, after a reload or from another device. */
  addHeld(page: Omit<ListedPage, 'held'>): void {
    const known = this.#pages.get(page.n);
    this.#pages.set(page.n, { ...page, src: known?.src ?? page.src, held: true });
    this.#onChange();
  }

  markHeld(n: number): void {
    const page = this.#pages.get(n);
    if (page) this.#pages.set(n, { ...page, held: true });
    this.#onChange();
  }

  remove(n: number): void {
    const page = this.#pages.get(n);
    if (page?.src.startsWith('blob:')) URL.revokeObjectURL(page.src);
    this.#pages.delete(n);
    this.#onChange();
  }

  /** The page `step` places further, 0 being the blank board before the first; stays at the ends. */
  neighbour(n: number, step: 1 | -1): number {
    const order = [0, ...this.all.map((page) => page.n)];
    const at = Math.max(0, order.indexOf(n));
    return order[Math.max(0, Math.min(order.length - 1, at + step))] ?? 0;
  }

  /** Place of a page as people count, from 1; 0 for the blank board. */
  placeOf(n: number): number {
    return this.all.findIndex((page) => page.n === n) + 1;
  }
}
