import { union } from './ranges.ts';
import type { Range } from './ranges.ts';
import type { LogState } from './tables.ts';
import { PRESENCE_STATES } from './wire.ts';
import type { PresenceState } from './wire.ts';

/** Longest silence of a pupil's page before it counts as gone; the page asks for voice every 2 to 8 s. */
export const LEFT_AFTER_MS = 90_000;
/** Voice waiting in a pupil's page beyond which the line is called weak. */
export const WEAK_QUEUE_MS = 10_000;
/** Late voice of a queue kept in the teacher's browser is taken in until then. */
export const LATE_UPLOAD_HOURS = 24;

/**
 * How a pupil stands in a running lesson, as the teacher's list shows it.
 *
 * @param pupil.lastSeenAt - last sign of the pupil's page by the server's clock; null: never came.
 * @param pupil.queueMs - voice the page had waiting to be played; null: not told yet.
 * @param now - by the same clock.
 */
export function presenceState(
  pupil: {
    readonly lastSeenAt: Date | null;
    readonly queueMs: number | null;
    readonly heardMsLastMinute: number | null;
  },
  now: Date,
): PresenceState {
  if (pupil.lastSeenAt === null) return 'missing';
  if (now.getTime() - pupil.lastSeenAt.getTime() > LEFT_AFTER_MS) return 'left';
  if ((pupil.queueMs ?? 0) > WEAK_QUEUE_MS || pupil.heardMsLastMinute === 0) return 'weak';
  return 'here';
}

/** Order in which the teacher's list shows pupils: whoever needs somebody first. */
export function presenceRank(state: PresenceState): number {
  const order: readonly PresenceState[] = ['missing', 'left', 'weak', 'here'];
  return order.indexOf(state);
}

/** States a presence list may show; the contract is made from it. */
export const presenceStates: readonly PresenceState[] = PRESENCE_STATES;

/** What the room shows: a room nobody has spoken in yet is `waiting`, whatever the log says. */
export function roomState(log: {
  readonly state: LogState;
  readonly openedAt: Date | null;
}): LogState | 'waiting' {
  if (log.state === 'ended') return 'ended';
  return log.openedAt === null ? 'waiting' : log.state;
}

/**
 * Lesson time at which a lesson ends.
 *
 * The teacher's page may hold voice that has not come through yet, so it says how far it has spoken; nobody can
 * have spoken longer than the room has been open.
 *
 * @param heldMs - lesson time up to which the log holds voice.
 * @param saidMs - what the teacher's page says, null when it says nothing.
 * @param openMs - milliseconds since the room was opened.
 */
export function endOfLesson(heldMs: number, saidMs: number | null, openMs: number): number {
  // A minute of tolerance: the encoder starts before the server hears of it.
  const mostMs = Math.max(0, openMs) + 60_000;
  return Math.max(heldMs, Math.min(saidMs ?? 0, mostMs));
}

/**
 * Whether enough of a recording was heard.
 *
 * @param countedSeconds - seconds heard and given out, each once.
 * @param share - of the taught time, 0 to 1, from the school's table.
 */
export function isMadeUp(countedSeconds: number, taughtSeconds: number, share: number): boolean {
  return taughtSeconds > 0 && countedSeconds >= Math.floor(taughtSeconds * share);
}

/** A link to a meeting elsewhere must be a plain https address: it is opened by pupils. */
export function isMeetingLink(link: unknown): link is string {
  if (typeof link !== 'string' || link.length > 2000 || !URL.canParse(link)) return false;
  const url = new URL(link);
  return url.protocol === 'https:' && url.username === '' && url.password === '';
}

/** A minute of lesson time of which so much was heard. */
export interface MinuteHeard {
  readonly minute: number;
  /** 0 to 60,000. */
  readonly heardMs: number;
}

/** A page that plays on misses a little at the seams; more than this counts as the whole minute. */
const WHOLE_MINUTE_MS = 55_000;

/**
 * Stretches of lesson time in which somebody listened, in milliseconds, from what was heard of each minute.
 *
 * A minute heard in part lies at its end when the next minute was heard too (came in late), else at its beginning.
 *
 * @param minutes - in any order, each minute once.
 */
export function heardStretches(minutes: readonly MinuteHeard[]): Range[] {
  const heard = new Set(minutes.filter(({ heardMs }) => heardMs > 0).map(({ minute }) => minute));
  return union(
    minutes.map(({ minute, heardMs }): Range => {
      const from = minute * 60_000;
      if (heardMs >= WHOLE_MINUTE_MS) return [from, from + 60_000];
      return heard.has(minute + 1) ? [from + 60_000 - heardMs, from + 60_000] : [from, from + heardMs];
    }),
  );
}

/**
 * Whole seconds taught between the bell and the end: voice sent before the bell teaches nobody who is on time.
 *
 * @param taughtMs - lesson time at the end.
 */
export function taughtSecondsAfterBell(voiceStartedAt: Date, taughtMs: number, bellAt: Date): number {
  const early = Math.max(0, bellAt.getTime() - voiceStartedAt.getTime());
  return Math.max(0, Math.round((taughtMs - early) / 1000));
}
