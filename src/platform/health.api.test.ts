import { expect, test } from 'vitest';
import { buildTestApp } from './testing/app.ts';

const { app, pool } = await buildTestApp();

test('the process answers, and is ready while its database is', async () => {
  expect((await app.inject({ url: '/health' })).json()).toEqual({ status: 'ok' });
  expect((await app.inject({ url: '/ready' })).json()).toEqual({ status: 'ready' });
});

test('with every connection taken it says that it is not ready, instead of saying nothing', async () => {
  const taken = await Promise.all(Array.from({ length: pool.options.max ?? 10 }, () => pool.connect()));
  const answer = await app.inject({ url: '/ready' });
  for (const client of taken) client.release();
  expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '1']);
  // Whoever was waiting is served before the next one asks.
  await pool.query('SELECT 1');
  expect((await app.inject({ url: '/ready' })).statusCode).toBe(200);
});

test('metrics count answers by pattern, connections and room on the disk, for this host only', async () => {
  await app.inject({ url: '/api/claims/secret-token-canary' });
  const { body } = await app.inject({ url: '/metrics' });
  expect(body).toMatch(
    /nol_http_answer_seconds_count\{method="GET",route="\/api\/claims\/:token",status="404"\} 1/,
  );
  expect(body).toMatch(/nol_database_connections\{state="open"\} [1-9]/);
  expect(body).toMatch(/nol_disk_free_bytes [1-9]/);
  expect(body).not.toContain('canary');
  for (const from of [{ remoteAddress: '192.0.2.7' }, { headers: { 'x-forwarded-for': '127.0.0.1' } }]) {
    expect((await app.inject({ url: '/metrics', ...from })).statusCode).toBe(404);
  }
});
