import { lookup as resolve, type LookupAddress } from 'node:dns';
import { request } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { AppError } from '../../platform/errors.ts';
import { WORKBOOK_LIMITS } from '../workbook/limits.ts';
import { isIntranetAddress, isPublicAddress } from './public-address.ts';

const REDIRECTS = 3;
const WHOLE_MS = 60_000;

export interface FetchOptions {
  /** Hosts that the operator opened: they may be in a private network, see `SYNC_ALLOW_HOSTS`. */
  readonly allowHosts?: readonly string[];
  /** Which addresses may be reached; a test reaches its own machine. */
  readonly isAllowed?: (address: string) => boolean;
  /** Certificates to trust beside the usual ones. */
  readonly ca?: string;
}

/** Refusals name the host and nothing more: path and query may carry a key. */
function refuse(
  code: string,
  message: string,
  params: Record<string, string | number>,
  cause?: unknown,
): AppError {
  return new AppError(422, code, message, { params, ...(cause === undefined ? {} : { cause }) });
}

class NotAllowed extends Error {}

const hostOf = (url: URL) => url.hostname.replace(/^\[|\]$/g, '').toLowerCase();

/** Which addresses a host may have: public ones, and of a host that the operator opened those of a private network. */
export function addressesOf(host: string, allowHosts: readonly string[]): (address: string) => boolean {
  return allowHosts.includes(host)
    ? (address) => isPublicAddress(address) || isIntranetAddress(address)
    : isPublicAddress;
}

/** Resolves a name and hands on only addresses that may be reached: the check and the connection see the same address. */
function guardedLookup(isAllowed: (address: string) => boolean): LookupFunction {
  return (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, found) => {
      if (error) return done(error, [], 0);
      const addresses = found as LookupAddress[];
      // One forbidden address is enough: which of several is taken is not ours to say.
      if (addresses.length === 0 || addresses.some(({ address }) => !isAllowed(address)))
        return done(new NotAllowed('address not allowed'), [], 0);
      if (options.all) return done(null, addresses);
      const [first] = addresses;
      done(null, first?.address ?? '', first?.family);
    });
  };
}

type Answer = { readonly bytes: Uint8Array } | { readonly location: string };

function ask(
  url: URL,
  { allowHosts = [], isAllowed = addressesOf(hostOf(url), allowHosts), ca }: FetchOptions,
  signal: AbortSignal,
): Promise<Answer> {
  const host = hostOf(url);
  const forbidden = () =>
    refuse('roster_sync_address_private', 'The address is not on the public internet.', { host });
  return new Promise((settle, fail) => {
    if (isIP(host) !== 0 && !isAllowed(host)) return fail(forbidden());
    const unreachable = (cause: unknown) => {
      const reason = (cause as NodeJS.ErrnoException).code ?? 'error';
      fail(
        cause instanceof NotAllowed
          ? forbidden()
          : refuse('roster_sync_unreachable', 'The address cannot be reached.', { host, reason }, cause),
      );
    };
    const asked = request(
      url,
      {
        signal,
        // A connection of its own: one that another request opened was not looked at by this lookup.
        agent: false,
        lookup: guardedLookup(isAllowed),
        headers: { accept: '*/*', 'user-agent': 'NotOneLess' },
        ...(ca === undefined ? {} : { ca }),
      },
      (answer) => {
        const { statusCode = 0, headers } = answer;
        if (statusCode >= 300 && statusCode < 400 && headers.location) {
          answer.resume();
          return settle({ location: headers.location });
        }
        if (statusCode !== 200) {
          answer.resume();
          return fail(
            refuse('roster_sync_answer', 'The address did not answer with a file.', {
              host,
              status: statusCode,
            }),
          );
        }
        const parts: Buffer[] = [];
        let size = 0;
        answer.on('data', (part: Buffer) => {
          size += part.length;
          if (size <= WORKBOOK_LIMITS.fileBytes) return parts.push(part);
          asked.destroy();
          fail(refuse('workbook_too_large', 'The file is too large to read.', {}));
          return undefined;
        });
        answer.on('error', unreachable);
        answer.on('end', () => settle({ bytes: new Uint8Array(Buffer.concat(parts)) }));
      },
    );
    asked.on('error', unreachable);
    asked.end();
  });
}

/**
 * Takes an address apart and refuses what is none: https alone, a host name.
 *
 * @throws {AppError} 422 `roster_sync_address_odd`, `roster_sync_address_private`.
 */
export function readAddress(text: string, allowHosts: readonly string[] = []): { url: URL; shown: string } {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || url.protocol !== 'https:' || url.hostname === '') {
    throw refuse('roster_sync_address_odd', 'Only addresses that begin with https:// are fetched.', {});
  }
  const host = hostOf(url);
  const isHere = host === 'localhost' || host.endsWith('.localhost');
  const isNear = host.endsWith('.local') && !allowHosts.includes(host);
  if (isHere || isNear || (isIP(host) !== 0 && !addressesOf(host, allowHosts)(host))) {
    throw refuse('roster_sync_address_private', 'The address is not on the public internet.', { host });
  }
  // Without user, password, query and fragment: what may carry a key is not shown.
  return { url, shown: `https://${url.host}${url.pathname}` };
}

/**
 * Fetches a roster file over https. Reaches the public internet only: neither this machine nor its networks, by name, by
 * number or by a redirect; but a host that the operator opened may be in a private network. At most 30 MB, 60 seconds and three redirects.
 *
 * @throws {AppError} 422 `roster_sync_address_private`, `roster_sync_unreachable`, `roster_sync_answer`,
 *   `workbook_too_large`; none of them holds more of the address than its host.
 */
export async function fetchRoster(address: string, options: FetchOptions = {}): Promise<Uint8Array> {
  const signal = AbortSignal.timeout(WHOLE_MS);
  let url = new URL(address);
  for (let n = 0; n <= REDIRECTS; n += 1) {
    const answer = await ask(url, options, signal);
    if ('bytes' in answer) return answer.bytes;
    const next = URL.canParse(answer.location, url) ? new URL(answer.location, url) : null;
    if (next?.protocol !== 'https:') break;
    // Who is sent elsewhere is not told the key.
    if (next.host !== url.host) [next.username, next.password] = ['', ''];
    url = next;
  }
  throw refuse('roster_sync_answer', 'The address leads nowhere.', { host: url.hostname, status: 302 });
}
