import type { PollRight } from './wire.ts';

/** Whether an answer is the right one; null: the question has no right answer. */
export function isRight(
  right: PollRight,
  { chosen, written }: { readonly chosen: readonly number[] | null; readonly written: string | null },
): boolean | null {
  if (right === null) return null;
  if ('number' in right) return written !== null && Number(written) === Number(right.number);
  const wanted = [...right.options].sort((a, b) => a - b).join();
  return chosen !== null && [...chosen].sort((a, b) => a - b).join() === wanted;
}
