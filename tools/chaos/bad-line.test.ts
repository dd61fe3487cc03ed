import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removeServerData, startServerProcess } from '../../src/platform/testing/server-process.ts';
import { aLesson } from '../../src/rooms/testing/a-lesson.ts';
import { LINE_FAULTS, openBadLine } from './bad-line.ts';
import { attend, callRolls, enter, teach, type Drive } from './drivers.ts';
import { readEverything } from './findings.ts';
import { judge, openLedger } from './ledger.ts';
import { freePort, onPort, withDatabase } from './server-under-test.ts';

/** Voice segments at least; more are spoken until every way of going wrong has been met. */
const SEGMENTS = 40;

test('a line that delays, cuts and falls silent loses and doubles nothing that was acknowledged', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nol-line-'));
  const dataDir = join(folder, 'var');
  const port = await freePort();
  const server = await startServerProcess({ dataDir, port });
  const line = await openBadLine(port, 10);
  const ledger = await openLedger(join(folder, 'ledger.jsonl'));
  const done = new AbortController();
  let repeated = 0;
  const drive: Drive = {
    url: line.url,
    ledger,
    sent: new Map(),
    done: done.signal,
    repeated: () => {
      repeated += 1;
      if (ledger.entries().length >= SEGMENTS && LINE_FAULTS.every((fault) => line.struck[fault] > 0))
        done.abort();
    },
  };
  try {
    // The session's cookie carries the port that the browser sees.
    const built = await withDatabase(dataDir, ({ db }) => aLesson(db, { pupilsEach: 4, minutes: 180 }));
    const lesson = onPort(built, line.port);
    const [logId] = await Promise.all(
      [lesson.teacher, ...lesson.pupils].map((person) => enter(drive, lesson, person)),
    );
    const rollCalls = callRolls(drive, lesson);
    await Promise.all([
      teach(drive, lesson, logId!, 2000).finally(() => rollCalls.stop()),
      rollCalls.stopped,
      ...lesson.pupils.map((pupil) => attend(drive, lesson, logId!, pupil, rollCalls)),
    ]);
    const found = await readEverything({
      url: server.url,
      lessons: [{ lesson: onPort(built, port), logId: logId! }],
      withDatabase: (use) => withDatabase(dataDir, use),
    });
    const { lost, doubled, half, acknowledged } = judge(ledger.entries(), drive.sent, found);
    expect({ lost, doubled, half }).toEqual({ lost: [], doubled: [], half: [] });
    expect(acknowledged).toBeGreaterThanOrEqual(SEGMENTS);
    expect(repeated).toBeGreaterThan(0);
  } finally {
    done.abort();
    await line.close();
    await ledger.close();
    await server.stop();
    await removeServerData(dataDir);
    await rm(folder, { recursive: true, force: true });
  }
}, 300_000);
