import type { LessonEvent } from '../../../wire.ts';
import type { VoicePacket } from './voice-encoder.ts';

/** Tracks that the teacher's page writes. */
export type WrittenTrack = 'voice' | 'events';

/** A numbered piece of the log, kept until the server has said that it holds it. */
export interface KeptSegment {
  readonly logId: string;
  readonly track: WrittenTrack;
  readonly n: number;
  readonly startMs: number;
  readonly durationMs: number;
  readonly sha256: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly keptAt: number;
}

/** An event with its lesson time, before it is cut into a segment. */
export interface TimedEvent {
  readonly atMs: number;
  readonly event: LessonEvent;
}

/** Where the writing of a log stands on this device, the piece not yet cut included. */
export interface LogState {
  readonly logId: string;
  readonly nextVoice: number;
  readonly nextEvents: number;
  readonly nextPage: number;
  /** Lesson time at which the open voice segment begins. */
  readonly voiceEndMs: number;
  readonly initKept: boolean;
  readonly openPackets: readonly VoicePacket[];
  readonly openEvents: readonly TimedEvent[];
  readonly savedAt: number;
}

/** A page image waiting for its upload. */
export interface KeptPage {
  readonly logId: string;
  readonly n: number;
  readonly type: 'image/jpeg' | 'image/png' | 'image/webp';
  readonly text: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly keptAt: number;
}

/** What survives a reload or a crash of the teacher's page. */
export interface SegmentStore {
  /** False when the browser refuses storage: then only this page's memory holds the lesson, and it must say so. */
  readonly durable: boolean;
  load(logId: string): Promise<{ state: LogState | null; segments: KeptSegment[]; pages: KeptPage[] }>;
  /** Segments and the state that follows from them, in one transaction. */
  keep(state: LogState, segments: readonly KeptSegment[]): Promise<void>;
  forget(segments: readonly Pick<KeptSegment, 'logId' | 'track' | 'n'>[]): Promise<void>;
  keepPage(page: KeptPage): Promise<void>;
  forgetPage(logId: string, n: number): Promise<void>;
  /** Forgets everything kept before the instant: the server takes late pieces for 24 hours only. */
  purge(keptBefore: number): Promise<void>;
}

const databaseName = 'nol-room';

/** Opens the store of this browser, or one in memory when storage is refused (private windows, full disks). */
export async function openSegmentStore(): Promise<SegmentStore> {
  try {
    return storeIn(await openDatabase());
  } catch (error) {
    // Not silent: `durable` is false, and the page tells the teacher that a reload would lose unsent voice.
    if (error instanceof DOMException) return memoryStore();
    throw error;
  }
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(databaseName, 1);
    request.addEventListener('upgradeneeded', () => {
      request.result.createObjectStore('segments', { keyPath: ['logId', 'track', 'n'] });
      request.result.createObjectStore('logs', { keyPath: 'logId' });
      request.result.createObjectStore('pages', { keyPath: ['logId', 'n'] });
    });
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('no database')));
    request.addEventListener('blocked', () => reject(new DOMException('blocked', 'InvalidStateError')));
  });
}

function storeIn(database: IDBDatabase): SegmentStore {
  const write = (stores: string[], act: (transaction: IDBTransaction) => void) =>
    done(database.transaction(stores, 'readwrite', { durability: 'relaxed' }), act);
  return {
    durable: true,
    async load(logId) {
      const transaction = database.transaction(['segments', 'logs', 'pages']);
      const [state, segments, pages] = await Promise.all([
        answer<LogState | undefined>(transaction.objectStore('logs').get(logId)),
        answer<KeptSegment[]>(transaction.objectStore('segments').getAll(rangeOf(logId))),
        answer<KeptPage[]>(transaction.objectStore('pages').getAll(rangeOf(logId))),
      ]);
      return { state: state ?? null, segments, pages };
    },
    keep: (state, segments) =>
      write(['segments', 'logs'], (transaction) => {
        for (const segment of segments) transaction.objectStore('segments').put(segment);
        transaction.objectStore('logs').put(state);
      }),
    forget: (segments) =>
      write(['segments'], (transaction) => {
        for (const { logId, track, n } of segments)
          transaction.objectStore('segments').delete([logId, track, n]);
      }),
    keepPage: (page) => write(['pages'], (transaction) => transaction.objectStore('pages').put(page)),
    forgetPage: (logId, n) =>
      write(['pages'], (transaction) => transaction.objectStore('pages').delete([logId, n])),
    purge: (keptBefore) =>
      write(['segments', 'logs', 'pages'], (transaction) => {
        for (const name of ['segments', 'logs', 'pages']) purgeOld(transaction.objectStore(name), keptBefore);
      }),
  };
}

/** All keys whose first member is the log: arrays sort after strings and numbers. */
function rangeOf(logId: string): IDBKeyRange {
  return IDBKeyRange.bound([logId], [logId, []]);
}

function purgeOld(store: IDBObjectStore, keptBefore: number): void {
  const request = store.openCursor();
  request.addEventListener('success', () => {
    const cursor = request.result;
    if (!cursor) return;
    const row: { keptAt?: number; savedAt?: number } = cursor.value;
    if ((row.keptAt ?? row.savedAt ?? 0) < keptBefore) cursor.delete();
    cursor.continue();
  });
}

function done(transaction: IDBTransaction, act: (transaction: IDBTransaction) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve());
    const fail = () => reject(transaction.error ?? new DOMException('aborted', 'AbortError'));
    transaction.addEventListener('error', fail);
    transaction.addEventListener('abort', fail);
    act(transaction);
  });
}

function answer<T>(request: IDBRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('storage read failed')));
  });
}

function memoryStore(): SegmentStore {
  return {
    durable: false,
    load: async () => ({ state: null, segments: [], pages: [] }),
    keep: async () => undefined,
    forget: async () => undefined,
    keepPage: async () => undefined,
    forgetPage: async () => undefined,
    purge: async () => undefined,
  };
}
