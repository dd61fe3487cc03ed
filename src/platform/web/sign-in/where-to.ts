/** Where a person goes after signing in. */
export type Audience = 'learner' | 'staff' | 'schoolAdmin';

/**
 * Address to go to after signing in: the page that was asked for, if it is one of ours, else the own start page.
 *
 * @param search - query of the sign-in page; `then` holds the address asked for.
 */
export function whereTo(search: string, audience: Audience): string {
  const wanted = new URLSearchParams(search).get('then') ?? '';
  // `//host` and `/\host` are addresses of other servers.
  if (/^\/(?![/\\])/.test(wanted) && !/^\/(?:sign-in|claim|api)\b/.test(wanted)) return wanted;
  return audience === 'learner' ? '/' : '/console';
}

/** Eight digits out of what was typed: full-width ones, spaces and dashes are fine. */
export function cleanDigits(typed: string): string {
  return typed.normalize('NFKC').replace(/\D/g, '').slice(0, 8);
}
