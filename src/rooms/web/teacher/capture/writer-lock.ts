/** A reload frees the old page's lock a moment after the new page asks for it. */
const patienceMs = 2_500;

/**
 * Makes this worker the only writer of a log in this browser.
 *
 * @param takeOver - take the lesson from another tab, which then stops.
 * @param onLost - another tab has taken over.
 * @returns whether this worker may write. The lock is held until the worker ends.
 */
export async function holdWriterLock(logId: string, takeOver: boolean, onLost: () => void): Promise<boolean> {
  const name = `nol-room-writer-${logId}`;
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), patienceMs);
  return new Promise((resolve) => {
    let granted = false;
    const options: LockOptions = takeOver ? { steal: true } : { signal: patience.signal };
    navigator.locks
      .request(name, options, () => {
        granted = true;
        clearTimeout(timer);
        resolve(true);
        return new Promise<never>(() => undefined);
      })
      .catch(() => {
        // Rejected before the grant: another tab holds it. After the grant: another tab stole it.
        if (granted) onLost();
        else resolve(false);
      });
  });
}
