// oxlint-disable-next-line import/default -- Vite answers `?worker&url` with the address of the bundle
import workerUrl from './capture.worker.ts?worker&url';
import { pageHeaders } from '../page-headers.ts';
import { workerAddress } from '../../../../platform/web/trusted.ts';
import type { CaptureStatus, FromWorker, HeldByServer, ToWorker, UntimedEvent } from './messages.ts';
import { type Microphone, openMicrophone } from './microphone.ts';
import type { KeptPage } from './segment-store.ts';

export interface CaptureListener {
  /** The worker is the only writer and knows where to go on. */
  opened(message: Extract<FromWorker, { type: 'opened' }>): void;
  /** Another tab of this browser teaches this lesson; this one writes nothing. */
  otherTab(): void;
  status(status: CaptureStatus): void;
  pageHeld(n: number): void;
  pageRefused(n: number, code: string): void;
  failed(reason: string): void;
}

/** The page's end of the capture worker: it passes things on and shows what comes back. */
export class Capture {
  readonly #worker: Worker;
  readonly #listener: CaptureListener;
  readonly #numbering = new Map<number, (n: number) => void>();
  #microphone: Microphone | null = null;
  #muted = false;
  #pageRefs = 0;
  #onEnded: () => void = () => undefined;

  constructor(listener: CaptureListener) {
    this.#listener = listener;
    this.#worker = new Worker(workerAddress(workerUrl), { type: 'module' });
    this.#worker.addEventListener('message', (message: MessageEvent<FromWorker>) => this.#hear(message.data));
    this.#worker.addEventListener('error', (error) => listener.failed(error.message));
  }

  /** @param takeOver - take the lesson from another tab of this browser. */
  open(logId: string, held: HeldByServer, takeOver: boolean): void {
    this.#tell({ type: 'open', logId, held, takeOver, headers: pageHeaders() });
  }

  /** Sends this page before the others that wait. */
  prefer(n: number): void {
    this.#tell({ type: 'prefer', n });
  }

  /**
   * Starts lesson time. Call it from a click: browsers start sound only then.
   *
   * @returns whether there is a microphone; without one the lesson runs on silence and can be tried again.
   */
  async begin(): Promise<Microphone['state']> {
    this.#microphone?.close();
    const microphone = await openMicrophone(
      (piece, level) => this.#tell({ type: 'recorded', piece, level }, [piece.buffer]),
      this.#muted,
    );
    this.#microphone = microphone;
    const { from, port, rate } = microphone;
    this.#tell({ type: 'begin', from, port, blockRate: rate }, port ? [port] : []);
    return microphone.state;
  }

  set muted(muted: boolean) {
    this.#muted = muted;
    this.#microphone?.mute(muted);
    this.#tell({ type: 'muted', muted });
  }

  /** @param at - `performance.now()` of the page when it happened; pointer events carry it as `timeStamp`. */
  event(event: UntimedEvent, at: number = performance.now()): void {
    this.#tell({ type: 'event', event, ageMs: Math.max(0, performance.now() - at) });
  }

  /** Queues a page image. @returns its number in the log. */
  page(page: Pick<KeptPage, 'type' | 'text' | 'bytes'>): Promise<number> {
    const ref = ++this.#pageRefs;
    return new Promise((resolve) => {
      this.#numbering.set(ref, resolve);
      this.#tell({ type: 'page', page, ref });
    });
  }

  /** Cuts and keeps the last words. Sending goes on until the page closes. */
  end(): Promise<void> {
    this.#microphone?.close();
    return new Promise((resolve) => {
      this.#onEnded = resolve;
      this.#tell({ type: 'end' });
    });
  }

  /** Stops without cutting anything: for a tab that has lost the lesson to another. */
  close(): void {
    this.#microphone?.close();
    this.#worker.terminate();
  }

  #tell(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #hear(message: FromWorker): void {
    switch (message.type) {
      case 'opened':
        return this.#listener.opened(message);
      case 'otherTab':
        this.#microphone?.close();
        return this.#listener.otherTab();
      case 'status':
        return this.#listener.status(message.status);
      case 'pageNumbered':
        this.#numbering.get(message.ref)?.(message.n);
        this.#numbering.delete(message.ref);
        return;
      case 'pageHeld':
        return this.#listener.pageHeld(message.n);
      case 'pageRefused':
        return this.#listener.pageRefused(message.n, message.code);
      case 'ended':
        return this.#onEnded();
      case 'failed':
        return this.#listener.failed(message.reason);
    }
  }
}
