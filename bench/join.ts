import { isJudged, verdict, type BenchResult } from './bench.ts';
import { client, drive, requireStatus } from './parts/load.ts';
import { startProduct } from './parts/product.ts';
import { makeSchool, type BenchLesson } from './parts/school.ts';

const CLASSES = 75;
const PUPILS_EACH = 40;
const CALLERS = 64;
/** PostgreSQL insert and commit at 16 clients on the machine of the budgets, rows a second. */
const EXPECTED_INSERTS = 19_400;

/**
 * A school of 3,000 comes in at the bell: session, roster check, ticket and entry, over HTTP. Beside it
 * PostgreSQL's own rate for the same rows, one commit a pupil, 16 clients, no product in between.
 */
export async function run(): Promise<BenchResult> {
  const product = await startProduct({ connections: 16 });
  try {
    const lessons = await makeSchool(product.database.db, { classes: CLASSES, pupilsEach: PUPILS_EACH });
    const reference = await referenceRate(product.database.pool, lessons);
    const inserts = await insertRate(product.database.pool);
    const http = client(product.host, product.port, CALLERS);
    const cookie = (token: string) => `nol_${product.port}=${token}`;
    const calls = shuffled(
      lessons.flatMap(({ schoolDay, lessonId, pupils }) =>
        pupils.map(({ token }) => async () => {
          const answer = await http.send({
            method: 'POST',
            path: `/api/rooms/${schoolDay}/${lessonId}/join`,
            headers: { cookie: cookie(token), 'content-type': 'application/json', 'nol-client': 'bench' },
            body: '{}',
          });
          requireStatus(answer, 200, 'join');
        }),
      ),
    );
    const joins = await drive(CALLERS, calls);
    http.close();
    const ratio = joins.perSecond / reference.perSecond;
    const judged = isJudged(inserts, EXPECTED_INSERTS);
    return {
      name: 'join',
      figures: {
        joinsPerSecond: joins.perSecond,
        secondsFor3000: joins.seconds,
        p50Ms: joins.p50Ms,
        p99Ms: joins.p99Ms,
      },
      reference: { sameWritesPerSecond: reference.perSecond, insertCommitsPerSecond: inserts },
      ratio: Math.round(ratio * 100) / 100,
      budget: { ratioAtLeast: 0.25, secondsFor3000AtMost: 10, p99MsBelow: 1000 },
      ...verdict([
        { name: 'ratio', holds: ratio >= 0.25 },
        { name: 'secondsFor3000', holds: joins.seconds <= 10, judged },
        { name: 'p99Ms', holds: joins.p99Ms < 1000, judged },
      ]),
    };
  } finally {
    await product.close();
  }
}

type Pool = Awaited<ReturnType<typeof startProduct>>['database']['pool'];

/** The rows a coming leaves behind, one commit each, into tables of the same shape. */
async function referenceRate(pool: Pool, lessons: readonly BenchLesson[]): Promise<{ perSecond: number }> {
  await pool.query(`
    CREATE TABLE bench_entries (LIKE room_entries INCLUDING ALL);
    CREATE TABLE bench_tickets (LIKE room_tickets INCLUDING ALL);
    CREATE TABLE bench_dirty (school_day date, class_id uuid, at timestamptz DEFAULT clock_timestamp())`);
  const text = `WITH e AS (
      INSERT INTO bench_entries (school_day, lesson_id, person_id, standing, entered_at, last_seen_at)
      VALUES ($1, $2, $3, 'pupil', clock_timestamp(), clock_timestamp())),
    t AS (
      INSERT INTO bench_tickets (ticket_hash, school_day, lesson_id, person_id, standing, expires_at)
      VALUES (sha256(convert_to($4, 'UTF8')), $1, $2, $3, 'pupil', clock_timestamp()))
    INSERT INTO bench_dirty (school_day, class_id) VALUES ($1, $2)`;
  const rate = await drive(
    16,
    lessons.flatMap(({ schoolDay, lessonId, pupils }) =>
      pupils.map(({ personId, token }) => async () => {
        await pool.query({ name: 'bench.same_writes', text, values: [schoolDay, lessonId, personId, token] });
      }),
    ),
  );
  await pool.query('DROP TABLE bench_entries, bench_tickets, bench_dirty');
  return rate;
}

/** The machine's calibration: one small row and its commit, 16 clients. */
async function insertRate(pool: Pool): Promise<number> {
  await pool.query(
    'CREATE TABLE bench_plain (id uuid DEFAULT uuidv7() PRIMARY KEY, at timestamptz DEFAULT clock_timestamp())',
  );
  const insert = async () => {
    await pool.query({ name: 'bench.plain', text: 'INSERT INTO bench_plain DEFAULT VALUES', values: [] });
  };
  const { perSecond } = await drive(
    16,
    Array.from({ length: 10_000 }, () => insert),
  );
  await pool.query('DROP TABLE bench_plain');
  return perSecond;
}

function shuffled<Item>(items: Item[]): Item[] {
  return items
    .map((item, place) => ({ item, at: (place * 7919) % items.length }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
