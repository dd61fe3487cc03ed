import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { workerAddress } from '../../../../platform/web/trusted.ts';
// oxlint-disable-next-line import/default -- Vite answers `?worker&url` with the address of the bundle
import pdfWorkerUrl from './pdf.worker.ts?worker&url';
import { type PageImage, PageProblem, encodePage, pageLongSide, paper } from './page-image.ts';

export interface OpenPdf {
  readonly fileName: string;
  readonly pageCount: number;
  /** @param pageNo - from 1. */
  page(pageNo: number): Promise<PageImage>;
  close(): Promise<void>;
}

const mostBytes = 200_000_000;
/** Enough for a screen reader's name of the page; the server keeps no more of it. */
const textChars = 300;
/** Pictures inside a page beyond this are bombs, not lesson material. */
const mostImagePixels = 64_000_000;

/**
 * Opens a PDF. pdf.js is fetched only now; its parser runs in a worker of its own.
 *
 * Chinese PDFs often name a font without carrying it: the character maps and stand-in fonts lie beside the bundle.
 *
 * @throws {PageProblem} `pdf-broken`, `pdf-locked` (wants a password), `too-large` (over 200 MB).
 */
export async function openPdf(file: File): Promise<OpenPdf> {
  if (file.size > mostBytes) throw new PageProblem('too-large', file.name);
  const pdfjs = await import('pdfjs-dist/legacy/build/pdf.mjs');
  const port = new Worker(workerAddress(pdfWorkerUrl), { type: 'module' });
  const assets = new URL(`${import.meta.env.BASE_URL}pdf/`, location.href).href;
  const task = pdfjs.getDocument({
    data: await file.arrayBuffer(),
    worker: pdfjs.PDFWorker.create({ port }),
    cMapUrl: `${assets}cmaps/`,
    cMapPacked: true,
    standardFontDataUrl: `${assets}standard_fonts/`,
    wasmUrl: `${assets}decoders/`,
    // WebAssembly would need a hole in the page's content policy; the decoders exist as plain script.
    useWasm: false,
    useSystemFonts: true,
    disableWorkerRendering: true,
    enableXfa: false,
    maxImageSize: mostImagePixels,
    verbosity: pdfjs.VerbosityLevel.ERRORS,
  });
  const close = async () => {
    await task.destroy();
    port.terminate();
  };
  try {
    const document = await task.promise;
    return {
      fileName: file.name,
      pageCount: document.numPages,
      page: (pageNo) => drawPage(document, pageNo, file.name),
      close,
    };
  } catch (cause) {
    await close();
    const locked = cause instanceof Error && cause.name === 'PasswordException';
    throw new PageProblem(locked ? 'pdf-locked' : 'pdf-broken', file.name, cause);
  }
}

async function drawPage(document: PDFDocumentProxy, pageNo: number, fileName: string): Promise<PageImage> {
  try {
    const page = await document.getPage(pageNo);
    const natural = page.getViewport({ scale: 1 });
    const viewport = page.getViewport({ scale: pageLongSide / Math.max(natural.width, natural.height) });
    const { canvas, context } = paper(viewport.width, viewport.height);
    await page.render({ canvas, canvasContext: context, viewport }).promise;
    const { items } = await page.getTextContent();
    const text = items
      .map((item) => ('str' in item ? item.str : ''))
      .join(' ')
      .replace(/\s+/g, ' ')
      .trim();
    page.cleanup();
    return await encodePage(canvas, text.slice(0, textChars));
  } catch (cause) {
    throw new PageProblem('pdf-broken', fileName, cause);
  }
}
