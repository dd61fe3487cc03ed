import { t } from '../../../platform/web/t.ts';
import type { PollQuestion } from '../../wire.ts';

/** Letter of an option by its place: A, B, C …; true and false have words instead. */
export function optionLetter({ kind }: PollQuestion, place: number): string {
  if (kind === 'trueFalse') return t(place === 0 ? 'rooms.poll.true' : 'rooms.poll.false');
  return String.fromCharCode(65 + place);
}

/** An answer in few words: “B”, “A、C”, “4”. */
export function answerWords(
  question: PollQuestion,
  { chosen, written }: { readonly chosen: readonly number[] | null; readonly written: string | null },
): string {
  if (chosen === null) return written ?? '';
  return chosen.map((place) => optionLetter(question, place)).join('、');
}

/**
 * A number as pupils type it, as the server takes it: full-width digits, a comma for the point, spaces.
 *
 * @returns null when it is none.
 */
export function decimalText(typed: string): string | null {
  const plain = typed
    .replace(/[０-９．，－]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
    .replace(/[\s\u3000]/g, '')
    .replace(/[−–]/g, '-')
    .replace(',', '.')
    .replace(/^\+/, '')
    .replace(/^(-?)\./, '$10.');
  return /^-?\d{1,12}(\.\d{1,6})?$/.test(plain) ? plain : null;
}
