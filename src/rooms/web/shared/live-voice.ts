import type { FeedFrame } from '../../wire.ts';
import { VOICE_INIT_N } from '../../wire.ts';
import { createVoicePlayer, voiceSupport, type VoicePlayer, type VoiceState } from './player.ts';

/** The voice of a running lesson: begins near its end, then keeps every word. */
export interface LiveVoice {
  /** False where the browser has no way to play it: then page and ink follow the newest, silently. */
  readonly isPlayable: boolean;
  readonly state: VoiceState;
  /** Lesson time the page and its ink should show: what is heard, or the newest while nothing may be played. */
  positionMs(): number;
  /** End of the newest voice that has come. */
  edgeMs(): number;
  /** Voice in hand beyond the position. */
  aheadMs(): number;
  /** How much further behind the teacher than a good start would be; 0 when in step. */
  lateMs(): number;
  readonly rate: number;
  /** Voice frames of one feed answer. */
  push(frames: readonly FeedFrame[]): void;
  setStep(step: 1 | 2): void;
  /** To the newest; the words in between are left for the recording. */
  goLatest(): void;
  /** After a touch: plays, from the newest when nothing was heard before. */
  touch(): void;
  /** Nothing more will come. */
  finish(): void;
  tick(): void;
  destroy(): void;
}

/**
 * Distance from the end of the newest voice at which playing begins.
 *
 * One segment comes every 1.98 s (or two every 3.96 s): what is left just before it comes is this less that.
 */
const startBehindMs = { 1: 3_400, 2: 7_000 } as const;
/** While settling in, a little faster play takes back what the moment of arrival added; nobody hears 5 %. */
const settlingMs = 45_000;
const settlingRate = 1.05;
const settledWithinMs = 600;

const isSilent = (state: VoiceState): boolean => state === 'refused' || state === 'starting';

export function createLiveVoice(onState: (state: VoiceState) => void): LiveVoice {
  return voiceSupport() ? createPlayedVoice(onState) : createSilentVoice();
}

function createSilentVoice(): LiveVoice {
  let edge = 0;
  return {
    isPlayable: false,
    state: 'starting',
    rate: 1,
    positionMs: () => edge,
    edgeMs: () => edge,
    aheadMs: () => Infinity,
    lateMs: () => 0,
    push(frames) {
      for (const { startMs, durationMs } of frames) edge = Math.max(edge, startMs + durationMs);
    },
    setStep() {},
    goLatest() {},
    touch() {},
    finish() {},
    tick() {},
    destroy() {},
  };
}

function createPlayedVoice(onState: (state: VoiceState) => void): LiveVoice {
  let player: VoicePlayer = createVoicePlayer(follow);
  let init: FeedFrame | null = null;
  let edge = 0;
  let firstMs = Infinity;
  let step: 1 | 2 = 1;
  let hasBegun = false;
  let begunAtMs = 0;
  let rate = 1;
  let finished = false;

  function follow(state: VoiceState): void {
    if (state === 'playing' && begunAtMs === 0) begunAtMs = performance.now();
    if (state === 'failed') rebuild();
    onState(state);
  }

  /** A browser that choked on one segment gets a new player and goes on with the next. */
  function rebuild(): void {
    player.destroy();
    player = createVoicePlayer(follow);
    hasBegun = false;
    firstMs = Infinity;
    if (init) player.init(init.bytes);
  }

  const setRate = (next: number): void => {
    if (next === rate) return;
    rate = next;
    player.setRate(next);
  };

  /** Only right after the start, and only what the moment of starting cost; a later delay is kept on purpose. */
  const settle = (): void => {
    if (begunAtMs === 0 || player.state !== 'playing') return;
    const excessMs = edge - player.positionMs() - startBehindMs[step];
    const isSettling = performance.now() - begunAtMs < settlingMs;
    if (isSettling && excessMs > settledWithinMs && excessMs < 4_000) setRate(settlingRate);
    else if (excessMs < 150 || !isSettling) setRate(1);
  };

  const begin = (): void => {
    hasBegun = true;
    void player.playFrom(Math.max(firstMs, edge - startBehindMs[step]));
  };

  return {
    isPlayable: true,
    get state() {
      return player.state;
    },
    get rate() {
      return rate;
    },
    positionMs: () => (hasBegun && !isSilent(player.state) ? player.positionMs() : edge),
    edgeMs: () => edge,
    aheadMs: () => player.aheadMs(),
    lateMs() {
      if (player.state !== 'playing' && player.state !== 'waiting') return 0;
      return Math.max(0, edge - player.positionMs() - startBehindMs[step]);
    },
    push(frames) {
      for (const frame of frames) {
        if (frame.n === VOICE_INIT_N) {
          init = frame;
          player.init(frame.bytes);
          continue;
        }
        player.append(frame);
        if (!hasBegun) firstMs = Math.min(firstMs, frame.startMs);
        edge = Math.max(edge, frame.startMs + frame.durationMs);
      }
      if (edge === 0) return;
      if (!hasBegun) begin();
      else settle();
    },
    setStep(next) {
      step = next;
    },
    goLatest: begin,
    touch() {
      if (isSilent(player.state)) begin();
      else void player.play();
    },
    finish() {
      finished = true;
      player.finish();
    },
    tick() {
      player.tick();
      if (!finished) settle();
    },
    destroy: () => player.destroy(),
  };
}
