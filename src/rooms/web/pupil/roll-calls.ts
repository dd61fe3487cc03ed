import { ApiProblem } from '../../../platform/web/api-problem.ts';
import type { RollCall } from '../shared/talk.ts';
import type { openRollCall, RollCallSheet } from './sheets.ts';

export interface RollCalls {
  /** @param nowMs - by the server's clock. */
  update(rollCall: RollCall | null, nowMs: number): void;
  stop(): void;
}

/**
 * A roll call asks once, also after a reload of the page.
 *
 * @param slow - what the sheet says becomes of somebody whose line is too slow to answer.
 */
export function createRollCalls(
  { teacherName, slow }: { teacherName: string; slow: string },
  answer: (id: string) => Promise<unknown>,
  sheets: () => Promise<{ openRollCall: typeof openRollCall }>,
): RollCalls {
  let isOpening = false;
  let open: { id: string; sheet: RollCallSheet } | null = null;
  const key = (id: string): string => `nol-roll-${id}`;

  const close = (): void => {
    if (open) open.sheet.close();
    open = null;
  };

  const ask = async (id: string): Promise<void> => {
    if (isOpening) return;
    isOpening = true;
    try {
      const parts = await sheets();
      const sheet = parts.openRollCall(teacherName, slow, () => void here(id, sheet));
      open = { id, sheet };
    } finally {
      isOpening = false;
    }
  };

  const here = async (id: string, sheet: RollCallSheet): Promise<void> => {
    sheet.setSending();
    try {
      await answer(id);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      sheet.setFailed(error.message);
      return;
    }
    sessionStorage.setItem(key(id), 'answered');
    if (open && open.id === id) close();
  };

  return {
    stop: close,
    update(rollCall, nowMs) {
      const isRunning =
        rollCall !== null && nowMs < rollCall.untilMs && !sessionStorage.getItem(key(rollCall.id));
      if (open && (!isRunning || open.id !== rollCall.id)) close();
      if (!isRunning) return;
      if (!open) return void ask(rollCall.id);
      open.sheet.tick(Math.max(0, Math.ceil((rollCall.untilMs - nowMs) / 1000)));
    },
  };
}
