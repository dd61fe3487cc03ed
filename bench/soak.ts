import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { round, verdict, type BenchOptions, type BenchResult } from './bench.ts';
import { client, requireStatus } from './parts/load.ts';
import { startProduct } from './parts/product.ts';
import { makeSchool } from './parts/school.ts';

const CLASSES = 10;
const PUPILS_EACH = 30;
/** Requests a second: people look at Today, come in, come in again. A third of what a school of 3,000 does at its bell. */
const PER_SECOND = 40;
const SAMPLE_MS = 1000;
const BUDGET = { rssMbAnHour: 1, handlesMore: 0 };

/**
 * The product under a steady, light load for `--minutes N` (10 when nothing is said), its memory and open files read
 * every second. What is judged is the slope over the second half: the first warms caches and compiled code.
 *
 * The budget is the one of a whole day; a slope of a few minutes is mostly the garbage collector's, and is not judged
 * below two hours.
 */
export async function run(options: BenchOptions = {}): Promise<BenchResult> {
  const minutes = options['minutes'] ?? 10;
  const product = await startProduct();
  try {
    const lessons = await makeSchool(product.database.db, { classes: CLASSES, pupilsEach: PUPILS_EACH });
    const http = client(product.host, product.port, 16);
    const people = lessons.flatMap(({ schoolDay, lessonId, pupils }) =>
      pupils.map(({ token }) => ({ join: `/api/rooms/${schoolDay}/${lessonId}/join`, token })),
    );
    const samples: { second: number; rssMb: number; handles: number }[] = [];
    const until = performance.now() + minutes * 60_000;
    const began = performance.now();
    let requests = 0;
    const load = (async () => {
      while (performance.now() < until) {
        const { join, token } = people[requests % people.length]!;
        const headers = { cookie: `nol_${product.port}=${token}`, 'nol-client': 'bench' };
        const answer =
          requests % 2 === 0
            ? await http.send({ path: '/api/today', headers })
            : await http.send({
                method: 'POST',
                path: join,
                headers: { ...headers, 'content-type': 'application/json' },
                body: '{}',
              });
        requireStatus(answer, 200, 'soak');
        requests += 1;
        const ahead = began + (requests * 1000) / PER_SECOND - performance.now();
        if (ahead > 0) await sleep(ahead);
      }
    })();
    const watch = (async () => {
      while (performance.now() < until) {
        samples.push({
          second: (performance.now() - began) / 1000,
          rssMb: await rssMb(product.server.pid),
          handles: (await readdir(`/proc/${product.server.pid}/fd`)).length,
        });
        await sleep(SAMPLE_MS);
      }
    })();
    await Promise.all([load, watch]);
    http.close();
    const half = samples.slice(Math.floor(samples.length / 2));
    const slope = slopeOf(half.map(({ second, rssMb: mb }) => [second, mb])) * 3600;
    const handlesMore = Math.round(
      slopeOf(half.map(({ second, handles }) => [second, handles])) * (half.at(-1)!.second - half[0]!.second),
    );
    return {
      name: 'soak',
      figures: {
        minutes,
        requests,
        rssMbAtHalf: half[0]!.rssMb,
        rssMbAtEnd: half.at(-1)!.rssMb,
        rssMbAnHour: round(slope, 1),
        handlesAtEnd: half.at(-1)!.handles,
        handlesMore,
      },
      reference: null,
      ratio: null,
      budget: BUDGET,
      ...verdict([
        { name: 'rssMbAnHour', holds: slope < BUDGET.rssMbAnHour, judged: minutes >= 120 },
        { name: 'handlesMore', holds: handlesMore <= BUDGET.handlesMore },
      ]),
    };
  } finally {
    await product.close();
  }
}

/** Memory of a process in MB of 10^6 bytes. */
async function rssMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return round((Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024) / 1e6, 1);
}

/** Slope of the line nearest to the points. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (place: 0 | 1) => points.reduce((sum, point) => sum + point[place], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const across = points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
  return across === 0 ? 0 : points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0) / across;
}
