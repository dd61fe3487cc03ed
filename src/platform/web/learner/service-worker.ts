/** Addresses of the shell's files, put in by the build. */
declare const SHELL_FILES: readonly string[];

const CACHE = `shell-${SHELL_FILES.join()}`;

self.addEventListener('install', (event) => {
  (event as Event & { waitUntil(work: Promise<unknown>): void }).waitUntil(
    caches.open(CACHE).then((cache) => cache.addAll([...SHELL_FILES])),
  );
});
