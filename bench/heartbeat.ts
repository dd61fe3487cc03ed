import { verdict, type BenchResult } from './bench.ts';
import { client, drive, requireStatus } from './parts/load.ts';
import { startProduct } from './parts/product.ts';
import { makeSchool, type BenchLesson } from './parts/school.ts';

const CLASSES = 50;
const PUPILS_EACH = 40;
const MINUTES = 6;
const CALLERS = 64;

/**
 * Every pupil of 50 running lessons says how much of each minute was heard, over HTTP, acknowledged after the commit.
 * Beside it PostgreSQL's own rate for the same rows, one commit each.
 */
export async function run(): Promise<BenchResult> {
  const product = await startProduct({ connections: 16 });
  try {
    const { db, pool } = product.database;
    const lessons = await makeSchool(db, { classes: CLASSES, pupilsEach: PUPILS_EACH });
    const reference = await referenceRate(pool, lessons);
    // Ten minutes of every lesson have been taught.
    await pool.query(`
      INSERT INTO lesson_logs (school_day, lesson_id, school_id, opened_at, voice_started_at, epoch_secret, retention_until)
      SELECT school_day, id, school_id, app_now(), app_now(), '\\x00', school_day + 200 FROM lessons`);
    await pool.query(`
      INSERT INTO log_tail (log_id, track, n, start_ms, duration_ms, sha256, bytes)
      SELECT id, 1, 300, 598000, 2000, '\\x00', '\\x00' FROM lesson_logs`);
    const http = client(product.host, product.port, CALLERS);
    const calls = Array.from({ length: MINUTES }, (_, minute) =>
      lessons.flatMap(({ schoolDay, lessonId, pupils }) =>
        pupils.map(({ token }) => async () => {
          const answer = await http.send({
            method: 'POST',
            path: `/api/rooms/${schoolDay}/${lessonId}/heartbeat`,
            headers: {
              cookie: `nol_${product.port}=${token}`,
              'content-type': 'application/json',
              'nol-client': 'bench',
            },
            body: JSON.stringify({ minute, heardMs: 60_000, step: 1, queueMs: 0 }),
          });
          requireStatus(answer, 204, 'heartbeat');
        }),
      ),
    ).flat();
    // The first round warms connections and plans up; it is not counted.
    await drive(CALLERS, calls.slice(0, 1000));
    const beats = await drive(CALLERS, calls.slice(1000));
    http.close();
    const ratio = beats.perSecond / reference.perSecond;
    return {
      name: 'heartbeat',
      figures: { beatsPerSecond: beats.perSecond, p50Ms: beats.p50Ms, p99Ms: beats.p99Ms },
      reference: { sameWritesPerSecond: reference.perSecond },
      ratio: Math.round(ratio * 100) / 100,
      budget: { ratioAtLeast: 0.35 },
      ...verdict([{ name: 'ratio', holds: ratio >= 0.35 }]),
    };
  } finally {
    await product.close();
  }
}

type Pool = Awaited<ReturnType<typeof startProduct>>['database']['pool'];

async function referenceRate(pool: Pool, lessons: readonly BenchLesson[]): Promise<{ perSecond: number }> {
  await pool.query('CREATE TABLE bench_presence (LIKE presence INCLUDING ALL)');
  const text = `INSERT INTO bench_presence (school_day, lesson_id, person_id, minute, heard_ms, step, queue_ms, via_class_id)
    VALUES ($1, $2, $3, $4, 60000, 1, 0, $2)`;
  const calls = Array.from({ length: MINUTES }, (_, minute) =>
    lessons.flatMap(({ schoolDay, lessonId, pupils }) =>
      pupils.map(({ personId }) => async () => {
        await pool.query({ name: 'bench.beat', text, values: [schoolDay, lessonId, personId, minute] });
      }),
    ),
  ).flat();
  const rate = await drive(16, calls);
  await pool.query('DROP TABLE bench_presence');
  return rate;
}
