import { workerAddress } from '../trusted.ts';

/** Starts the service worker where the browser allows one: https or this very machine. */
export function keepForOffline(): void {
  if (!isSecureContext || !('serviceWorker' in navigator)) return;
  addEventListener('load', () => {
    // Without it the shell works, only not without network; private windows refuse, and that is their right.
    navigator.serviceWorker.register(workerAddress('/sw.js')).catch(() => undefined);
  });
}

/** Forgets everything kept on this device. Phones are shared, so sign-out calls it before it leaves. */
export async function forgetKept(): Promise<void> {
  sessionStorage.clear();
  if (!('caches' in globalThis)) return;
  for (const name of await caches.keys()) await caches.delete(name);
}
