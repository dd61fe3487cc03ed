import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiProblem } from '../api-problem.ts';
import { isReachable, onNetworkChange, pageWasKept } from '../network.ts';

/** What a view knows of something it asked the server for. Old data stay while new ones come. */
export interface Asked<T> {
  readonly data: T | undefined;
  readonly problem: ApiProblem | undefined;
  readonly isLoading: boolean;
  /** Asks again. */
  readonly again: () => void;
}

/**
 * Asks when the page opens, when the phone comes back to it or to the network, and every `everyMs`.
 *
 * @param key - asks anew when it changes. @param first - data the page came with.
 */
export function useAsked<T>(
  key: string,
  ask: (signal: AbortSignal) => Promise<T>,
  { first, everyMs }: { first?: T; everyMs?: number } = {},
): Asked<T> {
  const [held, setHeld] = useState<{ key: string; data?: T; problem?: ApiProblem }>({ key, data: first });
  const [round, setRound] = useState(first === undefined || pageWasKept ? 1 : 0);
  const again = useCallback(() => setRound((before) => before + 1), []);
  // A fresh function at every rendering; `key` says when it means something else.
  const askRef = useRef(ask);
  useEffect(() => {
    askRef.current = ask;
  });
  const firstKeyRef = useRef(key);

  useEffect(() => {
    if (round === 0 && firstKeyRef.current === key) return undefined;
    const abort = new AbortController();
    askRef.current(abort.signal).then(
      (data) => setHeld({ key, data }),
      (error: unknown) => {
        if (abort.signal.aborted) return;
        if (!(error instanceof ApiProblem)) throw error;
        setHeld((before) => ({ key, data: before.key === key ? before.data : undefined, problem: error }));
      },
    );
    return () => abort.abort();
  }, [key, round]);

  useEffect(() => {
    const onReturn = (): void => {
      if (document.visibilityState === 'visible') again();
    };
    const timer = everyMs === undefined ? undefined : setInterval(onReturn, everyMs);
    document.addEventListener('visibilitychange', onReturn);
    addEventListener('online', onReturn);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', onReturn);
      removeEventListener('online', onReturn);
    };
  }, [again, everyMs]);

  const isOurs = held.key === key;
  return {
    data: isOurs ? held.data : undefined,
    problem: isOurs ? held.problem : undefined,
    isLoading: !isOurs || (held.data === undefined && held.problem === undefined),
    again,
  };
}

/** Whether the server can be reached, as far as the phone knows. */
export function useOnline(): boolean {
  // The page may have been drawn by the server, which knows nothing of the phone's line.
  const [isOnline, setOnline] = useState(true);
  useEffect(() => {
    const onChange = (): void => setOnline(isReachable());
    onChange();
    return onNetworkChange(onChange);
  }, []);
  return isOnline;
}

/**
 * Server's time now: its instant of the last answer plus what the phone ticked since; a phone's wrong clock does no harm.
 *
 * @param answeredAt - ISO instant from the server.
 */
export function useServerNow(answeredAt: string, everyMs = 15_000): string {
  const [now, setNow] = useState(answeredAt);
  useEffect(() => {
    const begin = performance.now();
    const tick = (): void =>
      setNow(new Date(Date.parse(answeredAt) + performance.now() - begin).toISOString());
    setNow(answeredAt);
    const timer = setInterval(tick, everyMs);
    return () => clearInterval(timer);
  }, [answeredAt, everyMs]);
  return now;
}
