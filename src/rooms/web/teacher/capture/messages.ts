import type { LessonEvent } from '../../../wire.ts';
import type { KeptPage } from './segment-store.ts';
import type { UploadStatus } from './upload-queue.ts';

/** An event without its time: the worker stamps it with lesson time. */
export type UntimedEvent = LessonEvent extends infer One
  ? One extends { dtMs: number }
    ? Omit<One, 'dtMs'>
    : never
  : never;

/** How far the server's log has come, from its manifest. */
export interface HeldByServer {
  /** Highest number held, or null when there is none. */
  readonly lastVoice: number | null;
  readonly lastEvents: number | null;
  readonly lastPage: number | null;
  readonly durationMs: number;
}

/** From the page to the capture worker. */
export type ToWorker =
  | { type: 'open'; logId: string; held: HeldByServer; takeOver: boolean; headers: Record<string, string> }
  /** This page comes first in the queue: it is being shown. */
  | { type: 'prefer'; n: number }
  /** `port` carries the microphone's blocks; null: no microphone, the lesson runs on silence. */
  | { type: 'begin'; from: 'samples' | 'recording'; port: MessagePort | null; blockRate: number }
  /** A piece of WebM from the page's MediaRecorder. */
  | { type: 'recorded'; piece: Uint8Array<ArrayBuffer>; level: number }
  | { type: 'muted'; muted: boolean }
  /** `ageMs`: how long before this message was posted it happened. */
  | { type: 'event'; event: UntimedEvent; ageMs: number }
  | { type: 'page'; page: Pick<KeptPage, 'type' | 'text' | 'bytes'>; ref: number }
  | { type: 'end' };

export interface CaptureStatus extends UploadStatus {
  readonly lessonMs: number;
  /** Lesson time up to which the server holds the voice. */
  readonly heldMs: number;
  /** Loudness since the last status, 0..1. */
  readonly level: number;
  /** False: this browser keeps nothing over a reload. */
  readonly durable: boolean;
  readonly pagesUnsent: number;
}

/** From the capture worker to the page. */
export type FromWorker =
  /** `unsentMs`: voice of an earlier life of this page that is being sent now. */
  | {
      type: 'opened';
      resumedAtMs: number;
      unsentMs: number;
      keptPages: KeptPage[];
      earlierEvents: LessonEvent[];
    }
  | { type: 'otherTab' }
  | { type: 'status'; status: CaptureStatus }
  | { type: 'pageNumbered'; ref: number; n: number }
  | { type: 'pageHeld'; n: number }
  | { type: 'pageRefused'; n: number; code: string }
  | { type: 'ended' }
  /** The capture itself broke; what was said until then is kept. */
  | { type: 'failed'; reason: string };
