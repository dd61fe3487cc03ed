import { actingAs } from '../../../platform/web/api.ts';

/** What every request of the room carries: under which appointment, and that our own page asks. */
export function pageHeaders(): Record<string, string> {
  const hat = actingAs(location);
  return { 'nol-client': 'web', ...(hat ? { 'nol-appointment': hat } : {}) };
}

/** The same for what cannot carry headers: pictures and sockets. */
export function appointmentQuery(): { as?: string } {
  const hat = actingAs(location);
  return hat ? { as: hat } : {};
}

/** The same room as its pupils have it: to listen in, and to watch the recording afterwards. */
export function followPath(): string {
  return `${location.pathname}?${new URLSearchParams({ ...appointmentQuery(), follow: '1' })}`;
}
