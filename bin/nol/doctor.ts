import { constants } from 'node:fs';
import { access, readFile, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';

import { sql } from 'kysely';

import type { CommandResult } from '../../src/platform/capability.ts';
import { readArguments } from '../../src/platform/command-line.ts';
import { dataPath, type Config } from '../../src/platform/config.ts';
import { runbookOf } from '../../src/platform/alarms.ts';
import { readScrubState, scrubAlarm } from '../../src/platform/scrub-state.ts';
import { currentHolder } from '../../src/platform/data-folder.ts';
import { openDatabase, type Db } from '../../src/platform/database.ts';
import { pendingMigrations } from '../../src/platform/migrate.ts';
import { requireFreePort } from '../../src/platform/ports.ts';
import { openPostgresForCommand } from '../../src/platform/postgres/open.ts';
import { errorCode, StartRefusal, type Sentence } from '../../src/platform/start-refusal.ts';
import { findWallGap, wallGapSentence } from '../../src/platform/wall/role.ts';
import { inLanguage } from '../../src/platform/terminal.ts';
import { SIGN_IN_BRAKED } from '../../src/people/sign-in-brake.ts';
import { webSourceHash } from '../../tools/build/stale.ts';
import { backupFinding } from './doctor-backup.ts';
import { findChromium } from '../chromium.mjs';

/** What the doctor found about one thing. `warn`: works, but look at it. */
export interface Finding extends Sentence {
  readonly name: string;
  readonly status: 'ok' | 'warn' | 'fail';
}

const root = join(import.meta.dirname, '../..');
const silentLog = { info: () => undefined, warn: () => undefined, error: () => undefined };
const gibibyte = 1024 ** 3;

/** Looks at everything the product stands on and says what to do about what is wrong. Changes nothing. */
export async function doctor(config: Config, args: readonly string[]): Promise<CommandResult> {
  readArguments(args, { usage: 'doctor', words: 0 });
  const findings = [
    node(),
    await dataFolder(config),
    await disk(config),
    await webBuild(),
    chromium(),
    await port(config),
    ...(await database(config)),
    await backupFinding(config),
    await storedData(config),
    securityContact(config),
  ];
  const failed = findings.filter(({ status }) => status === 'fail');
  const problems = failed.map((one) => ({
    file: null,
    sheet: null,
    row: null,
    column: null,
    code: one.name.replaceAll(' ', '_'),
    message: inLanguage(one),
  }));
  const marks = { ok: '✓', warn: '!', fail: '✗' } as const;
  const lines = findings.map(
    (one) => `${marks[one.status]} ${one.name}: ${inLanguage(one).replaceAll('\n', ' · ')}`,
  );
  return {
    exitCode: failed.length > 0 ? 2 : 0,
    counts: { read: findings.length },
    problems,
    json: { healthy: failed.length === 0, findings },
    text: lines.join('\n'),
  };
}

function finding(name: string, status: Finding['status'], zh: string, en: string): Finding {
  return { name, status, zh, en };
}

function node(): Finding {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= 24) return finding('node', 'ok', `Node ${process.version}`, `Node ${process.version}`);
  return finding(
    'node',
    'fail',
    `Node ${process.version} 太旧，需要 24。请用 npm run 启动，它会使用自带的 Node。`,
    `Node ${process.version} is too old, 24 is needed. Start with npm run, which brings its own.`,
  );
}

async function dataFolder(config: Config): Promise<Finding> {
  const { dataDir } = config;
  try {
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    const { mode } = await stat(dataDir);
    if ((mode & 0o066) === 0) return finding('data folder', 'ok', dataDir, dataDir);
    return finding(
      'data folder',
      'warn',
      `${dataDir} 对其他用户开放，请运行 chmod 700 ${dataDir}。`,
      `${dataDir} is open to other users; run chmod 700 ${dataDir}.`,
    );
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      return finding(
        'data folder',
        'ok',
        `${dataDir} 尚未建立，首次启动时会建立。`,
        `${dataDir} will be made at the first start.`,
      );
    }
    return finding(
      'data folder',
      'fail',
      `无法读写 ${dataDir}（${errorCode(error)}）。请检查权限或 DATA_DIR。`,
      `${dataDir} cannot be read and written (${errorCode(error)}). Check its rights or DATA_DIR.`,
    );
  }
}

async function disk(config: Config): Promise<Finding> {
  const folder = (await exists(config.dataDir)) ? config.dataDir : root;
  const { bavail, bsize } = await statfs(folder);
  const free = (bavail * bsize) / gibibyte;
  const text = free.toFixed(1);
  if (free >= 2) return finding('disk', 'ok', `剩余 ${text} GiB`, `${text} GiB free`);
  return finding(
    'disk',
    free < 0.25 ? 'fail' : 'warn',
    `只剩 ${text} GiB，请腾出空间。`,
    `Only ${text} GiB free; make room.`,
  );
}

/** What the scrub found when it last read everything. */
async function storedData({ dataDir }: Config): Promise<Finding> {
  const state = await readScrubState(dataDir);
  const { damaged } = state;
  if (damaged.length > 0) {
    const some = damaged
      .slice(0, 3)
      .map(({ what }) => what)
      .join(', ');
    return finding(
      'stored data',
      'fail',
      `有 ${damaged.length} 处损坏（${some}）。处理办法见 ${runbookOf('damage')}`,
      `${damaged.length} damaged (${some}). What to do: ${runbookOf('damage')}`,
    );
  }
  const late = scrubAlarm(state, new Date());
  if (late !== null) {
    return finding('stored data', 'warn', `未按时核对：${late}`, `not checked in time: ${late}`);
  }
  const at = state.lastPassAt;
  if (at === null) return finding('stored data', 'ok', '首次核对尚未完成', 'the first check is not done yet');
  return finding('stored data', 'ok', `已于 ${at} 核对完毕`, `all read and whole at ${at}`);
}

async function webBuild(): Promise<Finding> {
  const stamp = await readOptional(join(root, 'dist', 'stamp'));
  if (stamp === (await webSourceHash(root))) return finding('web build', 'ok', '是最新的', 'up to date');
  return finding(
    'web build',
    'warn',
    '网页部分尚未构建或已过时，下次启动时会构建。',
    'The web part is not built or is stale; the next start builds it.',
  );
}

function chromium(): Finding {
  const path = findChromium();
  if (path !== null) return finding('chromium', 'ok', path, path);
  return finding(
    'chromium',
    'warn',
    '没有 Chromium：npm test 会跳过浏览器测试。',
    'No Chromium: npm test will skip the browser tests.',
  );
}

async function port({ host, port, dataDir }: Config): Promise<Finding> {
  const holder = await currentHolder(dataDir).catch(() => null);
  if (holder?.holder === 'server') {
    const address = holder.address ?? '';
    return finding('port', 'ok', `服务器正在运行 ${address}`, `the server is running ${address}`);
  }
  try {
    await requireFreePort(host, port);
    return finding('port', 'ok', `${host}:${port} 空闲`, `${host}:${port} is free`);
  } catch (error) {
    if (error instanceof StartRefusal) return { name: 'port', status: 'fail', ...error.sentence };
    throw error;
  }
}

async function database(config: Config): Promise<Finding[]> {
  const embedded = config.databaseUrl === null;
  if (embedded && !(await exists(dataPath(config, 'postgres', 'cluster', 'PG_VERSION')))) {
    return [finding('database', 'ok', '尚未建立，首次启动时会建立。', 'It will be made at the first start.')];
  }
  try {
    const postgres = await openPostgresForCommand(config, { log: silentLog });
    const { db, close } = openDatabase(postgres.connection, { max: 1 });
    try {
      return [
        await version(db, embedded),
        await migrations(db, postgres.serverRuns),
        await rowProtection(db),
        await clock(db),
        await signInAttack(db),
      ];
    } finally {
      await close();
      await postgres.stop();
    }
  } catch (error) {
    if (error instanceof StartRefusal) return [{ name: 'database', status: 'fail', ...error.sentence }];
    const reason = error instanceof Error ? error.message : String(error);
    return [finding('database', 'fail', `数据库出错：${reason}`, `The database failed: ${reason}`)];
  }
}

async function version(db: Db, embedded: boolean): Promise<Finding> {
  const { rows } = await sql<{ version: string; size: number; sockets: string; listens: string }>`
    SELECT current_setting('server_version') AS version, pg_database_size(current_database()) AS size,
      current_setting('unix_socket_directories') AS sockets, current_setting('listen_addresses') AS listens`.execute(
    db,
  );
  const { version = '', size = 0, sockets = '', listens = '' } = rows[0] ?? {};
  const text = `PostgreSQL ${version}, ${(size / 1024 ** 2).toFixed(0)} MiB${embedded ? `, ${sockets}` : ''}`;
  if (embedded && listens !== '') {
    return finding(
      'database',
      'fail',
      `内置数据库开放了网络端口（${listens}）。请从 local.conf 中去掉 listen_addresses。`,
      `The built-in database listens on the network (${listens}). Remove listen_addresses from local.conf.`,
    );
  }
  return finding('database', 'ok', text, text);
}

async function migrations(db: Db, serverRuns: boolean): Promise<Finding> {
  const pending = await pendingMigrations(db);
  if (pending.length === 0) return finding('migrations', 'ok', '全部完成', 'all done');
  return finding(
    'migrations',
    serverRuns ? 'fail' : 'warn',
    `有 ${pending.length} 项待执行，重新启动后执行。`,
    `${pending.length} to run; the next start runs them.`,
  );
}

async function rowProtection(db: Db): Promise<Finding> {
  const gap = await findWallGap(db);
  if (gap !== null) return { name: 'row protection', status: 'warn', ...wallGapSentence(gap) };
  return finding('row protection', 'ok', '请求以受限角色 nol_app 运行', 'requests act as the role nol_app');
}

async function clock(db: Db): Promise<Finding> {
  const before = Date.now();
  const { rows } = await sql<{ at: Date }>`SELECT clock_timestamp() AS at`.execute(db);
  const here = (before + Date.now()) / 2;
  const apart = Math.abs((rows[0]?.at.getTime() ?? 0) - here) / 1000;
  if (apart < 1) return finding('clock', 'ok', '与数据库一致', 'agrees with the database');
  return finding(
    'clock',
    'fail',
    `本机与数据库的时钟相差 ${apart.toFixed(1)} 秒。请在两台机器上启用时间同步。`,
    `The clocks of this machine and the database are ${apart.toFixed(1)} s apart. Synchronise both.`,
  );
}

async function signInAttack(db: Db): Promise<Finding> {
  const { rows } = await sql<{ at: string | null }>`
    SELECT to_char(max(at), 'YYYY-MM-DD HH24:MI TZ') AS at FROM audit_lines
    WHERE action = ${SIGN_IN_BRAKED} AND at > clock_timestamp() - interval '1 day'`.execute(db);
  const at = rows[0]?.at ?? null;
  if (at === null)
    return finding('sign-in', 'ok', '一天内没有大量试密码', 'no mass guessing of passwords within a day');
  return finding(
    'sign-in',
    'warn',
    `有人大量试密码，最近一次 ${at}；没用过的设备当时不能登录。见 docs/runbooks/incident.md。`,
    `Passwords were tried in masses, last at ${at}; strange devices could not sign in then. See docs/runbooks/incident.md.`,
  );
}

function securityContact({ securityContact: contact }: Config): Finding {
  const name = 'security contact';
  if (contact !== null) return finding(name, 'ok', contact, contact);
  return finding(
    name,
    'warn',
    '没有写明安全问题向谁报告，/.well-known/security.txt 为空。请用 SECURITY_CONTACT 写一个 mailto:… 或 https://… 的地址。',
    'Nobody is named to report security problems to, so there is no /.well-known/security.txt. Name an address mailto:… or https://… with SECURITY_CONTACT.',
  );
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    // Not there, or not for us to see: the check of the folder says which.
    return false;
  }
}

async function readOptional(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
