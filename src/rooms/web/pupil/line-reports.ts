import { ApiProblem } from '../../../platform/web/api-problem.ts';
import { t } from '../../../platform/web/t.ts';
import { el } from '../shared/dom.ts';

export interface LineReports {
  /** Reported from here: it is gone for this pupil, whatever the staff decides. */
  isGone(n: number): boolean;
  /** What stands behind a classmate's line: one tap opens it, the second reports. */
  controls(n: number): HTMLElement[];
}

/**
 * Reporting what a classmate wrote, in two taps.
 *
 * @param report - rejects with the server's refusal.
 * @param onChange - the lines have to be drawn again.
 */
export function createLineReports(
  report: (n: number) => Promise<unknown>,
  onChange: () => void,
): LineReports {
  const gone = new Set<number>();
  let open: { n: number; isSending: boolean; problem: string } | null = null;

  const send = async (n: number): Promise<void> => {
    open = { n, isSending: true, problem: '' };
    onChange();
    try {
      await report(n);
      gone.add(n);
      open = null;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      open = { n, isSending: false, problem: error.message };
    }
    onChange();
  };

  return {
    isGone: (n) => gone.has(n),
    controls(n) {
      const mine = open !== null && open.n === n ? open : null;
      const more = el(
        'button',
        {
          class: 'line-more',
          type: 'button',
          'aria-expanded': String(mine !== null),
          'aria-label': t('rooms.pupil.chat.line'),
          onclick: () => {
            open = mine ? null : { n, isSending: false, problem: '' };
            onChange();
          },
        },
        '⋯',
      );
      if (!mine) return [more];
      const now = el(
        'button',
        { class: 'line-report', type: 'button', disabled: mine.isSending, onclick: () => void send(n) },
        t('rooms.pupil.chat.report'),
      );
      const problem = el('span', { class: 'tag failed', role: 'status' }, mine.problem);
      return mine.problem === '' ? [more, now] : [more, now, problem];
    },
  };
}
