import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeServerData, startServerProcess } from '../../src/platform/testing/server-process.ts';
import { aLesson, type BuiltLesson } from '../../src/rooms/testing/a-lesson.ts';
import { readEverything } from './findings.ts';
import { attend, callRolls, enter, teach, type Drive } from './drivers.ts';
import { chooseFaults, strike, type Fault, type Victim } from './faults.ts';
import { freePort, onPort, withDatabase } from './server-under-test.ts';
import { judge, openLedger, type Ledger, type Verdict } from './ledger.ts';

export interface ChaosOptions {
  readonly kills: number;
  readonly pupilsEach?: number;
  /** Lessons under way at the same time. */
  readonly lessonsAtOnce?: number;
  /** Voice segments of a lesson; then it ends, is sealed, and another begins. */
  readonly segments?: number;
  onKill?(count: number, fault: Fault, recoveryMs: number): void;
}

export interface ChaosResult extends Verdict {
  readonly kills: Readonly<Record<Fault, number>>;
  readonly lessons: number;
  /** Writes that had to be repeated because their answer never came. */
  readonly repeated: number;
  readonly recoveryMs: { readonly p50: number; readonly p99: number };
}

/**
 * Runs the whole product under lesson, attendance and chat load, kills it at random moments, and checks afterwards
 * that everything acknowledged is there once and as it was sent.
 */
export async function runChaos({
  kills,
  pupilsEach = 8,
  lessonsAtOnce = 2,
  segments = 30,
  onKill,
}: ChaosOptions): Promise<ChaosResult> {
  const folder = await mkdtemp(join(tmpdir(), 'nol-chaos-'));
  const dataDir = join(folder, 'var');
  const port = await freePort();
  const victim: Victim = { current: await startServerProcess({ dataDir, port }) };
  const ledger = await openLedger(join(folder, 'ledger.jsonl'));
  const done = new AbortController();
  let repeated = 0;
  const drive: Drive = {
    url: victim.current.url,
    ledger,
    sent: new Map(),
    done: done.signal,
    repeated: () => (repeated += 1),
  };
  const lessons: { lesson: BuiltLesson; logId: string }[] = [];
  try {
    // All people exist before the first kill: making them is no part of what is tested.
    const made = await withDatabase(dataDir, ({ db }) =>
      Promise.all(
        Array.from({ length: lessonsAtOnce * (kills + 4) }, () => aLesson(db, { pupilsEach, minutes: 180 })),
      ),
    );
    const queue = made.map((lesson) => onPort(lesson, port));
    const running = Array.from({ length: lessonsAtOnce }, () =>
      teachOneAfterTheOther(drive, queue, lessons, segments),
    );
    const allTaught = Promise.all(running);
    // A driver that was refused ends the run with what it was told, not with a later silence.
    const refused = allTaught.then(() => Promise.reject(new Error('the lessons ended before the faults')));
    const struck = await Promise.race([killAtRandom({ victim, port, kills, ledger, onKill }), refused]);
    refused.catch(() => undefined);
    done.abort();
    await allTaught;
    const found = await readEverything({
      url: drive.url,
      lessons,
      withDatabase: (use) => withDatabase(dataDir, use),
    });
    return {
      ...judge(ledger.entries(), drive.sent, found),
      kills: struck.kills,
      lessons: lessons.length,
      repeated,
      recoveryMs: { p50: quantile(struck.recoveries, 0.5), p99: quantile(struck.recoveries, 0.99) },
    };
  } finally {
    done.abort();
    await ledger.close();
    await victim.current.stop();
    await removeServerData(dataDir);
    await rm(folder, { recursive: true, force: true });
  }
}

async function teachOneAfterTheOther(
  drive: Drive,
  queue: BuiltLesson[],
  lessons: { lesson: BuiltLesson; logId: string }[],
  segments: number,
): Promise<void> {
  while (!drive.done.aborted) {
    const lesson = queue.shift();
    if (lesson === undefined) throw new Error('the faults outlast the lessons: make more of them');
    const [logId] = await Promise.all(
      [lesson.teacher, ...lesson.pupils].map((person) => enter(drive, lesson, person)),
    );
    lessons.push({ lesson, logId: logId! });
    const rollCalls = callRolls(drive, lesson);
    await Promise.all([
      teach(drive, lesson, logId!, segments).finally(() => rollCalls.stop()),
      rollCalls.stopped,
      ...lesson.pupils.map((pupil) => attend(drive, lesson, logId!, pupil, rollCalls)),
    ]);
  }
}

/** Acknowledgements between two kills: proof that the product works again, and that the next kill meets it at work. */
const ACKNOWLEDGED_BETWEEN = 20;
const WORK_LIMIT_MS = 60_000;

async function killAtRandom({
  victim,
  port,
  kills,
  ledger,
  onKill,
}: {
  victim: Victim;
  port: number;
  kills: number;
  ledger: Ledger;
  onKill: ChaosOptions['onKill'];
}): Promise<{ kills: Record<Fault, number>; recoveries: number[] }> {
  const counts: Record<Fault, number> = { app: 0, postmaster: 0, backend: 0, both: 0 };
  const recoveries: number[] = [];
  for (const fault of chooseFaults(kills)) {
    let recoveryMs: number | null = null;
    while (recoveryMs === null) {
      await untilAcknowledged(ledger, ledger.entries().length + ACKNOWLEDGED_BETWEEN);
      // Random enough to fall between any two steps of the work.
      await sleep(randomInt(400));
      recoveryMs = await strike(victim, fault, port);
    }
    counts[fault] += 1;
    recoveries.push(recoveryMs);
    onKill?.(recoveries.length, fault, recoveryMs);
  }
  return { kills: counts, recoveries };
}

async function untilAcknowledged(ledger: Ledger, count: number): Promise<void> {
  const until = performance.now() + WORK_LIMIT_MS;
  while (ledger.entries().length < count) {
    if (performance.now() > until) throw new Error('nothing is acknowledged any more');
    await sleep(5);
  }
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}
