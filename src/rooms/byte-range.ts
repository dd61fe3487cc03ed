/**
 * What part of a body a `Range` header asks for. Several ranges at once are answered with the whole, as HTTP allows.
 *
 * @param sizeBytes - of the whole body.
 * @returns first and last byte, both included.
 */
export function byteRange(
  header: string | undefined,
  sizeBytes: number,
): 'whole' | 'impossible' | { from: number; to: number } {
  const asked = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (asked === null || (asked[1] === '' && asked[2] === '')) return 'whole';
  const [, first, last] = asked;
  if (first === '') {
    const count = Math.min(Number(last), sizeBytes);
    return count === 0 ? 'impossible' : { from: sizeBytes - count, to: sizeBytes - 1 };
  }
  const from = Number(first);
  const to = last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  return from >= sizeBytes || to < from ? 'impossible' : { from, to };
}
