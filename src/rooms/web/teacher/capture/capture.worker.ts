/**
 * Makes the lesson's log on the teacher's device: voice and events in, numbered segments out, kept until the
 * server holds them. Nothing of it runs on the page's own thread.
 */
import { decodeEvents, type LessonEvent } from '../../../wire.ts';
import { LogWriter, resumePoint } from './log-writer.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { PageUploads } from './page-uploads.ts';
import { type KeptSegment, type SegmentStore, openSegmentStore } from './segment-store.ts';
import { sendPage, sendSegment } from './send.ts';
import { shrinkPage } from './shrink-page.ts';
import { UploadQueue } from './upload-queue.ts';
import { VoiceTrack } from './voice-track.ts';
import { holdWriterLock } from './writer-lock.ts';

const saveOpenMs = 250;
const cutEventsMs = 1_000;
const statusMs = 250;
/** The server takes late pieces of an ended lesson for 24 hours; a day more leaves room for wrong clocks. */
const keepMs = 48 * 3_600_000;

interface Lesson {
  readonly store: SegmentStore;
  readonly writer: LogWriter;
  readonly queue: UploadQueue;
  readonly pages: PageUploads;
  voice: VoiceTrack | null;
}

let lesson: Lesson | null = null;
let ended = false;

/** The types know `self` as a window; a worker's `postMessage` takes no target. */
const page = self as unknown as Worker;
const post = (message: FromWorker) => page.postMessage(message, []);
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const failed = (error: unknown) => post({ type: 'failed', reason: String(error) });

async function open(message: Extract<ToWorker, { type: 'open' }>): Promise<void> {
  const { logId, held } = message;
  const mayWrite = await holdWriterLock(logId, message.takeOver, () => {
    post({ type: 'otherTab' });
    self.close();
  });
  if (!mayWrite) return post({ type: 'otherTab' });
  const store = await openSegmentStore();
  await store.purge(Date.now() - keepMs);
  const kept = await store.load(logId);
  const state = resumePoint(logId, kept.state, held);
  const { queue, pages } = senders(store, message);
  const writer = new LogWriter(store, state, (segment) => queue.add(segment));
  lesson = { store, writer, queue, pages, voice: null };
  for (const segment of kept.segments) queue.add(segment);
  for (const page of kept.pages) pages.add(page);
  post({
    type: 'opened',
    resumedAtMs: state.voiceEndMs,
    unsentMs: queue.status().unsentMs,
    keptPages: kept.pages,
    earlierEvents: unsentEvents(kept.segments, state.openEvents),
  });
  setInterval(() => writer.saveOpen(lesson?.voice?.openPackets ?? state.openPackets), saveOpenMs);
  setInterval(() => writer.cutEvents(), cutEventsMs);
  setInterval(sendStatus, statusMs);
}

function senders(
  store: SegmentStore,
  { headers, held }: Extract<ToWorker, { type: 'open' }>,
): Pick<Lesson, 'queue' | 'pages'> {
  const queue = new UploadQueue({
    heldBefore: { voice: held.lastVoice ?? 0, events: held.lastEvents ?? 0 },
    send: (segment) => sendSegment(segment, headers),
    forget: (segments) => store.forget(segments),
    wait,
    onChange: () => undefined,
  });
  const pages = new PageUploads({
    send: (page, giveWay) => sendPage(page, headers, giveWay),
    shrink: shrinkPage,
    voiceWaiting: () => queue.voiceWaiting,
    teaching: () => Boolean(lesson?.voice) && !ended,
    wait,
    onHeld: async ({ logId, n }) => {
      await store.forgetPage(logId, n);
      post({ type: 'pageHeld', n });
    },
    onRefused: async ({ logId, n }, code) => {
      await store.forgetPage(logId, n);
      post({ type: 'pageRefused', n, code });
    },
  });
  return { queue, pages };
}

/** Ink that the server may not have yet: the page shows it again after a reload. */
function unsentEvents(
  segments: readonly KeptSegment[],
  open: readonly { event: LessonEvent }[],
): LessonEvent[] {
  const kept = segments
    .filter(({ track }) => track === 'events')
    .sort((a, b) => a.n - b.n)
    .flatMap(({ bytes }) => decodeEvents(bytes));
  return [...kept, ...open.map(({ event }) => event)];
}

function begin({ from, port, blockRate }: Extract<ToWorker, { type: 'begin' }>): void {
  if (!lesson || ended) return;
  const { writer } = lesson;
  if (!lesson.voice) {
    const voice = new VoiceTrack({
      from,
      baseMs: writer.state.voiceEndMs,
      openPackets: writer.state.openPackets,
      onInit: (bytes) => writer.init(bytes),
      onSegment: (segment) => writer.voice(segment, () => voice.openPackets),
      onOpenPackets: () => writer.openPacketsChanged(),
      onFailure: failed,
    });
    lesson.voice = voice;
  }
  lesson.voice.begin(port, blockRate);
}

function takeEvent({ event, ageMs }: Extract<ToWorker, { type: 'event' }>): void {
  if (!lesson || ended) return;
  const { voice, writer } = lesson;
  const atMs = voice ? voice.lessonMsAt(performance.now() - ageMs) : writer.state.voiceEndMs;
  // The cut adds the real distance from the segment's start.
  writer.event({ atMs, event: { ...event, dtMs: 0 } });
}

async function takePage({ page: picture, ref }: Extract<ToWorker, { type: 'page' }>): Promise<void> {
  if (!lesson) return;
  const n = lesson.writer.takePageNumber();
  const kept = { ...picture, n, logId: lesson.writer.state.logId, keptAt: Date.now() };
  await lesson.store.keepPage(kept);
  post({ type: 'pageNumbered', ref, n });
  lesson.pages.add(kept);
}

async function end(): Promise<void> {
  if (!lesson || ended) return;
  ended = true;
  await lesson.voice?.finish();
  lesson.writer.cutEvents();
  await lesson.writer.settled();
  post({ type: 'ended' });
}

/** A broken recording must not look like silence. */
function takeRecorded({ piece, level }: Extract<ToWorker, { type: 'recorded' }>): void {
  try {
    lesson?.voice?.recorded(piece, level);
  } catch (error) {
    failed(error);
  }
}

function sendStatus(): void {
  if (!lesson) return;
  const { voice, queue, pages, store, writer } = lesson;
  post({
    type: 'status',
    status: {
      ...queue.status(),
      lessonMs: voice && !ended ? voice.lessonMsAt(performance.now()) : writer.state.voiceEndMs,
      heldMs: queue.firstUnsentMs ?? writer.state.voiceEndMs,
      level: voice?.takeLevel() ?? 0,
      durable: store.durable,
      pagesUnsent: pages.unsent,
    },
  });
}

function setMuted(muted: boolean): void {
  if (lesson?.voice) lesson.voice.muted = muted;
}

self.addEventListener('message', (message: MessageEvent<ToWorker>) => {
  const told = message.data;
  if (told.type === 'open') void open(told).catch(failed);
  else if (told.type === 'begin') begin(told);
  else if (told.type === 'muted') setMuted(told.muted);
  else if (told.type === 'event') takeEvent(told);
  else if (told.type === 'recorded') takeRecorded(told);
  else if (told.type === 'prefer') lesson?.pages.prefer(told.n);
  else if (told.type === 'page') void takePage(told).catch(failed);
  else void end().catch(failed);
});
