import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { slowProxy } from './proxy.ts';

const body = Buffer.alloc(20_000, 'x');
const server = createServer((_request, answer) => answer.end(body));
let port: number;

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  ({ port } = server.address() as AddressInfo);
});

afterAll(() => server.close());

test('20 kB over 80 kbit/s and 200 ms take two seconds and the way there and back', async () => {
  const proxy = await slowProxy({ host: '127.0.0.1', port }, { bitsPerSecond: 80_000, roundTripMs: 200 });
  const startedAt = performance.now();
  const answer = await fetch(`http://127.0.0.1:${proxy.port}/`);
  expect((await answer.arrayBuffer()).byteLength).toBe(20_000);
  const tookMs = performance.now() - startedAt;
  expect(tookMs).toBeGreaterThan(2_000);
  expect(proxy.carried.down).toBeGreaterThan(20_000);
  await proxy.close();
});

test('a cut line fails at once and works again when it is restored', async () => {
  const proxy = await slowProxy({ host: '127.0.0.1', port }, { bitsPerSecond: 10_000_000, roundTripMs: 0 });
  const url = `http://127.0.0.1:${proxy.port}/`;
  proxy.cut();
  await expect(fetch(url)).rejects.toThrow('fetch failed');
  proxy.restore();
  expect((await fetch(url)).status).toBe(200);
  await proxy.close();
});
