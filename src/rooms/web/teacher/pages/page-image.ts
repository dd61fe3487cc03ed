import type { KeptPage } from '../capture/segment-store.ts';

/** A page ready to be sent, with what the board needs to show it at once. */
export interface PageImage extends Pick<KeptPage, 'type' | 'text' | 'bytes'> {
  readonly width: number;
  readonly height: number;
}

/** Why a file cannot become a page; each has a sentence `rooms.teacher.page-problem.<code>`. */
export type PageProblemCode =
  | 'pdf-broken'
  | 'pdf-locked'
  | 'picture-unreadable'
  | 'not-a-page'
  | 'too-large'
  | 'no-room';

export class PageProblem extends Error {
  override name = 'PageProblem';
  readonly code: PageProblemCode;
  readonly fileName: string;

  constructor(code: PageProblemCode, fileName: string, cause?: unknown) {
    super(`${code}: ${fileName}`, { cause });
    this.code = code;
    this.fileName = fileName;
  }
}

/** The server makes its larger size 1,280 wide; a little more here keeps small print readable. */
export const pageLongSide = 1_600;
/** On a poor uplink a page of this size is there in 30 s; the server's own sizes are smaller still. */
const wantedBytes = 90_000;
const qualities = [0.82, 0.7, 0.55, 0.4] as const;

/** Encodes what is drawn: WebP where the browser writes it (a third smaller on text), else JPEG. */
export async function encodePage(canvas: HTMLCanvasElement, text: string): Promise<PageImage> {
  let best: Blob | null = null;
  for (const quality of qualities) {
    const webp = await toBlob(canvas, 'image/webp', quality);
    best = webp.type === 'image/webp' ? webp : await toBlob(canvas, 'image/jpeg', quality);
    if (best.size <= wantedBytes) break;
  }
  if (!best) throw new Error('no quality was tried');
  return {
    type: best.type === 'image/webp' ? 'image/webp' : 'image/jpeg',
    bytes: new Uint8Array(await best.arrayBuffer()),
    text,
    width: canvas.width,
    height: canvas.height,
  };
}

function toBlob(canvas: HTMLCanvasElement, type: string, quality: number): Promise<Blob> {
  return new Promise((resolve, reject) => {
    const take = (blob: Blob | null) => (blob ? resolve(blob) : reject(new Error('canvas gave no picture')));
    canvas.toBlob(take, type, quality);
  });
}

/** A canvas with white paper on it. */
export function paper(
  width: number,
  height: number,
): {
  canvas: HTMLCanvasElement;
  context: CanvasRenderingContext2D;
} {
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width);
  canvas.height = Math.round(height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser gives no 2d canvas');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  return { canvas, context };
}

/** An empty page of 4:3 to write on. */
export function blankPage(): Promise<PageImage> {
  return encodePage(paper(1_200, 900).canvas, '');
}
