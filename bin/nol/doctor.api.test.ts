import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import type { CommandResult } from '../../src/platform/capability.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { startPostgres } from '../../src/platform/postgres/supervisor.ts';
import { writeScrubState } from '../../src/platform/scrub-state.ts';
import { startServerProcess } from '../../src/platform/testing/server-process.ts';
import type { Finding } from './doctor.ts';

const limit = { timeout: 240_000 };
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
let folder: string;
/** The data folder of a server that ran and was stopped. */
let healthy: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nol-doctor-'));
  healthy = join(folder, 'healthy');
  const server = await startServerProcess({ dataDir: healthy });
  await server.stop();
}, 240_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

async function diagnose(
  dataDir: string,
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number; findings: Finding[] }> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [join(import.meta.dirname, '../nol.mjs'), 'doctor', '--json'],
      { env: { ...process.env, LANG: 'en_US.UTF-8', PORT: '0', DATA_DIR: dataDir, ...env } },
      (error, out, err) => {
        try {
          const { findings } = JSON.parse(out) as CommandResult['json'] & { findings: Finding[] };
          resolve({ code: typeof error?.code === 'number' ? error.code : 0, findings });
        } catch {
          reject(new Error(`no report:\n${out}${err}`));
        }
      },
    );
  });
}

const found = (findings: readonly Finding[], name: string) =>
  findings.find((finding) => finding.name === name);

test('a healthy folder has no failure, and looking changes nothing', limit, async () => {
  const { code, findings } = await diagnose(healthy);
  expect(findings.filter(({ status }) => status === 'fail')).toEqual([]);
  expect(code).toBe(0);
});

interface Fault {
  readonly fault: string;
  readonly name: string;
  readonly status: Finding['status'];
  /** What the sentence has to name. */
  readonly says: RegExp;
  /** Brings the fault into a copy of the healthy folder. @returns settings it takes. */
  inject(dataDir: string): Promise<NodeJS.ProcessEnv | void>;
}

async function inDatabase(dataDir: string, statement: string): Promise<void> {
  const postgres = await startPostgres({ dataDir, log });
  const { pool, close } = openDatabase(postgres.connection, { max: 1 });
  await pool.query(statement);
  await close();
  await postgres.stop();
}

const faults: readonly Fault[] = [
  {
    fault: 'requests that pass every policy',
    name: 'row protection',
    status: 'warn',
    says: /ALTER ROLE nol_app NOSUPERUSER NOBYPASSRLS/,
    inject: (dataDir) => inDatabase(dataDir, 'ALTER ROLE nol_app BYPASSRLS'),
  },
  {
    fault: 'a data folder that everybody can read',
    name: 'data folder',
    status: 'warn',
    says: /chmod 700/,
    inject: (dataDir) => chmod(dataDir, 0o755),
  },
  {
    fault: 'a migration that has not run',
    name: 'migrations',
    status: 'warn',
    says: /^1 to run/,
    inject: (dataDir) =>
      inDatabase(
        dataDir,
        'DELETE FROM schema_migrations WHERE name = (SELECT max(name) FROM schema_migrations)',
      ),
  },
  {
    fault: 'a built-in database that listens on the network',
    name: 'database',
    status: 'fail',
    says: /local\.conf/,
    inject: (dataDir) =>
      writeFile(join(dataDir, 'postgres/cluster/local.conf'), "listen_addresses = '127.0.0.2'\n", {
        mode: 0o644,
      }),
  },
  {
    fault: 'a database of another version',
    name: 'database',
    status: 'fail',
    says: /17/,
    inject: (dataDir) => writeFile(join(dataDir, 'postgres/cluster/PG_VERSION'), '17\n'),
  },
  {
    fault: 'an external database where nobody answers',
    name: 'database',
    status: 'fail',
    says: /./,
    async inject() {
      return { DATABASE_URL: `postgres://nol:secret-of-the-test@127.0.0.1:${await unusedPort()}/nol` };
    },
  },
  {
    fault: 'a stored file that is not what its name says',
    name: 'stored data',
    status: 'fail',
    says: /1 damaged \(abcd\).*incident\.md#alarm-damage/,
    inject: (dataDir) =>
      writeScrubState(dataDir, {
        passStartedAt: new Date().toISOString(),
        step: 3,
        lastPassAt: null,
        damaged: [{ kind: 'file', what: 'abcd', since: new Date().toISOString() }],
      }),
  },
  {
    fault: 'a backup folder that is a file',
    name: 'backup',
    status: 'fail',
    says: /backup-file/,
    async inject(dataDir) {
      const file = `${dataDir}-backup-file`;
      await writeFile(file, 'no folder');
      return { BACKUP_DIR: file };
    },
  },
  {
    fault: 'a backup folder without a backup',
    name: 'backup',
    status: 'fail',
    says: /backup/,
    async inject(dataDir) {
      const empty = `${dataDir}-backup`;
      await mkdir(empty);
      return { BACKUP_DIR: empty };
    },
  },
];

async function unusedPort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => {
    probe.listen(0, '127.0.0.1', resolve);
  });
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => {
    probe.close(resolve);
  });
  return port;
}

test.each(faults)(
  '$fault is found and says what to do',
  limit,
  async ({ fault, name, status, says, inject }) => {
    const dataDir = join(folder, `fault-${faults.findIndex((one) => one.fault === fault)}`);
    await cp(healthy, dataDir, { recursive: true, preserveTimestamps: true });
    await chmod(dataDir, 0o700);
    const env = (await inject(dataDir)) ?? {};
    const { code, findings } = await diagnose(dataDir, env);
    const finding = found(findings, name);
    expect([finding?.status, finding?.en]).toEqual([status, expect.stringMatching(says)]);
    expect(finding?.zh).toMatch(/[一-鿿]/);
    expect(JSON.stringify(findings), 'no password is printed').not.toContain('secret-of-the-test');
    expect(code).toBe(status === 'fail' ? 2 : 0);
  },
);

test('a taken port is a failure that names it', limit, async () => {
  const squatter = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => {
    squatter.once('listening', resolve);
  });
  const { port } = squatter.address() as AddressInfo;
  const { code, findings } = await diagnose(healthy, { PORT: String(port) });
  expect(found(findings, 'port')).toMatchObject({
    status: 'fail',
    en: expect.stringContaining(String(port)),
  });
  expect(code).toBe(2);
  squatter.close();
});
