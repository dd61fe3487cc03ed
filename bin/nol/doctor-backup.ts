import { stat } from 'node:fs/promises';

import { readKeys, wasKeyShown } from '../../src/platform/backup/backup-key.ts';
import { ensureInstallationId } from '../../src/platform/backup/database-source.ts';
import { openRepository, readManifests, readStatus } from '../../src/platform/backup/repository.ts';
import type { Config } from '../../src/platform/config.ts';
import { currentHolder } from '../../src/platform/data-folder.ts';
import { errorCode, StartRefusal } from '../../src/platform/start-refusal.ts';
import type { Finding } from './doctor.ts';

/** A base backup is made each night; two hours more for a slow one. */
const oldestBaseHours = 26;
/** The log is copied every few seconds. */
const oldestLogMinutes = 5;

const backup = (status: Finding['status'], zh: string, en: string): Finding => ({
  name: 'backup',
  status,
  zh,
  en,
});

/** Whether what the server writes into BACKUP_DIR could be restored, and up to when. */
export async function backupFinding(config: Config): Promise<Finding> {
  if (config.databaseUrl !== null) {
    return backup(
      'ok',
      '外部数据库由它自己的工具备份。',
      'The external database is backed up with its own tools.',
    );
  }
  if (config.backup === null) {
    return backup(
      'warn',
      '没有持续备份：磁盘损坏会失去一切。请用 BACKUP_DIR 指定另一块磁盘上的文件夹。',
      'There is no running backup: with the disk everything is lost. Name a folder on another disk with BACKUP_DIR.',
    );
  }
  try {
    return await running(config, config.backup.folder);
  } catch (error) {
    if (error instanceof StartRefusal) return { name: 'backup', status: 'fail', ...error.sentence };
    const reason = errorCode(error) || String(error);
    return backup(
      'fail',
      `无法读取 ${config.backup.folder}（${reason}）。请检查该磁盘或网络盘。`,
      `${config.backup.folder} cannot be read (${reason}). Check that disk or share.`,
    );
  }
}

async function running(config: Config, folder: string): Promise<Finding> {
  const { dataDir } = config;
  const repository = await openRepository(folder);
  const keys = await readKeys(dataDir);
  const [newest, status] = [
    (await readManifests(repository, keys)).at(-1),
    await readStatus(repository, keys),
  ];
  if (repository.writer !== (await ensureInstallationId(dataDir))) {
    return backup(
      'fail',
      `${folder} 由另一套系统写入，本系统没有备份。原系统停用后请运行 npm run nol -- backup --to ${folder} --take-over`,
      `${folder} is written by another installation, so this one has no backup. When that one is out of use: npm run nol -- backup --to ${folder} --take-over`,
    );
  }
  if (newest === undefined) {
    return backup('fail', `${folder} 中还没有完整的备份。`, `There is no complete backup in ${folder} yet.`);
  }
  const serverRuns = (await currentHolder(dataDir))?.holder === 'server';
  const baseHours = (Date.now() - Date.parse(newest.stoppedAt)) / 3_600_000;
  const logMinutes = status === null ? Infinity : (Date.now() - Date.parse(status.at)) / 60_000;
  if (serverRuns && (baseHours > oldestBaseHours || logMinutes > oldestLogMinutes)) {
    return backup(
      'fail',
      `备份停在 ${status?.at ?? newest.stoppedAt}。请查看服务器日志中的 backup。`,
      `The backup stands still since ${status?.at ?? newest.stoppedAt}. Look for "backup" in the server's log.`,
    );
  }
  if ((await stat(folder)).dev === (await stat(dataDir)).dev) {
    return backup(
      'warn',
      `${folder} 与数据在同一块磁盘上，会一起损坏。`,
      `${folder} is on the same disk as the data and dies with it.`,
    );
  }
  if (!(await wasKeyShown(dataDir, keys.at(-1)!))) {
    return backup(
      'warn',
      '恢复密钥还没有人抄下。请运行 npm run nol -- backup key',
      'Nobody has written down the recovery key: npm run nol -- backup key',
    );
  }
  const until = status?.at ?? newest.stoppedAt;
  return backup('ok', `可恢复到 ${until}`, `can be restored up to ${until}`);
}
