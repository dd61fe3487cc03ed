import { KEPT_HEADER } from '../network.ts';

/** Addresses of the shell's files, put in by the build. */
declare const SHELL_FILES: readonly string[];

interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Scope {
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: 'install' | 'activate', listen: (event: ExtendableEvent) => void): void;
  addEventListener(type: 'fetch', listen: (event: FetchEvent) => void): void;
}
const scope = self as unknown as Scope;

/** A new build has new file names, so it has a cache of its own. */
const SHELL = `shell ${SHELL_FILES.join(' ')}`;
/** Pages and answers of the person who is signed in; `forgetKept` deletes it at sign-out. */
const KEPT = 'kept';
/** What a learner may want to see again without network. */
const KEPT_ANSWERS = /^\/api\/(?:today|people\/me\/week|me)$/;

scope.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(SHELL)
      .then((cache) => cache.addAll([...SHELL_FILES]))
      .then(() => scope.skipWaiting()),
  );
});

scope.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names
            .filter((name) => name.startsWith('shell ') && name !== SHELL)
            .map((name) => caches.delete(name)),
        ),
      )
      .then(() => scope.clients.claim()),
  );
});

/** From the network, keeping a copy; when the network fails, the copy of last time. */
async function networkFirst(request: Request): Promise<Response> {
  const cache = await caches.open(KEPT);
  try {
    const answer = await fetch(request);
    // A redirect means somebody else, or nobody, is signed in now.
    if (answer.ok && !answer.redirected) await cache.put(request, answer.clone());
    return answer;
  } catch (error) {
    const kept = await cache.match(request, { ignoreVary: true });
    const home = request.mode === 'navigate' ? await cache.match('/', { ignoreVary: true }) : undefined;
    const found = kept || home;
    if (found) return asKept(found);
    throw error;
  }
}

/** The copy, marked as one: the browser may still believe to have a network, and the page has to say how old it is. */
async function asKept(copy: Response): Promise<Response> {
  const headers = new Headers(copy.headers);
  headers.set(KEPT_HEADER, '1');
  const text = await copy.text();
  const isPage = (headers.get('content-type') || '').indexOf('text/html') === 0;
  return new Response(isPage ? text.replace('<html', `<html data-${KEPT_HEADER}="1"`) : text, { headers });
}

async function shellFirst(request: Request): Promise<Response> {
  return (await caches.match(request, { ignoreVary: true })) || fetch(request);
}

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET') return;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (url.pathname.indexOf('/assets/learner/') === 0) event.respondWith(shellFirst(request));
  else if (KEPT_ANSWERS.test(url.pathname)) event.respondWith(networkFirst(request));
  else if (request.mode === 'navigate' && /^\/(?:my\/.*)?$/.test(url.pathname))
    event.respondWith(networkFirst(request));
});
