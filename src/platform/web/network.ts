/** Header and attribute with which the service worker marks what it kept and could not fetch anew. */
export const KEPT_HEADER = 'nol-kept';

type Listener = () => void;

const listeners = new Set<Listener>();
/** A page the service worker kept says so itself: the browser may still believe to have a network. */
let isLost = typeof document !== 'undefined' && document.documentElement.hasAttribute(`data-${KEPT_HEADER}`);

/** Whether this page came out of what was kept, because the server could not be reached. */
export const pageWasKept = isLost;

/** What the last request learnt: an answer came from the server, or none did. */
export function noteNetwork(reached: boolean): void {
  if (isLost === !reached) return;
  isLost = !reached;
  for (const listener of listeners) listener();
}

/** Whether the server can be reached, as far as the browser and the last request know. */
export function isReachable(): boolean {
  return navigator.onLine && !isLost;
}

/** @returns takes the listener away. */
export function onNetworkChange(listener: Listener): () => void {
  listeners.add(listener);
  addEventListener('online', listener);
  addEventListener('offline', listener);
  return () => {
    listeners.delete(listener);
    removeEventListener('online', listener);
    removeEventListener('offline', listener);
  };
}
