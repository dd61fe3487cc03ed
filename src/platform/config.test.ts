import { expect, test } from 'vitest';

import { defaultUrl, readConfig, settings } from './config.ts';

test('without any setting the product listens on this machine only', () => {
  const config = readConfig({}, 'local');
  expect(config).toMatchObject({
    host: '127.0.0.1',
    port: 8080,
    publicUrl: 'http://127.0.0.1:8080',
    demo: true,
    lan: null,
  });
});

test('a LAN trial listens everywhere, with both doors', () => {
  expect(readConfig({ PORT: '9000' }, 'lan')).toMatchObject({
    host: '0.0.0.0',
    lan: { httpPort: 9000, httpsPort: 8443 },
  });
});

test('sessions live as long as the settings say, in hours or days', () => {
  const { sessionLife } = readConfig({ SESSION_STAFF: '10h/3d' }, 'local');
  expect(sessionLife).toEqual({
    learner: { idleSeconds: 30 * 86_400, absoluteSeconds: 154 * 86_400 },
    staff: { idleSeconds: 10 * 3_600, absoluteSeconds: 3 * 86_400 },
    schoolAdmin: { idleSeconds: 2 * 3_600, absoluteSeconds: 7 * 86_400 },
  });
});

test('hosts of the own network are names and addresses, none unless named', () => {
  expect(readConfig({}, 'local').syncAllowHosts).toEqual([]);
  const SYNC_ALLOW_HOSTS = 'JWXT.school.lan, 10.1.2.3,[fd12::1]';
  expect(readConfig({ SYNC_ALLOW_HOSTS }, 'serve').syncAllowHosts).toEqual([
    'jwxt.school.lan',
    '10.1.2.3',
    'fd12::1',
  ]);
});

test('production has no demo unless asked', () => {
  expect(readConfig({}, 'serve').demo).toBe(false);
  expect(readConfig({ DEMO: '1' }, 'serve').demo).toBe(true);
});

test.each([
  { name: 'PORT', value: '80a' },
  { name: 'PORT', value: '-1' },
  { name: 'PORT', value: '65536' },
  { name: 'PORT', value: '8080.5' },
  { name: 'DEMO', value: 'yes' },
  { name: 'LOG_LEVEL', value: 'loud' },
  { name: 'DATABASE_URL', value: 'mysql://secret@host/db' },
  { name: 'PUBLIC_URL', value: 'ke.example.cn' },
  { name: 'PUBLIC_URL', value: 'https://ke.example.cn/path' },
  { name: 'TLS_CERT', value: '/cert.pem' },
  { name: 'SESSION_STAFF', value: '14h' },
  { name: 'SESSION_STAFF', value: '7d/14h' },
  { name: 'SESSION_LEARNER', value: '30d/4000d' },
  { name: 'SESSION_SCHOOL_ADMIN', value: '0h/7d' },
  { name: 'SECURITY_CONTACT', value: 'security@school.example' },
  { name: 'SYNC_ALLOW_HOSTS', value: '*.school.lan' },
  { name: 'SYNC_ALLOW_HOSTS', value: 'jwxt.school.lan,https://10.1.2.3' },
  { name: 'SYNC_ALLOW_HOSTS', value: '10.1.2.3:8443' },
])('$name=$value is refused by name', ({ name, value }) => {
  expect(() => readConfig({ [name]: value }, 'local')).toThrow(name);
});

test('a wrong DATABASE_URL is not repeated, it may hold a password', () => {
  expect(() => readConfig({ DATABASE_URL: 'mysql://secret@host/db' }, 'local')).not.toThrow('secret');
});

test('addresses of all kinds become links', () => {
  expect(defaultUrl('0.0.0.0', 80, false)).toBe('http://127.0.0.1:80');
  expect(defaultUrl('::1', 8443, true)).toBe('https://[::1]:8443');
});

test('every setting says in both languages what it is for', () => {
  for (const setting of settings) {
    expect(setting.zh).toMatch(/。$/);
    expect(setting.en).toMatch(/\.$/);
  }
});
