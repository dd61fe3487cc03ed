import type { PageRow } from '../../wire.ts';

export type PageSize = 'small' | 'large';

export interface LoadedPage {
  readonly row: PageRow;
  /** Address of the best picture here, or null while none has come whole. */
  readonly url: string | null;
  readonly size: PageSize | null;
}

/** How the next piece of a page is fetched; decided for every piece anew. */
export interface Pace {
  /** Sizes wanted of the page in view, first one first. */
  sizes: readonly PageSize[];
  /** Pages after the one in view to have ready. */
  ahead: number;
  pieceBytes: number;
  /** Time from one piece to the next, so that voice is never waited for. */
  everyMs: number;
}

export interface PageLoader {
  add(pageN: number, row: PageRow): void;
  page(pageN: number): LoadedPage | null;
  /** Numbers of all pages known, ascending. */
  numbers(): readonly number[];
  /** The page somebody looks at now; its picture is fetched first. */
  want(pageN: number): void;
  /** Milliseconds until the picture in view is here at the speed of the last pieces; null when none is coming. */
  etaMs(): number | null;
  /** Looks again whether there is something to fetch: the pace may have changed. */
  poke(): void;
  stop(): void;
}

interface Download {
  address: string;
  parts: ArrayBuffer[];
  gotBytes: number;
  totalBytes: number;
  url: string | null;
}

const retryMs = 3000;

/**
 * Fetches page pictures in pieces, so that a 60 kB page on a 40 kbit/s line never holds up the voice.
 *
 * @param whose - see `whoseQuery`.
 * @param pace - asked before every piece.
 * @param onPicture - a picture of this page is here (or a better one).
 */
export function createPageLoader(
  logId: string,
  whose: string,
  pace: () => Pace,
  onPicture: (pageN: number) => void,
): PageLoader {
  const rows = new Map<number, PageRow>();
  const downloads = new Map<string, Download>();
  let wantedN = 0;
  let isWorking = false;
  let bytesPerMs = 0;
  const status = { isStopped: false };

  const downloadOf = (row: PageRow, size: PageSize): Download => {
    const address = `/api/logs/${logId}/pages/${row.sha256}?size=${size}${whose}`;
    let download = downloads.get(address);
    if (!download) {
      const totalBytes = size === 'small' ? row.smallBytes : row.largeBytes;
      download = { address, parts: [], gotBytes: 0, totalBytes, url: null };
      downloads.set(address, download);
    }
    return download;
  };

  const numbers = (): number[] => Array.from(rows.keys()).sort((a, b) => a - b);

  /** What to fetch next: the page in view in the sizes wanted, then the pages after it in the last of them. */
  const nextDownload = ({ sizes, ahead }: Pace): { pageN: number; download: Download } | null => {
    const best = sizes[sizes.length - 1]!;
    const inView = rows.get(wantedN);
    const wanted: { pageN: number; size: PageSize }[] = [];
    if (inView && !downloadOf(inView, best).url) {
      for (const size of sizes) wanted.push({ pageN: wantedN, size });
    }
    const following = numbers().filter((n) => n > wantedN);
    for (const pageN of following.slice(0, ahead)) wanted.push({ pageN, size: best });
    for (const { pageN, size } of wanted) {
      const download = downloadOf(rows.get(pageN)!, size);
      if (!download.url) return { pageN, download };
    }
    return null;
  };

  const fetchPiece = async (download: Download, pieceBytes: number): Promise<void> => {
    const from = download.gotBytes;
    const to = Math.min(download.totalBytes, from + pieceBytes) - 1;
    const startedMs = performance.now();
    const response = await fetch(download.address, {
      credentials: 'same-origin',
      headers: { range: `bytes=${from}-${to}` },
    });
    if (!response.ok) throw new Error(`page answered ${response.status}`);
    const part = await response.arrayBuffer();
    bytesPerMs = part.byteLength / Math.max(5, performance.now() - startedMs);
    if (response.status === 206) {
      download.parts.push(part);
      download.gotBytes += part.byteLength;
      const range = /\/(\d+)$/.exec(response.headers.get('content-range') || '');
      if (range) download.totalBytes = Number(range[1]);
    } else {
      // A server or proxy that knows no ranges sent the whole picture.
      download.parts = [part];
      download.gotBytes = part.byteLength;
      download.totalBytes = part.byteLength;
    }
    if (download.gotBytes >= download.totalBytes) {
      download.url = URL.createObjectURL(new Blob(download.parts, { type: 'image/jpeg' }));
      download.parts = [];
    }
  };

  const work = async (): Promise<void> => {
    if (isWorking) return;
    isWorking = true;
    while (!status.isStopped) {
      const { pieceBytes, everyMs, ...wish } = pace();
      const next = nextDownload({ pieceBytes, everyMs, ...wish });
      if (!next) break;
      const startedMs = performance.now();
      let restMs = 0;
      try {
        await fetchPiece(next.download, pieceBytes);
        restMs = everyMs - (performance.now() - startedMs);
        if (next.download.url) onPicture(next.pageN);
      } catch {
        restMs = retryMs; // the feed says that the line is down; this only goes on trying
      }
      if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
    }
    isWorking = false;
  };

  return {
    numbers,
    add(pageN, row) {
      rows.set(pageN, row);
      void work();
    },
    page(pageN) {
      const row = rows.get(pageN);
      if (!row) return null;
      const large = downloadOf(row, 'large').url;
      const small = downloadOf(row, 'small').url;
      return { row, url: large || small, size: large ? 'large' : small ? 'small' : null };
    },
    want(pageN) {
      wantedN = pageN;
      void work();
    },
    etaMs() {
      const row = rows.get(wantedN);
      if (!row) return null;
      const { sizes, pieceBytes, everyMs } = pace();
      const { totalBytes, gotBytes } = downloadOf(row, sizes[0]!);
      const perMs = everyMs > 0 ? Math.min(bytesPerMs || Infinity, pieceBytes / everyMs) : bytesPerMs;
      return perMs > 0 ? (totalBytes - gotBytes) / perMs : null;
    },
    poke: () => void work(),
    stop() {
      status.isStopped = true;
      for (const { url } of Array.from(downloads.values())) if (url) URL.revokeObjectURL(url);
    },
  };
}
