import { Agent, request } from 'node:http';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sql } from 'kysely';
import { expect, test } from 'vitest';

import { removeServerData, startServerProcess } from '../../src/platform/testing/server-process.ts';
import { aLesson, type Headers } from '../../src/rooms/testing/a-lesson.ts';
import { trackNumber } from '../../src/rooms/log-rows.ts';
import { sha256Hex } from './ledger.ts';
import { freePort, onPort, withDatabase } from './server-under-test.ts';

const teachers = 4;

/** One request over a kept connection. @returns the status and text, or `null` when the door was shut. */
function ask(
  agent: Agent,
  url: string,
  { method, headers, body }: { method: string; headers: Headers; body?: Buffer },
): Promise<{ status: number; text: string } | null> {
  return new Promise((resolve) => {
    const call = request(url, { method, headers, agent }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (more: string) => (text += more));
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      // Cut off in the middle of an answer: counts as answered badly.
      answer.once('error', () => resolve({ status: 0, text }));
    });
    call.once('error', () => resolve(null));
    call.end(body);
  });
}

test(
  'told to end while teachers send voice: all that was begun is answered well, and nothing is kept that was not',
  { timeout: 240_000 },
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'nol-drain-'));
    const port = await freePort();
    const server = await startServerProcess({ dataDir, port });
    const agent = new Agent({ keepAlive: true });
    const statuses = new Set<number>();
    /** Numbers of the segments that were acknowledged, by log. */
    const acknowledged = new Map<string, number[]>();
    let total = 0;
    const someAcknowledged = Promise.withResolvers<void>();

    const speak = async (logId: string, headers: Headers) => {
      const mine: number[] = [];
      acknowledged.set(logId, mine);
      for (let n = 0; ; n++) {
        const body = Buffer.alloc(4_000, n);
        const query = `startMs=${Math.max(0, n - 1) * 4_000}&durationMs=${n === 0 ? 0 : 4_000}&sha256=${sha256Hex(body)}`;
        const answer = await ask(agent, `${server.url}/api/logs/${logId}/voice/${n}?${query}`, {
          method: 'PUT',
          headers: { ...headers, 'content-type': 'application/octet-stream' },
          body,
        });
        if (answer === null) return;
        statuses.add(answer.status);
        mine.push(n);
        total += 1;
        if (total >= teachers * 10) someAcknowledged.resolve();
      }
    };

    try {
      const lessons = await withDatabase(dataDir, async ({ db }) => {
        const built = [];
        for (let n = 0; n < teachers; n++) built.push(onPort(await aLesson(db, { minutes: 180 }), port));
        return built;
      });
      const logs = await Promise.all(
        lessons.map(async (lesson) => {
          const answer = await ask(
            agent,
            `${server.url}/api/rooms/${lesson.schoolDay}/${lesson.lessonId}/join`,
            {
              method: 'POST',
              headers: { ...lesson.teacher.headers, 'content-type': 'application/json' },
              body: Buffer.from('{}'),
            },
          );
          expect(answer?.status).toBe(200);
          return String((JSON.parse(answer!.text) as { logId: string }).logId);
        }),
      );
      const speaking = Promise.all(logs.map((logId, n) => speak(logId, lessons[n]!.teacher.headers)));
      await Promise.race([someAcknowledged.promise, speaking]);
      expect(await server.stop('SIGTERM')).toBe(0);
      await speaking;
      expect(total).toBeGreaterThanOrEqual(teachers * 10);
      expect([...statuses].filter((status) => status < 200 || status > 299)).toEqual([]);

      const again = await startServerProcess({ dataDir, port });
      try {
        const kept = await withDatabase(dataDir, async ({ db }) => {
          const { rows } = await sql<{ log_id: string; numbers: number[] }>`
            SELECT log_id, array_agg(n ORDER BY n) AS numbers FROM log_tail
            WHERE track = ${trackNumber('voice')} GROUP BY log_id`.execute(db);
          return new Map(rows.map(({ log_id, numbers }) => [log_id, numbers]));
        });
        expect(kept).toEqual(acknowledged);
      } finally {
        await again.stop();
      }
    } finally {
      agent.destroy();
      await server.kill();
      await removeServerData(dataDir);
    }
  },
);
