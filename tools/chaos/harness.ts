import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { verifyAudit } from '../../src/platform/audit/verify.ts';
import { openSecrets } from '../../src/platform/secrets.ts';
import { removeServerData, startServerProcess } from '../../src/platform/testing/server-process.ts';
import { aLesson, type BuiltLesson } from '../../src/rooms/testing/a-lesson.ts';
import { readEverything, type Finding } from './findings.ts';
import { anOffice, importList, letIn, readOffices, type Office } from './office.ts';
import { attend, callRolls, enter, teach, type Drive } from './drivers.ts';
import { chooseFaults, strike, type Fault, type Victim } from './faults.ts';
import { freePort, headersOnPort, onPort, withDatabase } from './server-under-test.ts';
import { judge, openLedger, type Ledger, type Verdict } from './ledger.ts';

export interface ChaosOptions {
  readonly kills: number;
  readonly pupilsEach?: number;
  /** Lessons under way at the same time. */
  readonly lessonsAtOnce?: number;
  /** Voice segments of a lesson; then it ends, is sealed, and another begins. */
  readonly segments?: number;
  /** Ends after this time even with fewer kills, and judges what was done until then. */
  readonly minutes?: number;
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
 * Runs the whole product under the load of lessons, attendance, chat and rosters, kills it at random moments, and checks
 * afterwards that everything acknowledged is there once and as it was sent.
 */
export async function runChaos({
  kills,
  pupilsEach = 8,
  lessonsAtOnce = 2,
  segments = 30,
  minutes = Infinity,
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
  const taught: Taught[] = [];
  try {
    // All people exist before the first kill: making them is no part of what is tested.
    const made = await withDatabase(dataDir, async ({ db }) => {
      const one = () =>
        db.transaction().execute(async (trx) => {
          const lesson = await aLesson(trx, { pupilsEach, minutes: 600 });
          return { lesson, office: await anOffice(trx, lesson, SPARE_PUPILS) };
        });
      const count = lessonsAtOnce * (Math.ceil((kills * 30) / segments) + 4);
      const all: Prepared[] = [];
      // One after the other: each would wait for the others' locks and connections.
      while (all.length < count) all.push(await one());
      return all;
    });
    const queue = made.map(({ lesson, office }) => ({
      lesson: onPort(lesson, port),
      office: { ...office, headers: headersOnPort(office.headers, port) },
    }));
    const running = Array.from({ length: lessonsAtOnce }, () =>
      teachOneAfterTheOther(drive, queue, taught, segments),
    );
    const allTaught = Promise.all(running);
    // A driver that was refused ends the run with what it was told, not with a later silence.
    const refused = allTaught.then(() => Promise.reject(new Error('the lessons ended before the faults')));
    const struck = await Promise.race([
      killAtRandom({ victim, port, kills, minutes, ledger, onKill }),
      refused,
    ]);
    refused.catch(() => undefined);
    done.abort();
    await allTaught;
    const found = await readEverything({
      url: drive.url,
      lessons: taught,
      withDatabase: (use) => withDatabase(dataDir, use),
    });
    found.push(...(await readOfficesAndChain(dataDir, taught)));
    return {
      ...judge(ledger.entries(), drive.sent, found),
      kills: struck.kills,
      lessons: taught.length,
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

interface Prepared {
  readonly lesson: BuiltLesson;
  readonly office: Office;
}

interface Taught extends Prepared {
  readonly logId: string;
}

async function teachOneAfterTheOther(
  drive: Drive,
  queue: Prepared[],
  taught: Taught[],
  segments: number,
): Promise<void> {
  while (!drive.done.aborted) {
    const next = queue.shift();
    if (next === undefined) throw new Error('the faults outlast the lessons: make more of them');
    const { lesson, office } = next;
    const [logId] = await Promise.all(
      [lesson.teacher, ...lesson.pupils].map((person) => enter(drive, lesson, person)),
    );
    taught.push({ ...next, logId: logId! });
    const rollCalls = callRolls(drive, lesson);
    const over = new AbortController();
    await Promise.all([
      teach(drive, lesson, logId!, segments).finally(() => {
        rollCalls.stop();
        over.abort();
      }),
      rollCalls.stopped,
      ...lesson.pupils.map((pupil) => attend(drive, lesson, logId!, pupil, rollCalls)),
      letIn(drive, office, over.signal),
      taught.length % LISTS_EVERY === 0 && importList(drive, office),
    ]);
  }
}

/** Rows of the offices, and each break of the chain of audit lines as something that nobody sent. */
async function readOfficesAndChain(dataDir: string, taught: readonly Taught[]): Promise<Finding[]> {
  const secrets = await openSecrets(dataDir);
  return withDatabase(dataDir, async (database) => {
    const offices = taught.map(({ office }) => office);
    const { breaks } = await verifyAudit({ db: database.db, dataDir, secrets });
    const broken = breaks.map(({ kind, sealNo }) => ({ kind: 'chain', key: String(sealNo), value: kind }));
    return [...(await readOffices(database, offices)), ...broken];
  });
}

/** Pupils of a school who are let into a class one by one during its lesson. */
const SPARE_PUPILS = 12;

/** A list is checked in a process of its own: not in every lesson, so that kills meet everything else as often. */
const LISTS_EVERY = 3;

/** Acknowledgements between two kills: proof that the product works again, and that the next kill meets it at work. */
const ACKNOWLEDGED_BETWEEN = 20;
const WORK_LIMIT_MS = 60_000;

async function killAtRandom({
  victim,
  port,
  kills,
  minutes,
  ledger,
  onKill,
}: {
  victim: Victim;
  port: number;
  kills: number;
  minutes: number;
  ledger: Ledger;
  onKill: ChaosOptions['onKill'];
}): Promise<{ kills: Record<Fault, number>; recoveries: number[] }> {
  const counts: Record<Fault, number> = { app: 0, postmaster: 0, child: 0, supervisor: 0, both: 0 };
  const recoveries: number[] = [];
  const until = performance.now() + minutes * 60_000;
  for (const fault of chooseFaults(kills)) {
    if (performance.now() > until) break;
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
