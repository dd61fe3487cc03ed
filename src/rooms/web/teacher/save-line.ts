import type { WordKey } from '../../../platform/i18n/catalogues.ts';
import type { WordParams } from '../../../platform/i18n/words.ts';
import type { CaptureStatus } from './capture/messages.ts';

export type SaveTone = 'idle' | 'fine' | 'soon' | 'bad';

export interface SaveLine {
  readonly tone: SaveTone;
  readonly title: { readonly key: WordKey; readonly params?: WordParams };
  readonly detail: { readonly key: WordKey; readonly params?: WordParams } | null;
}

/** Voice on its way to the server in good health: the piece being cut, one being sent, one waiting its turn. */
const ordinaryUnsentMs = 6_000;

/**
 * What the top bar says of the lesson's safety. It says "saved" only of what the server has said that it holds.
 *
 * @param begun - whether lesson time runs.
 * @param clock - lesson time as the bar shows times, `14:30`.
 */
export function saveLine(
  status: CaptureStatus | null,
  begun: boolean,
  clock: (ms: number) => string,
): SaveLine {
  if (!status) return { tone: 'idle', title: { key: 'rooms.teacher.save.opening' }, detail: null };
  const seconds = Math.round(status.unsentMs / 1_000);
  const saved = { key: 'rooms.teacher.save.until', params: { clock: clock(status.heldMs) } } as const;
  if (status.state === 'otherWriter') {
    return { tone: 'bad', title: { key: 'rooms.teacher.save.other-writer' }, detail: saved };
  }
  if (status.state === 'refused') {
    return { tone: 'bad', title: { key: 'rooms.teacher.save.refused', params: { seconds } }, detail: saved };
  }
  const kept = status.durable ? 'rooms.teacher.save.kept' : 'rooms.teacher.save.not-kept';
  const tone = status.durable ? 'soon' : 'bad';
  if (status.state === 'signIn') {
    return { tone, title: { key: 'rooms.teacher.save.sign-in' }, detail: { key: kept, params: { seconds } } };
  }
  if (status.state === 'retrying' || status.unsentMs > ordinaryUnsentMs) {
    return {
      tone,
      title: { key: 'rooms.teacher.save.unsent', params: { seconds } },
      detail: { key: kept, params: { seconds } },
    };
  }
  if (!begun)
    return { tone: 'idle', title: { key: 'rooms.teacher.save.not-begun' }, detail: pagesDetail(status) };
  return { tone: 'fine', title: { key: 'rooms.teacher.save.fine' }, detail: pagesDetail(status) ?? saved };
}

function pagesDetail({ pagesUnsent }: CaptureStatus): SaveLine['detail'] {
  if (pagesUnsent === 0) return null;
  return { key: 'rooms.teacher.save.pages', params: { count: pagesUnsent } };
}
