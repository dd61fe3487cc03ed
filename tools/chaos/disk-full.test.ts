import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { localFileStore } from '../../src/platform/files.ts';
import { removeServerData, startServerProcess } from '../../src/platform/testing/server-process.ts';
import { aLesson } from '../../src/rooms/testing/a-lesson.ts';
import { attend, enter, teach, type Drive } from './drivers.ts';
import { readEverything } from './findings.ts';
import { judge, openLedger } from './ledger.ts';
import { freePort, onPort, withDatabase } from './server-under-test.ts';
import { mountSmallVolume } from './small-volume.ts';

const small = await mountSmallVolume(2);
const whole = await mountSmallVolume(500);
if (small === null || whole === null)
  console.log('Disk full is not tried: no file system can be mounted here.');
afterAll(async () => {
  await small?.remove();
  await whole?.remove();
});

test.skipIf(small === null)(
  'a file that finds no room leaves nothing, and files beside it stay readable',
  async () => {
    const store = localFileStore(join(small!.folder, 'files'));
    const before = await store.put(Buffer.alloc(100_000, 1));
    await expect(store.put(Buffer.alloc(3_000_000, 2))).rejects.toMatchObject({ code: 'ENOSPC' });
    expect((await store.read(before)).length).toBe(100_000);
    const left = await readdir(join(small!.folder, 'files'), { recursive: true });
    expect(left.filter((name) => name.endsWith('.part'))).toEqual([]);
    expect(await store.size(await store.put(Buffer.alloc(200_000, 3)))).toBe(200_000);
  },
);

test.skipIf(whole === null)(
  'a volume that fills up in the middle of a lesson loses nothing that was acknowledged, and goes on when there is room',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nol-full-'));
    const dataDir = join(whole!.folder, 'var');
    const port = await freePort();
    const server = await startServerProcess({ dataDir, port });
    const ledger = await openLedger(join(folder, 'ledger.jsonl'));
    const done = new AbortController();
    const refused = Promise.withResolvers<void>();
    let isFull = false;
    const drive: Drive = {
      url: server.url,
      ledger,
      sent: new Map(),
      done: done.signal,
      repeated: () => {
        if (isFull) refused.resolve();
      },
    };
    const acknowledged = async (more: number) => {
      const wanted = ledger.entries().length + more;
      await expect
        .poll(() => ledger.entries().length, { timeout: 120_000, interval: 50 })
        .toBeGreaterThanOrEqual(wanted);
    };
    try {
      const lesson = onPort(
        await withDatabase(dataDir, ({ db }) => aLesson(db, { pupilsEach: 3, minutes: 180 })),
        port,
      );
      const [logId] = await Promise.all(
        [lesson.teacher, ...lesson.pupils].map((person) => enter(drive, lesson, person)),
      );
      const working = Promise.all([
        teach(drive, lesson, logId!, 100_000),
        ...lesson.pupils.map((pupil) => attend(drive, lesson, logId!, pupil, { ids: [] })),
      ]);
      await acknowledged(30);
      isFull = true;
      await whole!.fill();
      await Promise.race([refused.promise, working]);
      await whole!.free();
      isFull = false;
      await acknowledged(30);
      done.abort();
      await working;
      const found = await readEverything({
        url: server.url,
        lessons: [{ lesson, logId: logId! }],
        withDatabase: (use) => withDatabase(dataDir, use),
      });
      const { lost, doubled, half } = judge(ledger.entries(), drive.sent, found);
      expect({ lost, doubled, half }).toEqual({ lost: [], doubled: [], half: [] });
    } finally {
      done.abort();
      await whole!.free();
      await ledger.close();
      await server.stop();
      await removeServerData(dataDir);
      await rm(folder, { recursive: true, force: true });
    }
  },
  300_000,
);
