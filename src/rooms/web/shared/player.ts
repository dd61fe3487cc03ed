import { fragmentStartMs, initTimescale } from './fragments.ts';

/** What a pupil hears now, or why not. */
export type VoiceState =
  | 'starting' // nothing to play has come yet
  | 'playing'
  | 'waiting' // played all there was; goes on by itself
  | 'refused' // the browser plays only after a touch
  | 'paused'
  | 'ended'
  | 'failed'; // the browser could not decode; the caller builds a new player

export interface VoiceSegment {
  /** Lesson time of the first sample. */
  startMs: number;
  durationMs: number;
  bytes: Uint8Array;
}

export interface VoicePlayer {
  readonly audio: HTMLAudioElement;
  readonly state: VoiceState;
  /** Lesson time being heard. */
  positionMs(): number;
  /** How much can be played from here without anything new coming. */
  aheadMs(): number;
  /** Whether this moment of the lesson is already here. */
  holds(ms: number): boolean;
  init(bytes: Uint8Array): void;
  append(segment: VoiceSegment): void;
  /** Nothing more will come; playing past the end becomes `ended`. */
  finish(): void;
  /** Starts at the given moment as soon as it is here; answers after the browser allowed or refused. */
  playFrom(ms: number): Promise<void>;
  play(): Promise<void>;
  pause(): void;
  seek(ms: number): void;
  setRate(rate: number): void;
  /** Call about four times a second: steps over holes in lesson time, drops what was heard long ago. */
  tick(): void;
  destroy(): void;
}

type SourceClass = { new (): MediaSource; isTypeSupported(type: string): boolean };

interface ManagedSource extends MediaSource {
  readonly streaming?: boolean;
}

/** Chromium knows Opus in MP4 as "opus", Safari as "Opus"; newer ones know both. */
const opusTypes = ['audio/mp4; codecs="opus"', 'audio/mp4; codecs="Opus"'];

/** Kept behind the position, so that a short step back needs no network. */
const keepBehindMs = 120_000;

/** A segment whose own clock differs by more than this from the log's is moved. */
const clockToleranceMs = 20;

/**
 * How this browser can play a lesson's voice.
 *
 * @returns the class and the type to open, or `null` when it has no Media Source or no Opus (iPhones before 17.1).
 */
export function voiceSupport(
  scope: object = globalThis,
): { Source: SourceClass; type: string; managed: boolean } | null {
  const classes = scope as { ManagedMediaSource?: SourceClass; MediaSource?: SourceClass };
  const Source = classes.ManagedMediaSource || classes.MediaSource;
  if (!Source) return null;
  const type = opusTypes.find((candidate) => Source.isTypeSupported(candidate));
  return type ? { Source, type, managed: Source === classes.ManagedMediaSource } : null;
}

/**
 * Plays numbered fMP4 segments of one voice track in lesson time.
 *
 * The caller appends segments in any order and as they come; each lands at the lesson time the log gave it, also
 * when the teacher's page was started again and its own clock began at 0.
 *
 * @throws {Error} when `voiceSupport()` is null; ask first.
 */
export function createVoicePlayer(onState: (state: VoiceState) => void): VoicePlayer {
  const support = voiceSupport();
  if (!support) throw new Error('this browser cannot play Opus through a media source');
  const { Source, type, managed } = support;
  const audio = document.createElement('audio');
  audio.preload = 'auto';
  if (managed) audio.disableRemotePlayback = true;
  const source: ManagedSource = new Source();
  const address = URL.createObjectURL(source);

  let state: VoiceState = 'starting';
  let buffer: SourceBuffer | null = null;
  let timescale = 0;
  let initBytes: Uint8Array | null = null;
  let initAppended = false;
  let finished = false;
  let wanted: number | null = null;
  let destroyed = false;
  const queue: VoiceSegment[] = [];

  const become = (next: VoiceState): void => {
    if (state === next || destroyed) return;
    state = next;
    onState(next);
  };

  const rangeAt = (seconds: number): { start: number; end: number } | null => {
    const { buffered } = audio;
    for (let i = 0; i < buffered.length; i += 1) {
      // 50 ms before a range still counts: the browser plays on from there by itself.
      if (buffered.start(i) - 0.05 <= seconds && seconds < buffered.end(i)) {
        return { start: buffered.start(i), end: buffered.end(i) };
      }
    }
    return null;
  };

  const rangeStartAfter = (seconds: number): number | null => {
    const { buffered } = audio;
    for (let i = 0; i < buffered.length; i += 1) if (buffered.start(i) > seconds) return buffered.start(i);
    return null;
  };

  const dropHeard = (beforeSeconds: number): boolean => {
    if (!buffer || buffer.updating || buffer.buffered.length === 0) return false;
    if (beforeSeconds - buffer.buffered.start(0) < 10) return false;
    buffer.remove(0, beforeSeconds);
    return true;
  };

  const appendNow = (bytes: Uint8Array): void => {
    // The bytes came out of a larger answer; a buffer source of exactly this part is what old browsers want.
    buffer!.appendBuffer(bytes.slice().buffer);
  };

  const pump = (): void => {
    if (!buffer || buffer.updating || source.readyState === 'closed' || !initBytes) return;
    if (!initAppended) {
      initAppended = true;
      appendNow(initBytes);
      return;
    }
    // A managed source says when it has enough; what is left waits here.
    if (managed && source.streaming === false && aheadMs() > 10_000) return;
    const segment = queue[0];
    if (!segment) {
      if (finished && source.readyState === 'open') source.endOfStream();
      return;
    }
    const ownStart = fragmentStartMs(segment.bytes, timescale);
    if (ownStart !== null) {
      const difference = segment.startMs - ownStart;
      const offset = Math.abs(difference) > clockToleranceMs ? difference / 1000 : 0;
      if (Math.abs(buffer.timestampOffset - offset) > 0.001) buffer.timestampOffset = offset;
    }
    try {
      appendNow(segment.bytes);
      queue.shift();
    } catch (error) {
      if ((error as DOMException).name !== 'QuotaExceededError') throw error;
      // Full: make room from what was heard and try again at the next tick.
      dropHeard(audio.currentTime - 10);
    }
  };

  function aheadMs(): number {
    const range = rangeAt(audio.currentTime);
    return range ? Math.max(0, (range.end - audio.currentTime) * 1000) : 0;
  }

  const startIfHere = (): void => {
    // A position given before the browser knows the media is lost.
    if (wanted === null || audio.readyState === 0) return;
    const range = rangeAt(wanted / 1000);
    if (!range) return;
    audio.currentTime = Math.max(wanted / 1000, range.start);
    wanted = null;
  };

  const play = async (): Promise<void> => {
    try {
      await audio.play();
    } catch (error) {
      const { name } = error as DOMException;
      if (name === 'NotAllowedError') become('refused');
      else if (name !== 'AbortError') throw error; // AbortError: paused or moved before it began, which is no fault
    }
  };

  audio.addEventListener('loadedmetadata', startIfHere);
  audio.addEventListener('playing', () => become('playing'));
  audio.addEventListener('waiting', () =>
    become(state === 'starting' || state === 'refused' ? state : 'waiting'),
  );
  audio.addEventListener('pause', () => {
    if (!audio.ended && state !== 'refused') become('paused');
  });
  audio.addEventListener('ended', () => become('ended'));
  audio.addEventListener('error', () => become('failed'));
  source.addEventListener('startstreaming', pump);
  source.addEventListener(
    'sourceopen',
    () => {
      URL.revokeObjectURL(address);
      buffer = source.addSourceBuffer(type);
      buffer.addEventListener('updateend', () => {
        startIfHere();
        pump();
      });
      pump();
    },
    { once: true },
  );
  audio.src = address;

  return {
    audio,
    get state() {
      return state;
    },
    positionMs: () => (wanted === null ? audio.currentTime * 1000 : wanted),
    aheadMs,
    holds: (ms) => rangeAt(ms / 1000) !== null,
    init(bytes) {
      initBytes = bytes;
      timescale = initTimescale(bytes);
      pump();
    },
    append(segment) {
      finished = false;
      queue.push(segment);
      pump();
    },
    finish() {
      finished = true;
      pump();
    },
    playFrom(ms) {
      wanted = ms;
      startIfHere();
      return play();
    },
    play,
    pause: () => audio.pause(),
    seek(ms) {
      wanted = ms;
      startIfHere();
    },
    setRate(rate) {
      audio.playbackRate = rate;
    },
    tick() {
      if (destroyed) return;
      startIfHere();
      if (!audio.paused && !audio.seeking && wanted === null && audio.readyState < 3) {
        // At a hole: the lesson's clock jumped (the teacher's page was away). Go to where the voice goes on.
        const here = rangeAt(audio.currentTime);
        const isAtEnd = !here || here.end - audio.currentTime < 0.25;
        const next = isAtEnd ? rangeStartAfter(audio.currentTime + 0.25) : null;
        if (next !== null) audio.currentTime = next + 0.001;
      }
      if (!dropHeard(audio.currentTime - keepBehindMs / 1000)) pump();
    },
    destroy() {
      destroyed = true;
      audio.pause();
      audio.removeAttribute('src');
      audio.load();
    },
  };
}
