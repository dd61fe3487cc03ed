import { join, resolve } from 'node:path';

import {
  ensureKey,
  noteKeyShown,
  readKeyFile,
  readKeys,
  writeKey,
  type BackupKey,
} from '../../src/platform/backup/backup-key.ts';
import { checkBackup } from '../../src/platform/backup/check.ts';
import { backUpOnce } from '../../src/platform/backup/once.ts';
import { openRepository, readManifests, readStatus } from '../../src/platform/backup/repository.ts';
import type { CommandResult } from '../../src/platform/capability.ts';
import { readArguments } from '../../src/platform/command-line.ts';
import type { Config } from '../../src/platform/config.ts';
import { ensureDataFolder } from '../../src/platform/data-folder.ts';
import { createLogger } from '../../src/platform/log.ts';
import { openPostgresForCommand } from '../../src/platform/postgres/open.ts';
import { StartRefusal } from '../../src/platform/start-refusal.ts';
import { inLanguage } from '../../src/platform/terminal.ts';
import { badOption } from './bad-option.ts';

export const backupUsage = 'backup --to DIR [--take-over]';
export const verifyUsage = 'backup verify --from DIR [--key FILE]';
export const listUsage = 'backup list --from DIR [--key FILE]';
export const keyUsage = 'backup key [--new]';

const fromAndKey = { from: true, key: false } as const;

/** `backup`: copies database, stored files and keys, beside a running server or without one. */
export async function backup(config: Config, args: readonly string[]): Promise<CommandResult> {
  const { options, flags } = readArguments(args, {
    usage: backupUsage,
    words: 0,
    options: { to: true },
    flags: ['take-over'],
  });
  const root = resolve(options.to ?? '');
  if (config.databaseUrl !== null) throw externalDatabase();
  if (`${root}/`.startsWith(`${config.dataDir}/`)) {
    throw badOption(backupUsage, `${root} 在数据文件夹之内`, `${root} lies inside the data folder`);
  }
  const dataDir = await ensureDataFolder(config.dataDir);
  const postgres = await openPostgresForCommand(config, { log: warnings() });
  try {
    const { keys, made } = await ensureKey(dataDir);
    const key = keys.at(-1)!;
    const cluster = join(dataDir, 'postgres', 'cluster');
    const source = { connection: postgres.connection, dataDir, cluster };
    const manifest = await backUpOnce(source, root, key, { takeOver: flags.has('take-over') });
    const sentence = {
      zh: `备份完成：${join(root, 'base', manifest.stamp)}，含 ${manifest.files.length} 个文件，数据到 ${manifest.stoppedAt}。`,
      en: `Backed up to ${join(root, 'base', manifest.stamp)} with ${manifest.files.length} stored files, as of ${manifest.stoppedAt}.`,
    };
    const lines = [inLanguage(sentence)];
    if (made) {
      lines.push(keySentence(key));
      await noteKeyShown(dataDir, key);
    }
    const { stamp, stoppedAt, files } = manifest;
    return {
      exitCode: 0,
      json: { stamp, stoppedAt, files: files.length, keyId: key.id },
      text: lines.join('\n'),
    };
  } finally {
    await postgres.stop();
  }
}

/** `backup verify`: reads a backup through to the last byte. */
export async function backupVerify(config: Config, args: readonly string[]): Promise<CommandResult> {
  const { options } = readArguments(args, { usage: verifyUsage, words: 0, options: fromAndKey });
  const repository = await openRepository(resolve(options.from ?? ''));
  const check = await checkBackup(repository, await keysFor(config, options.key));
  const { bases, status, gaps, ...counts } = check;
  const empty = bases.length === 0;
  const lines = [
    inLanguage({
      zh: empty
        ? '其中没有完整的备份。'
        : `备份完好：${bases.length} 份整库备份，${counts.databaseFiles} 个数据库文件，${counts.logSegments} 段日志，${counts.storedFiles} 个存储文件。`,
      en: empty
        ? 'There is no complete backup in it.'
        : `The backup is whole: ${bases.length} base backups, ${counts.databaseFiles} database files, ${counts.logSegments} segments of the log, ${counts.storedFiles} stored files.`,
    }),
    ...gaps.map((stamp) =>
      inLanguage({
        zh: `注意：备份 ${stamp} 与下一份之间的日志不全，其间的时刻不能恢复。`,
        en: `Note: the log between the backup ${stamp} and the next one is not all there; moments between them cannot be restored.`,
      }),
    ),
  ];
  const stamps = bases.map(({ stamp }) => stamp);
  return {
    exitCode: empty ? 2 : 0,
    json: { whole: !empty, stamps, gaps, status, ...counts },
    text: lines.join('\n'),
  };
}

/** `backup list`: what can be restored. */
export async function backupList(config: Config, args: readonly string[]): Promise<CommandResult> {
  const { options } = readArguments(args, { usage: listUsage, words: 0, options: fromAndKey });
  const repository = await openRepository(resolve(options.from ?? ''));
  const keys = await keysFor(config, options.key);
  const bases = await readManifests(repository, keys);
  const status = await readStatus(repository, keys);
  const lines = bases.map(({ stamp, stoppedAt, files }) =>
    inLanguage({
      zh: `${stamp}  ${stoppedAt} 起，${files.length} 个文件`,
      en: `${stamp}  from ${stoppedAt}, ${files.length} stored files`,
    }),
  );
  if (status !== null)
    lines.push(inLanguage({ zh: `日志到 ${status.at}`, en: `the log reaches to ${status.at}` }));
  const listed = bases.map(({ stamp, stoppedAt, postgresVersion, files }) => ({
    stamp,
    stoppedAt,
    postgresVersion,
    files: files.length,
  }));
  return { exitCode: 0, json: { bases: listed, until: status?.at ?? null }, text: lines.join('\n') };
}

/** `backup key`: shows the recovery key, to be written down; `--new` makes another for backups to come. */
export async function backupKey(config: Config, args: readonly string[]): Promise<CommandResult> {
  const { flags } = readArguments(args, { usage: keyUsage, words: 0, flags: ['new'] });
  const dataDir = await ensureDataFolder(config.dataDir);
  const { keys } = await ensureKey(dataDir, { renew: flags.has('new') });
  const key = keys.at(-1)!;
  await noteKeyShown(dataDir, key);
  return { exitCode: 0, json: { keyId: key.id, key: writeKey(key) }, text: keySentence(key) };
}

/** The keys in a file that was named, else those of this installation. @throws when there are none. */
export async function keysFor(config: Config, file: string | undefined): Promise<BackupKey[]> {
  const keys = file === undefined ? await readKeys(config.dataDir) : await readKeyFile(file);
  if (keys.length > 0) return keys;
  throw new StartRefusal(
    'backup_key_needed',
    {
      zh: '请用 --key 指定一个文件，其中写有恢复密钥（13 组、每组四个字符）。',
      en: 'Name with --key a file that holds the recovery key, 13 groups of four characters.',
    },
    { exitCode: 1 },
  );
}

export function warnings() {
  return createLogger({ level: 'warn', destination: process.stderr });
}

function keySentence(key: BackupKey): string {
  const sentence = inLanguage({
    zh: `恢复密钥（编号 ${key.id}），请抄在纸上并与服务器分开保管，没有它备份无法读取：`,
    en: `Recovery key (number ${key.id}); write it on paper and keep it away from the server: without it no backup can be read:`,
  });
  return `${sentence}\n${writeKey(key)}`;
}

function externalDatabase(): StartRefusal {
  return new StartRefusal(
    'backup_external_database',
    {
      zh: '数据库由 DATABASE_URL 指定，请用它自己的工具备份，见 docs/runbooks/backup-and-restore.md。',
      en: 'The database is that of DATABASE_URL: back it up with its own tools, see docs/runbooks/backup-and-restore.md.',
    },
    { exitCode: 1 },
  );
}
