import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { registerSecurityContact, securityText } from './security-contact.ts';

async function served(env: NodeJS.ProcessEnv) {
  const app = Fastify();
  registerSecurityContact(app, readConfig({ PUBLIC_URL: 'https://ke.example.edu.cn', ...env }, 'local'));
  const answer = await app.inject({ url: '/.well-known/security.txt' });
  await app.close();
  return answer;
}

test('the contact of the setting stands in security.txt, with what RFC 9116 asks for', async () => {
  const answer = await served({ SECURITY_CONTACT: 'mailto:security@ke.example.edu.cn' });
  expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
  const fields = new Map(
    answer.body
      .trim()
      .split('\n')
      .map((line) => line.split(/: (.*)/, 2) as [string, string]),
  );
  expect([...fields.keys()]).toEqual(['Contact', 'Expires', 'Preferred-Languages', 'Canonical']);
  expect(fields.get('Contact')).toBe('mailto:security@ke.example.edu.cn');
  expect(fields.get('Canonical')).toBe('https://ke.example.edu.cn/.well-known/security.txt');
});

test('it is good for less than a year, as the standard recommends', () => {
  const text = securityText({
    contact: 'https://x.example',
    publicUrl: '',
    now: new Date('2026-11-28T08:00:00.123Z'),
  });
  expect(text).toContain('Expires: 2027-05-27T08:00:00Z\n');
});

test('without a contact there is no file, and why is said', async () => {
  const answer = await served({});
  expect([answer.statusCode, answer.body]).toEqual([404, expect.stringContaining('SECURITY_CONTACT')]);
});
