import { ApiProblem, isPassing } from '../../../platform/web/api-problem.ts';

/** `waiting`: pressed, and the teacher does not know it yet. */
export type LostState = 'no' | 'waiting' | 'told';

/** The pages this pupil did not follow, as pressed and as the teacher knows. */
export interface LostPages {
  of(pageN: number): LostState;
  /** Says it of a page, or takes it back. */
  toggle(pageN: number): void;
  /** The line is back: tells what waited. */
  retry(): void;
  stop(): void;
}

interface Kept {
  /** By page number. */
  readonly wanted: Record<string, boolean>;
  readonly told: Record<string, boolean>;
}

const sendAgainMs = 3000;

/**
 * What was pressed without a line is kept, also over a reload, and told when the line is back; how a page stands is
 * what is sent, so that sending it twice changes nothing.
 *
 * @param key - names lesson and pupil; a parent's telephone may follow for two children.
 * @param tell - rejects with the server's refusal.
 */
export function createLostPages(
  key: string,
  tell: (pageN: number, takenBack: boolean) => Promise<unknown>,
  onChange: () => void,
  storage: Storage = sessionStorage,
): LostPages {
  const kept = storage.getItem(key);
  const { wanted, told }: Kept = kept === null ? { wanted: {}, told: {} } : (JSON.parse(kept) as Kept);
  let isSending = false;
  let again = 0;

  const keep = (): void => {
    storage.setItem(key, JSON.stringify({ wanted, told }));
    onChange();
  };
  const isSo = (pages: Record<string, boolean>, page: string): boolean => pages[page] === true;
  const untold = (): string | undefined =>
    Object.keys(wanted).filter((page) => isSo(wanted, page) !== isSo(told, page))[0];

  const drain = async (): Promise<void> => {
    if (isSending) return;
    isSending = true;
    clearTimeout(again);
    for (let page = untold(); page !== undefined; page = untold()) {
      const isLost = isSo(wanted, page);
      try {
        await tell(Number(page), !isLost);
        told[page] = isLost;
      } catch (error) {
        if (!(error instanceof ApiProblem)) throw error;
        if (isPassing(error)) {
          again = setTimeout(() => void drain(), sendAgainMs) as unknown as number;
          break;
        }
        // Refused for good: the button shows only what the teacher knows.
        wanted[page] = isSo(told, page);
      }
      keep();
    }
    isSending = false;
  };

  if (untold() !== undefined) void drain();
  return {
    of(pageN) {
      const page = String(pageN);
      if (!isSo(wanted, page)) return 'no';
      return isSo(told, page) ? 'told' : 'waiting';
    },
    toggle(pageN) {
      wanted[pageN] = !isSo(wanted, String(pageN));
      keep();
      void drain();
    },
    retry: () => void drain(),
    stop: () => clearTimeout(again),
  };
}
