import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Secrets } from '../platform/secrets.ts';

/** Accounts one device is remembered for: a family's telephone, a classroom's computer. */
const accountsEach = 6;
const rememberedSeconds = 400 * 86_400;

/**
 * Remembers on the device that this account signed in here.
 *
 * Guesses from such a device are counted apart: a stranger who tries out passwords in one's name locks nobody out who comes
 * with the own telephone. The token opens nothing; it says by a keyed hash which account it is for and holds no name.
 */
export function rememberDevice(
  secrets: Secrets,
  request: FastifyRequest,
  reply: FastifyReply,
  accountId: string,
): void {
  const others = tokensOf(request).filter((token) => deviceNumber(secrets, token, accountId) === null);
  const number = randomBytes(12).toString('base64url');
  const token = `${number}.${sealOf(secrets, number, accountId).toString('base64url')}`;
  reply.setCookie(cookieName(request), [token, ...others].slice(0, accountsEach).join('~'), {
    path: '/',
    httpOnly: true,
    secure: request.protocol === 'https',
    sameSite: 'lax',
    maxAge: rememberedSeconds,
  });
}

/** The number under which this device is known to an account; null for a device that is strange to it. */
export function knownDevice(secrets: Secrets, request: FastifyRequest, accountId: string): string | null {
  for (const token of tokensOf(request)) {
    const number = deviceNumber(secrets, token, accountId);
    if (number !== null) return number;
  }
  return null;
}

function tokensOf(request: FastifyRequest): string[] {
  const value = request.cookies[cookieName(request)];
  if (!value || value.length > 1_000) return [];
  return value.split('~').slice(0, accountsEach);
}

function deviceNumber(secrets: Secrets, token: string, accountId: string): string | null {
  const [number = '', seal = ''] = token.split('.');
  const given = Buffer.from(seal, 'base64url');
  const right = sealOf(secrets, number, accountId);
  return given.length === right.length && timingSafeEqual(given, right) ? number : null;
}

function sealOf(secrets: Secrets, number: string, accountId: string): Buffer {
  return secrets.hmac('known-device', `${accountId}\n${number}`).subarray(0, 16);
}

/** Beside the session's cookie, and like it apart for each port. */
function cookieName(request: FastifyRequest): string {
  const port = request.host.includes(':') ? request.host.slice(request.host.lastIndexOf(':') + 1) : 'web';
  return request.protocol === 'https' ? `__Host-nol_device_${port}` : `nol_device_${port}`;
}
