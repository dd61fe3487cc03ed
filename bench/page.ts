import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type pg from 'pg';
import { round, verdict, type BenchResult } from './bench.ts';
import { client, drive, requireStatus } from './parts/load.ts';
import { startProduct } from './parts/product.ts';
import { makeSchool } from './parts/school.ts';

const CLASSES = 25;
const PUPILS_EACH = 40;
const CALLERS = 32;
const CALLS = 3000;

/** The data of Today, a class and a lesson, beside Fastify with one select by key in a process of its own. */
export async function run(): Promise<BenchResult> {
  const product = await startProduct();
  try {
    const lessons = await makeSchool(product.database.db, { classes: CLASSES, pupilsEach: PUPILS_EACH });
    const { rows: classes } = await product.database.pool.query<{ lesson_id: string; class_id: string }>(
      'SELECT lesson_id, class_id FROM lesson_audiences',
    );
    const classOf = new Map(classes.map((row) => [row.lesson_id, row.class_id]));
    const http = client(product.host, product.port, CALLERS);
    const asking = async (path: string, token: string) => {
      const headers = { cookie: `nol_${product.port}=${token}`, 'nol-client': 'bench' };
      requireStatus(await http.send({ path, headers }), 200, path);
    };
    const pages: Record<string, (place: number) => Promise<void>> = {
      today: (place) => {
        const { pupils } = lessons[place % CLASSES]!;
        return asking('/api/today', pupils[place % pupils.length]!.token);
      },
      classBoard: (place) => {
        const { schoolDay, lessonId, teacherToken } = lessons[place % CLASSES]!;
        return asking(
          `/api/lessons/${schoolDay}/${lessonId}/classes/${classOf.get(lessonId)}/board`,
          teacherToken,
        );
      },
      lesson: (place) => {
        const { schoolDay, lessonId, teacherToken } = lessons[place % CLASSES]!;
        return asking(`/api/rooms/${schoolDay}/${lessonId}/presence`, teacherToken);
      },
    };
    const reference = await referenceRate(product.server.dataDir, product.database.pool.options);
    const figures: Record<string, number> = {};
    const ratios: Record<string, number> = {};
    for (const [name, page] of Object.entries(pages)) {
      await drive(
        CALLERS,
        Array.from({ length: 300 }, (_, place) => () => page(place)),
      );
      const rate = await drive(
        CALLERS,
        Array.from({ length: CALLS }, (_, place) => () => page(place)),
      );
      figures[`${name}PerSecond`] = rate.perSecond;
      figures[`${name}P99Ms`] = rate.p99Ms;
      ratios[name] = round(rate.perSecond / reference, 2);
      figures[`${name}Ratio`] = ratios[name];
    }
    http.close();
    return {
      name: 'page',
      figures,
      reference: { fastifyOneSelectPerSecond: reference },
      ratio: Math.min(...Object.values(ratios)),
      budget: { ratioAtLeast: 0.25 },
      ...verdict(Object.entries(ratios).map(([name, ratio]) => ({ name, holds: ratio >= 0.25 }))),
    };
  } finally {
    await product.close();
  }
}

async function referenceRate(
  cwd: string,
  { host, port, user, password, database }: pg.PoolConfig,
): Promise<number> {
  const child = spawn(
    process.execPath,
    [
      join(import.meta.dirname, 'parts/one-select.ts'),
      JSON.stringify({ host, port, user, password, database }),
    ],
    { cwd, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const bare = client('127.0.0.1', Number(line.toString('utf8').trim()), CALLERS);
  const ask = async () => requireStatus(await bare.send({ path: '/' }), 200, 'one select');
  await drive(
    CALLERS,
    Array.from({ length: 1000 }, () => ask),
  );
  const { perSecond } = await drive(
    CALLERS,
    Array.from({ length: CALLS * 3 }, () => ask),
  );
  bare.close();
  const ended = once(child, 'close');
  child.kill('SIGTERM');
  await ended;
  return perSecond;
}
