/**
 * Events waiting for the voice to reach them.
 *
 * Released by media position, never by a wall clock: when the voice waits for the network, the ink waits too.
 */
export interface Timeline<Event> {
  /** Puts events in by lesson time; segments may come late, out of order or twice (`key` tells). */
  add(key: number, events: readonly { atMs: number; event: Event }[]): void;
  /**
   * Hands out what lies at or before `positionMs` and was not handed out yet.
   *
   * After a step backwards `restart` is called first and everything up to the position is handed out again.
   */
  release(positionMs: number): void;
}

/**
 * @param play - called for each released event, in order of lesson time.
 * @param restart - called before events are handed out from the first one again: after a step backwards, or when an
 *   event came whose moment had already passed.
 */
export function createTimeline<Event>(play: (event: Event) => void, restart: () => void): Timeline<Event> {
  const entries: { atMs: number; event: Event }[] = [];
  const known = new Set<number>();
  let next = 0;
  let releasedMs = -1;

  const release = (positionMs: number): void => {
    const last = entries[next - 1];
    if (last && last.atMs > positionMs) {
      next = 0;
      restart();
    }
    releasedMs = positionMs;
    for (let entry = entries[next]; entry && entry.atMs <= positionMs; entry = entries[next]) {
      next += 1;
      play(entry.event);
    }
  };

  return {
    release,
    add(key, events) {
      if (known.has(key)) return;
      known.add(key);
      let late = false;
      // An event of a segment must not pass one written before it: a stroke's end would come before its points.
      let leastMs = 0;
      for (const { atMs, event } of events) {
        leastMs = Math.max(leastMs, atMs);
        let at = entries.length;
        while (at > 0 && entries[at - 1]!.atMs > leastMs) at -= 1;
        entries.splice(at, 0, { atMs: leastMs, event });
        if (at < next) late = true;
      }
      if (!late) return;
      next = 0;
      restart();
      release(releasedMs);
    },
  };
}
