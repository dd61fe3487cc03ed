/**
 * Keeps the screen on while a lesson runs: a phone that sleeps stops the microphone.
 *
 * The browser drops the lock whenever the page is hidden, so it is taken again when the page is seen.
 *
 * @param onRefused - the browser has no such lock or refuses it (low battery): the person has to be told.
 * @returns stops holding it.
 */
export function keepScreenOn(onRefused: () => void): () => void {
  let lock: WakeLockSentinel | null = null;
  let wanted = true;
  const take = async (): Promise<void> => {
    if (!wanted || document.visibilityState !== 'visible' || (lock && !lock.released)) return;
    try {
      if (!('wakeLock' in navigator)) throw new DOMException('no wake lock', 'NotSupportedError');
      lock = await navigator.wakeLock.request('screen');
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      // A desktop's screen may sleep without harm; a telephone stops the microphone with it.
      if (matchMedia('(pointer: coarse)').matches) onRefused();
    }
  };
  const again = () => void take();
  document.addEventListener('visibilitychange', again);
  void take();
  return () => {
    wanted = false;
    document.removeEventListener('visibilitychange', again);
    void lock?.release();
  };
}
