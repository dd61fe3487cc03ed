import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { lanCertificate } from '../../platform/lan/certificate.ts';
import { addressesOf, fetchRoster, readAddress } from './fetch-roster.ts';
import { isPublicAddress } from './public-address.ts';

const folder = await mkdtemp(path.join(tmpdir(), 'nol-sync-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const { key, cert, authority: ca } = await lanCertificate(folder, ['localhost', '127.0.0.1'], new Date());
const asked: { path: string; authorization: string | undefined }[] = [];
const server: Server = createServer({ key, cert }, (request, response) => {
  const { url = '', headers } = request;
  asked.push({ path: url, authorization: headers.authorization });
  if (url === '/moved') return response.writeHead(302, { location: '/roster.csv' }).end();
  if (url === '/plain') return response.writeHead(302, { location: 'http://localhost/roster.csv' }).end();
  if (url === '/round') return response.writeHead(302, { location: '/round' }).end();
  if (url === '/gone') return response.writeHead(404).end();
  if (url === '/endless') {
    const more = () => {
      while (response.writable && response.write(Buffer.alloc(1024 * 1024)));
      response.once('drain', more);
    };
    return more();
  }
  return response.end('学号,姓名\n1,甲\n');
});
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const { port } = server.address() as AddressInfo;
const at = (where: string, before = '') => `https://${before}localhost:${port}${where}`;
const here = { isAllowed: () => true, ca };
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'fetched',
    (error: { code: string; params: object }) => [error.code, error.params],
  );

describe('which addresses may be reached', () => {
  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.8.8.8',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::7f00:1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'ff02::1',
    '2001:db8::1',
    '2001:0:7f00:1::',
    '2002:7f00:1::',
    'no address',
  ])('%s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test.each(['1.1.1.1', '8.8.8.8', '172.32.0.1', '223.5.5.5', '2400:3200::1', '2606:4700::1111'])(
    '%s is public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );
});

describe('an address', () => {
  test.each([
    ['http://example.org/roster.csv', 'roster_sync_address_odd'],
    ['file:///etc/passwd', 'roster_sync_address_odd'],
    ['roster.csv', 'roster_sync_address_odd'],
    ['https://127.0.0.1/x', 'roster_sync_address_private'],
    ['https://2130706433/x', 'roster_sync_address_private'],
    ['https://0x7f.1/x', 'roster_sync_address_private'],
    ['https://[::1]/x', 'roster_sync_address_private'],
    ['https://[::ffff:10.0.0.1]/x', 'roster_sync_address_private'],
    ['https://localhost:8080/x', 'roster_sync_address_private'],
  ])('%s is refused as %s', (text, code) => {
    expect(() => readAddress(text)).toThrow(expect.objectContaining({ code }));
  });

  test.each(['https://10.1.2.3/x', 'https://jwxt.local/x', 'https://[fd12::1]/x'])(
    '%s is taken once the operator opened its host, and no other',
    (text) => {
      const hosts = ['10.1.2.3', 'jwxt.local', 'fd12::1'];
      expect(readAddress(text, hosts).url.href).toBe(text);
      expect(() => readAddress(text, ['10.1.2.4', 'other.local'])).toThrow(
        expect.objectContaining({ code: 'roster_sync_address_private' }),
      );
    },
  );

  test.each(['https://localhost/x', 'https://127.0.0.1/x', 'https://[::1]/x', 'https://169.254.169.254/x'])(
    '%s stays refused though its host was opened',
    (text) => {
      const host = new URL(text).hostname.replace(/^\[|\]$/g, '');
      expect(() => readAddress(text, [host])).toThrow(
        expect.objectContaining({ code: 'roster_sync_address_private' }),
      );
    },
  );

  test('an opened name may lead into a private network, to nothing else that is not public', () => {
    const mayReach = addressesOf('jwxt.school.lan', ['jwxt.school.lan']);
    const addresses = ['10.0.0.7', '172.20.1.1', '192.168.3.4', 'fd00::7', '8.8.8.8'];
    expect(addresses.filter((address) => !mayReach(address))).toEqual([]);
    const refused = [
      '127.0.0.1',
      '169.254.169.254',
      '0.0.0.0',
      '224.0.0.1',
      '::1',
      'fe80::1',
      '::ffff:127.0.0.1',
    ];
    expect(refused.filter(mayReach)).toEqual([]);
    const other = addressesOf('elsewhere.lan', ['jwxt.school.lan']);
    expect(addresses.filter(other)).toEqual(['8.8.8.8']);
  });

  test('is shown without what may be a key', () => {
    const { shown } = readAddress('https://user:secret@example.org/roster.zip?token=abc#part');
    expect(shown).toBe('https://example.org/roster.zip');
  });
});

describe('fetching', () => {
  test('gives the file, through a redirect too, and passes user and password on', async () => {
    for (const where of ['/roster.csv', '/moved']) {
      const bytes = await fetchRoster(at(where, 'user:secret@'), here);
      expect(new TextDecoder().decode(bytes)).toBe('学号,姓名\n1,甲\n');
    }
    expect(asked.every(({ authorization }) => authorization?.startsWith('Basic '))).toBe(true);
  });

  test('does not reach this machine though its name was opened', async () => {
    const before = asked.length;
    expect(await codeOf(fetchRoster(at('/roster.csv'), { ca, allowHosts: ['localhost'] }))).toEqual([
      'roster_sync_address_private',
      { host: 'localhost' },
    ]);
    expect(asked.length).toBe(before);
  });

  test('does not reach this machine, by name or by number, and asks nothing of it', async () => {
    const before = asked.length;
    expect(await codeOf(fetchRoster(at('/roster.csv'), { ca }))).toEqual([
      'roster_sync_address_private',
      { host: 'localhost' },
    ]);
    expect(await codeOf(fetchRoster(`https://127.0.0.1:${port}/roster.csv`, { ca }))).toEqual([
      'roster_sync_address_private',
      { host: '127.0.0.1' },
    ]);
    expect(asked.length).toBe(before);
  });

  test.each([
    ['/gone', ['roster_sync_answer', { host: 'localhost', status: 404 }]],
    ['/round', ['roster_sync_answer', { host: 'localhost', status: 302 }]],
    ['/plain', ['roster_sync_answer', { host: 'localhost', status: 302 }]],
    ['/endless', ['workbook_too_large', {}]],
  ])('%s ends as %j', async (where, code) => {
    expect(await codeOf(fetchRoster(at(where), here))).toEqual(code);
  });

  test('trusts no certificate that nobody vouches for', async () => {
    expect(await codeOf(fetchRoster(at('/roster.csv'), { isAllowed: () => true }))).toMatchObject([
      'roster_sync_unreachable',
      { host: 'localhost' },
    ]);
  });
});
