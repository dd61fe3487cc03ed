import type { FastifyInstance } from 'fastify';
import type { Config } from './config.ts';

const validDays = 180;

/** `/.well-known/security.txt` (RFC 9116): where to report a hole. Without a contact there is none, and the doctor says so. */
export function registerSecurityContact(
  app: FastifyInstance,
  { securityContact, publicUrl }: Pick<Config, 'securityContact' | 'publicUrl'>,
): void {
  app.get('/.well-known/security.txt', { config: { open: true } }, async (_request, reply) => {
    void reply.type('text/plain; charset=utf-8');
    if (securityContact === null) {
      return reply.code(404).send('No security contact is named here (setting SECURITY_CONTACT).\n');
    }
    return securityText({ contact: securityContact, publicUrl, now: new Date() });
  });
}

/** Pure: the file, good for half a year from now on; who keeps the server keeps the setting. */
export function securityText({
  contact,
  publicUrl,
  now,
}: {
  contact: string;
  publicUrl: string;
  now: Date;
}): string {
  const expires = new Date(now.getTime() + validDays * 86_400_000);
  return [
    `Contact: ${contact}`,
    `Expires: ${expires.toISOString().replace(/\.\d+Z$/, 'Z')}`,
    'Preferred-Languages: zh, en',
    `Canonical: ${publicUrl}/.well-known/security.txt`,
    '',
  ].join('\n');
}
