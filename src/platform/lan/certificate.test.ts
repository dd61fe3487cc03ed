import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { lanAddresses } from './addresses.ts';
import { lanCertificate } from './certificate.ts';

const ask = (port: number, host: string, ca: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    get({ host, port, ca, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    }).once('error', reject);
  });

test('a telephone that trusts the authority once is served by address, also after a new start', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lan-'));
  const first = await lanCertificate(folder, ['127.0.0.1', 'localhost'], new Date());
  const second = await lanCertificate(folder, ['127.0.0.1', 'localhost'], new Date());
  expect(second.authority).toBe(first.authority);
  expect((await stat(join(folder, 'authority.key'))).mode & 0o077).toBe(0);

  const server = createServer({ key: second.key, cert: second.cert }, (_request, answer) => answer.end('ok'));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  expect(await ask(port, '127.0.0.1', first.authority)).toBe(200);
  expect(await ask(port, 'localhost', first.authority)).toBe(200);
  const stranger = await lanCertificate(await mkdtemp(join(tmpdir(), 'lan-')), ['127.0.0.1'], new Date());
  await expect(ask(port, '127.0.0.1', stranger.authority)).rejects.toThrow(/certificate/);
  server.close();
  await rm(folder, { recursive: true });
});

test('neighbours reach the school network first, containers and lone addresses never', () => {
  const at = (address: string, internal = false) => ({
    address,
    internal,
    family: 'IPv4' as const,
    netmask: '255.255.255.0',
    mac: '00:00:00:00:00:00',
    cidr: `${address}/24`,
  });
  expect(
    lanAddresses({
      lo: [at('127.0.0.1', true)],
      docker0: [at('172.17.0.1')],
      eth1: [at('169.254.3.4')],
      eth0: [at('10.1.2.3')],
      wlan0: [at('192.168.1.5')],
    }),
  ).toEqual(['192.168.1.5', '10.1.2.3']);
});
