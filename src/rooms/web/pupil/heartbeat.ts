import { HEARTBEAT_SECONDS } from '../../wire.ts';
import type { Heard } from '../shared/heard.ts';
import type { RoomApi } from '../shared/room-api.ts';

export interface Heartbeat {
  /** Tells the minutes that changed since they were told. */
  beat(): Promise<void>;
  stop(): void;
}

/**
 * Tells the server once a minute how much was heard of each minute of the lesson.
 *
 * A minute that could not be told is told with the next beat; telling it twice changes nothing.
 *
 * @param situation - step of the ladder (1 standard, 2 lightest) and how far the voice is behind, for the teacher's list.
 */
export function createHeartbeat(
  api: RoomApi,
  heard: Heard,
  situation: () => { step: number; lateMs: number; minute: number },
): Heartbeat {
  const told = new Map<number, number>();

  const beat = async (): Promise<void> => {
    const { step, lateMs, minute: current } = situation();
    const minutes = new Set<number>([current]);
    for (const [fromMs, toMs] of heard.stretches()) {
      for (let minute = Math.floor(fromMs / 60_000); minute * 60_000 < toMs; minute += 1) minutes.add(minute);
    }
    for (const minute of Array.from(minutes)) {
      const heardMs = Math.min(60_000, Math.round(heard.inMinuteMs(minute)));
      if (told.get(minute) === heardMs && minute !== current) continue;
      try {
        await api.heartbeat({ minute, heardMs, step, queueMs: Math.round(Math.min(3_600_000, lateMs)) });
        told.set(minute, heardMs);
      } catch {
        return; // not told: the next beat tells it, and the feed shows that the line is down
      }
    }
  };

  const onHide = (): void => {
    if (document.visibilityState === 'hidden') void beat();
  };
  const timer = setInterval(() => void beat(), HEARTBEAT_SECONDS * 1000);
  // Soon after coming in, so that the teacher's list is right within seconds.
  const first = setTimeout(() => void beat(), 8000);
  document.addEventListener('visibilitychange', onHide);
  window.addEventListener('pagehide', beat);
  return {
    beat,
    stop() {
      clearInterval(timer);
      clearTimeout(first);
      document.removeEventListener('visibilitychange', onHide);
      window.removeEventListener('pagehide', beat);
    },
  };
}
