import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { sql } from 'kysely';
import { afterAll, expect, test } from 'vitest';

import { sealContact } from '../../src/people/contacts.ts';
import { operatorActor } from '../../src/platform/actor.ts';
import { audit } from '../../src/platform/audit.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { findRunning, stopPostmaster } from '../../src/platform/postgres/postmaster.ts';
import { startPostgres } from '../../src/platform/postgres/supervisor.ts';
import { openSecrets } from '../../src/platform/secrets.ts';
import { removeServerData, startServerProcess } from '../../src/platform/testing/server-process.ts';
import { aLesson, type BuiltLesson } from '../../src/rooms/testing/a-lesson.ts';
import { attend, enter, teach, type Drive } from './drivers.ts';
import { readEverything } from './findings.ts';
import { judge, openLedger } from './ledger.ts';
import { freePort, onPort, withDatabase } from './server-under-test.ts';

const root = join(import.meta.dirname, '../..');
const folder = await mkdtemp(join(tmpdir(), 'nol-drill-'));
const dataDir = join(folder, 'data');
const newDataDir = join(folder, 'new');
const backup = join(folder, 'backup');
const keyFile = join(folder, 'recovery-key.txt');
const number = '13800000000';
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

afterAll(async () => {
  for (const one of [dataDir, newDataDir, join(newDataDir, 'restoring'), join(folder, 'early')]) {
    const left = await findRunning({ cluster: join(one, 'postgres', 'cluster') });
    if (left) await stopPostmaster(left.postmaster);
  }
  await rm(folder, { recursive: true, force: true });
});

/** The block of the runbook with this mark, with the places of this test instead of its own. */
async function blockOf(mark: string, places: Record<string, string>): Promise<string> {
  const runbook = await readFile(join(root, 'docs/runbooks/backup-and-restore.md'), 'utf8');
  let block = new RegExp(`\`\`\`sh ${mark}\\n([\\s\\S]*?)\`\`\``).exec(runbook)?.[1];
  if (block === undefined) throw new Error(`the runbook has no block "${mark}"`);
  for (const [written, actual] of Object.entries(places)) {
    if (!block.includes(written)) throw new Error(`the block "${mark}" does not name ${written}`);
    block = block.replaceAll(written, actual);
  }
  return block;
}

const environment = {
  ...process.env,
  LANG: 'en_US.UTF-8',
  LC_ALL: '',
  PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}`,
};

/** Runs commands as a person would type them; the first that fails ends it. */
function shell(script: string): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: root,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output += String(chunk)));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

function nol(folderOfData: string, args: readonly string[]): Record<string, unknown> {
  const output = execFileSync(process.execPath, ['bin/nol.mjs', ...args, '--json'], {
    cwd: root,
    env: { ...environment, DATA_DIR: folderOfData },
    encoding: 'utf8',
  });
  return JSON.parse(output) as Record<string, unknown>;
}

/** A whole lesson with its pupils, to the end. */
async function teachLesson(drive: Drive, lesson: BuiltLesson): Promise<string> {
  const [logId] = await Promise.all(
    [lesson.teacher, ...lesson.pupils].map((person) => enter(drive, lesson, person)),
  );
  await Promise.all([
    teach(drive, lesson, logId!, 20),
    ...lesson.pupils.map((pupil) => attend(drive, lesson, logId!, pupil, { ids: [] })),
  ]);
  return logId!;
}

test(
  'a lost machine comes back from its backup by the commands of the runbook',
  { timeout: 600_000 },
  async () => {
    const port = await freePort();
    const server = await startServerProcess({ dataDir, port, env: { BACKUP_DIR: backup } });
    const ledger = await openLedger(join(folder, 'ledger.jsonl'));
    const done = new AbortController();
    const drive: Drive = {
      url: server.url,
      ledger,
      sent: new Map(),
      done: done.signal,
      repeated: () => undefined,
    };
    const key = String(nol(dataDir, ['backup', 'key'])['key']);
    const lesson = onPort(
      await withDatabase(dataDir, async ({ db }) => {
        const built = await aLesson(db, { pupilsEach: 3, minutes: 180 });
        const sealed = sealContact(await openSecrets(dataDir), number);
        const [pupil] = built.pupils;
        await sql`UPDATE sessions SET audience = 'learner' WHERE account_id IN
        (SELECT id FROM accounts WHERE person_id = ANY(${built.pupils.map(({ personId }) => personId)}::uuid[]))`.execute(
          db,
        );
        await sql`INSERT INTO contacts (person_id, purpose, cipher, key_id, tail)
        VALUES (${pupil!.personId}, 'followUp', ${sealed.cipher}, ${sealed.keyId}, ${sealed.tail})`.execute(
          db,
        );
        await audit(db, operatorActor(), { action: 'test.before' });
        return built;
      }),
      port,
    );
    const kept = () => nol(dataDir, ['backup', 'list', '--from', backup]);
    await expect.poll(() => kept()['bases'], { timeout: 120_000, interval: 500 }).toHaveLength(1);
    const before = new Date().toISOString();
    const logId = await teachLesson(drive, lesson);
    const sealedParts = () =>
      withDatabase(dataDir, async ({ db }) => {
        const { rows } = await sql<{ parts: number; tail: number }>`
        SELECT (SELECT count(*) FROM log_parts WHERE log_id = ${logId}) AS parts,
          (SELECT count(*) FROM log_tail WHERE log_id = ${logId}) AS tail`.execute(db);
        return rows[0]!;
      });
    await expect.poll(sealedParts, { timeout: 120_000, interval: 200 }).toMatchObject({ tail: 0 });
    expect((await sealedParts()).parts).toBeGreaterThan(0);
    const writtenUntil = new Date();
    await writeFile(keyFile, `${key}\n`);
    await expect
      .poll(() => new Date(String(kept()['until'])), { timeout: 120_000, interval: 500 })
      .toSatisfy((until) => until > writtenUntil);

    // The machine is lost: all that is left is the backup and the paper with the key.
    const postmaster = await server.postmasterPid();
    await server.kill();
    process.kill(postmaster!, 'SIGKILL');
    await sleep(200);
    await removeServerData(dataDir);

    const drill = await blockOf('drill', {
      '/var/lib/not-one-less': newDataDir,
      '/mnt/backup/not-one-less': backup,
      'recovery-key.txt': keyFile,
    });
    const { code, output } = await shell(drill);
    expect(output).toContain('The audit lines are whole: ');
    expect({ code, output }).toMatchObject({ code: 0 });

    const restored = await startServerProcess({ dataDir: newDataDir, port, env: { BACKUP_DIR: backup } });
    try {
      await checkMended();
      await checkRestored(drive, lesson, logId);
    } finally {
      await ledger.close();
      await restored.stop();
    }
    expect(restored.output()).not.toContain('backup_other_writer');

    // And once more, to the moment before the lesson was taught.
    await checkEarlier(before, key);
  },
);

/** A flipped bit and a missing file in the running system come back by the command of the incident runbook. */
async function checkMended(): Promise<void> {
  const runbook = await readFile(join(root, 'docs/runbooks/incident.md'), 'utf8');
  const written = '`npm run nol -- backup mend --from /mnt/backup/not-one-less`';
  expect(runbook).toContain(written);
  const store = join(newDataDir, 'files');
  const stored = (await readdir(store, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const [flipped, gone] = stored as [string, string];
  const bytes = await readFile(flipped);
  bytes[0]! ^= 1;
  await writeFile(flipped, bytes);
  if (gone !== undefined) await rm(gone);
  const { code, output } = await shell(
    `export DATA_DIR=${newDataDir}\n${written.slice(1, -1).replace('/mnt/backup/not-one-less', backup)}`,
  );
  const count = Math.min(2, stored.length);
  expect({ code, output }).toMatchObject({
    code: 0,
    output: expect.stringContaining(`${count} were brought back`),
  });
}

/** Restores to a moment before the lesson: its people are there, nobody has entered. */
async function checkEarlier(before: string, key: string): Promise<void> {
  const early = join(folder, 'early');
  await writeFile(keyFile, `${key}\n`);
  const moment = await blockOf('moment', {
    '/var/lib/not-one-less-before': early,
    '/mnt/backup/not-one-less': `${backup} --key ${keyFile}`,
    '2026-11-28T10:02:59+08:00': before,
  });
  const { code, output } = await shell(moment);
  expect({ code, output }).toMatchObject({ code: 0 });
  expect(output).toContain(`data as of ${before}`);
  const postgres = await startPostgres({ dataDir: early, log: silent });
  const { db, close } = openDatabase(postgres.connection, { max: 1 });
  const { rows } = await sql<{ contacts: number; entries: number }>`
    SELECT (SELECT count(*) FROM contacts) AS contacts, (SELECT count(*) FROM room_entries) AS entries`.execute(
    db,
  );
  await close();
  await postgres.stop();
  expect(rows).toEqual([{ contacts: 1, entries: 0 }]);
}

async function checkRestored(drive: Drive, lesson: BuiltLesson, logId: string): Promise<void> {
  // Staff sign in again, learners do not have to.
  const asTeacher = await fetch(`${drive.url}/api/me`, { headers: lesson.teacher.headers });
  const [pupil] = lesson.pupils;
  const asPupil = await fetch(`${drive.url}/api/me`, { headers: pupil!.headers });
  expect([asTeacher.status, asPupil.status]).toEqual([401, 200]);
  // The recorded lesson plays, and nothing that was acknowledged is missing, doubled or half.
  const readAsPupil = { ...lesson, teacher: { ...lesson.teacher, headers: pupil!.headers } };
  const found = await readEverything({
    url: drive.url,
    lessons: [{ lesson: readAsPupil, logId }],
    withDatabase: (use) => withDatabase(newDataDir, use),
  });
  const { lost, doubled, half } = judge(drive.ledger.entries(), drive.sent, found);
  expect({ lost, doubled, half }).toEqual({ lost: [], doubled: [], half: [] });
  await withDatabase(newDataDir, async ({ db }) => {
    const secrets = await openSecrets(newDataDir);
    const { rows } = await sql<{ cipher: Buffer }>`SELECT cipher FROM contacts`.execute(db);
    expect(rows.map(({ cipher }) => secrets.decrypt('contact:followUp', cipher))).toEqual([number]);
    const lines = await sql<{ action: string }>`
      SELECT action FROM audit_lines WHERE action IN ('test.before', 'platform.restore') ORDER BY at`.execute(
      db,
    );
    expect(lines.rows.map(({ action }) => action)).toEqual(['test.before', 'platform.restore']);
  });
}
