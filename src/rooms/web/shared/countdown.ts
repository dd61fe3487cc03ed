/** Time left as people read it: `3:05`, never below `0:00`. */
export function countdown(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  const rest = seconds % 60;
  return `${Math.floor(seconds / 60)}:${rest < 10 ? '0' : ''}${rest}`;
}

/** How long "time is up" is said, in ms. */
export const TIMER_OVER_SHOWN_MS = 15_000;
