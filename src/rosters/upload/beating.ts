import type { Logger } from '../../platform/log.ts';

const EVERY_MS = 1_000;

/**
 * Calls `beat` once a second while long work goes on, one call at a time. The beat is for those who watch; work that must
 * not be lost does not hang on it, so a beat that fails is only noted.
 *
 * @returns ends the beating, once the last call is over.
 */
export function beating(log: Logger, beat: () => Promise<void>): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  let isIdle = true;
  const timer = setInterval(() => {
    if (!isIdle) return;
    isIdle = false;
    last = beat()
      .catch((error: unknown) => log.warn({ err: error }, 'rosters.beat'))
      .finally(() => {
        isIdle = true;
      });
  }, EVERY_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await last;
  };
}
