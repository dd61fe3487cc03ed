import type { FeedState } from '../shared/feed.ts';
import type { VoiceState } from '../shared/player.ts';

/** What the line under the page says about the voice; the catalogue has a sentence for each. */
export type VoiceLine =
  | 'before' // nobody has spoken yet
  | 'getting' // the first voice is on its way
  | 'speaking'
  | 'quiet'
  | 'late'
  | 'paused' // by the teacher, for all
  | 'held' // by the phone: a call, another sound
  | 'refused'
  | 'waiting'
  | 'rejoining'
  | 'unplayable'
  | 'ended';

export interface VoiceSituation {
  readonly voice: VoiceState | 'unplayable';
  readonly feed: FeedState['kind'];
  readonly hasVoice: boolean;
  /** Nobody had spoken when this page came in. */
  readonly isFirst: boolean;
  readonly isPaused: boolean;
  readonly isEnded: boolean;
  /** Nothing but silence in the newest segments. */
  readonly isQuiet: boolean;
  readonly lateMs: number;
}

/** From here "go to the newest" is offered; less is what a poor line costs anyway. */
const lateFromMs = 8_000;

/** The one sentence that matters now: what the pupil must do first, then what is wrong, then that all is well. */
export function voiceLine(situation: VoiceSituation): VoiceLine {
  const { voice, feed, hasVoice, isFirst, isPaused, isEnded, isQuiet, lateMs } = situation;
  if (isEnded && voice !== 'playing') return 'ended';
  if (voice === 'unplayable') return 'unplayable';
  if (voice === 'refused') return 'refused';
  if (voice === 'paused') return 'held';
  const isDry = voice === 'waiting' || voice === 'starting' || voice === 'failed';
  if (feed === 'broken' && isDry) return 'rejoining';
  if (isPaused) return 'paused';
  if (!hasVoice) return isFirst ? 'before' : 'getting';
  if (voice === 'starting') return 'getting';
  if (isDry) return 'waiting';
  if (lateMs >= lateFromMs) return 'late';
  return isQuiet ? 'quiet' : 'speaking';
}
