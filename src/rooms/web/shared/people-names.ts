import type { RoomPerson } from './room-api.ts';

export interface PeopleNames {
  /** Name of a person, or an empty text while it is not known yet. */
  nameOf(personId: string): string;
}

/** Asking again for a name nobody knows costs little, but not at every message. */
const askAgainMs = 30_000;

/**
 * Names beside what is said; the log itself holds ids only.
 *
 * @param onNames - names came: what is shown may be written again.
 */
export function createPeopleNames(ask: () => Promise<RoomPerson[]>, onNames: () => void): PeopleNames {
  const names = new Map<string, string>();
  let askedAtMs = -askAgainMs;

  const refresh = async (): Promise<void> => {
    if (performance.now() - askedAtMs < askAgainMs) return;
    askedAtMs = performance.now();
    try {
      for (const { personId, name } of await ask()) names.set(personId, name);
    } catch {
      return; // the line is down: the next message asks again
    }
    onNames();
  };

  return {
    nameOf(personId) {
      const name = names.get(personId);
      if (name === undefined) void refresh();
      return name || '';
    },
  };
}
