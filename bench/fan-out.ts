import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeFeed, VOICE_SEGMENT_MS } from '../src/rooms/wire.ts';
import { isJudged, quantile, round, verdict, type BenchResult } from './bench.ts';
import { startBare } from './parts/bare-process.ts';
import { client, drive, requireStatus } from './parts/load.ts';
import { startProduct } from './parts/product.ts';
import { makeSchool } from './parts/school.ts';

const PUPILS = 1000;
const CLASSES = 25;
/** A spoken segment of 1.98 s at 16 kbit/s. */
const SEGMENT_BYTES = 3000;
const PACED_SEGMENTS = 20;
const CALLERS = 64;
const CLOSED_LOOP_CALLS = 40_000;
/** Bare Node `http` driven by this same client on a quiet machine of the budgets, answers a second. */
const EXPECTED_BARE = 14_000;

/**
 * A thousand virtual pupils of one lesson wait for every next two seconds of voice at the real pace; then as many
 * answers as the process gives, beside bare Node `http` giving the same bytes.
 */
export async function run(): Promise<BenchResult> {
  const product = await startProduct();
  try {
    const [lesson] = await makeSchool(product.database.db, {
      classes: CLASSES,
      pupilsEach: PUPILS / CLASSES,
      classesPerLesson: CLASSES,
    });
    const { schoolDay, lessonId, pupils, teacherToken } = lesson!;
    const http = client(product.host, product.port, PUPILS + 10);
    const headersOf = (token: string) => ({ cookie: `nol_${product.port}=${token}`, 'nol-client': 'bench' });
    const join = async (token: string) => {
      const answer = await http.send({
        method: 'POST',
        path: `/api/rooms/${schoolDay}/${lessonId}/join`,
        headers: { ...headersOf(token), 'content-type': 'application/json' },
        body: '{}',
      });
      requireStatus(answer, 200, 'join');
      return (JSON.parse(answer.body.toString('utf8')) as { logId: string }).logId;
    };
    const logId = await join(teacherToken);
    await drive(
      CALLERS,
      pupils.map(
        ({ token }) =>
          async () =>
            void (await join(token)),
      ),
    );

    const heldAt = new Map<number, number>();
    const speak = async (n: number) => {
      const bytes = randomBytes(SEGMENT_BYTES);
      const query = new URLSearchParams({
        startMs: String(Math.max(0, n - 1) * VOICE_SEGMENT_MS),
        durationMs: String(n === 0 ? 0 : VOICE_SEGMENT_MS),
        sha256: createHash('sha256').update(bytes).digest('hex'),
      });
      // From before the request: what a pupil waits for is the way through the server, commit included.
      heldAt.set(n, performance.now());
      const answer = await http.send({
        method: 'PUT',
        path: `/api/logs/${logId}/voice/${n}?${query}`,
        headers: { ...headersOf(teacherToken), 'content-type': 'application/octet-stream' },
        body: bytes,
      });
      requireStatus(answer, 200, 'segment');
    };
    const feedPath = (voice: number, hold: number, max = 65_536) =>
      `/api/logs/${logId}/feed?voice=${voice}&events=1&talk=1&pages=1&hold=${hold}&max=${max}`;

    for (let n = 0; n < 3; n++) await speak(n);
    const delays: number[] = [];
    let lost = 0;
    const over = new AbortController();
    const follow = async (token: string) => {
      for (let voice = 3; voice < 3 + PACED_SEGMENTS;) {
        if (over.signal.aborted) return;
        const answer = await http.send({ path: feedPath(voice, 8), headers: headersOf(token) });
        const arrivedAt = performance.now();
        requireStatus(answer, 200, 'feed');
        for (const { track, n } of decodeFeed(answer.body)) {
          if (track !== 'voice') continue;
          if (n !== voice) lost += Math.abs(n - voice);
          delays.push(arrivedAt - heldAt.get(n)!);
          voice = n + 1;
        }
      }
    };
    const following = Promise.all(pupils.map(({ token }) => follow(token)));
    // A pupil's page is never in step with the others'; the first two segments bring them there.
    await sleep(1500);
    for (let n = 3; n < 3 + PACED_SEGMENTS; n++) {
      await speak(n);
      await sleep(VOICE_SEGMENT_MS - 20);
    }
    await Promise.race([following, sleep(20_000)]);
    over.abort();
    const expected = PUPILS * PACED_SEGMENTS;

    // One segment an answer, no waiting: what the process can give out.
    const feedOne = async (place: number) => {
      const { token } = pupils[place % pupils.length]!;
      const answer = await http.send({
        path: feedPath(2 + (place % 20), 0, 1000),
        headers: headersOf(token),
      });
      requireStatus(answer, 200, 'feed');
    };
    await drive(
      CALLERS,
      Array.from({ length: 4000 }, (_, place) => () => feedOne(place)),
    );
    const served = await drive(
      CALLERS,
      Array.from({ length: CLOSED_LOOP_CALLS }, (_, place) => () => feedOne(place)),
    );
    http.close();

    const bare = await startBare(SEGMENT_BYTES + 18);
    const bareHttp = client('127.0.0.1', bare.port, PUPILS + 10);
    const hello = async (place: number) => {
      const { token } = pupils[place % pupils.length]!;
      requireStatus(await bareHttp.send({ path: feedPath(2, 0), headers: headersOf(token) }), 200, 'bare');
    };
    await drive(
      CALLERS,
      Array.from({ length: 4000 }, (_, place) => () => hello(place)),
    );
    const reference = await drive(
      CALLERS,
      Array.from({ length: CLOSED_LOOP_CALLS }, (_, place) => () => hello(place)),
    );
    bareHttp.close();
    await bare.close();

    const ratio = served.perSecond / reference.perSecond;
    const p99Ms = round(quantile(delays, 0.99), 1);
    return {
      name: 'fan-out',
      figures: {
        virtualPupils: PUPILS,
        segmentsGiven: delays.length,
        segmentsMissing: expected - delays.length + lost,
        delayP50Ms: round(quantile(delays, 0.5), 1),
        delayP99Ms: p99Ms,
        feedsPerSecond: served.perSecond,
        feedP99Ms: served.p99Ms,
      },
      reference: { bareHttpPerSecond: reference.perSecond, bareP99Ms: reference.p99Ms },
      ratio: Math.round(ratio * 100) / 100,
      budget: { ratioAtLeast: 0.35, p99MsBelow: 200, segmentsMissing: 0 },
      ...verdict([
        { name: 'ratio', holds: ratio >= 0.35 },
        { name: 'p99Ms', holds: p99Ms < 200, judged: isJudged(reference.perSecond, EXPECTED_BARE) },
        { name: 'segmentsMissing', holds: delays.length === expected && lost === 0 },
      ]),
    };
  } finally {
    await product.close();
  }
}
