/** Megabytes with one digit, as a data plan counts them. */
export function megabytes(bytes: number): string {
  const mb = bytes / 1_000_000;
  return mb >= 9.95 ? String(Math.round(mb)) : mb.toFixed(1).replace(/\.0$/, '');
}
