import { resolve } from 'node:path';

import { capabilities, startJobs } from '../../src/app.ts';
import { operatorActor } from '../../src/platform/actor.ts';
import { audit } from '../../src/platform/audit.ts';
import { openRepository } from '../../src/platform/backup/repository.ts';
import { restore, type Restored } from '../../src/platform/backup/restore.ts';
import type { CommandResult } from '../../src/platform/capability.ts';
import { readArguments } from '../../src/platform/command-line.ts';
import type { Config } from '../../src/platform/config.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { migrate, unknownMigrations } from '../../src/platform/migrate.ts';
import { selectNamedFiles } from '../../src/platform/named-files.ts';
import { openContext } from '../../src/platform/open-context.ts';
import type { EmbeddedPostgres } from '../../src/platform/postgres/supervisor.ts';
import { StartRefusal, type Sentence } from '../../src/platform/start-refusal.ts';
import { inLanguage } from '../../src/platform/terminal.ts';
import { keysFor, warnings } from './backup.ts';
import { badOption } from './bad-option.ts';

export const restoreUsage = 'restore --from DIR --key FILE [--at TIME]';

const steps: Record<string, Sentence> = {
  database: { zh: '正在取出数据库……', en: 'Taking out the database …' },
  log: { zh: '正在取出数据库日志……', en: 'Taking out the log …' },
  replay: { zh: '正在重放日志……', en: 'Replaying the log …' },
  files: { zh: '正在取出文件……', en: 'Taking out the stored files …' },
};

/** `restore`: brings a backup back into an empty data folder, as it was at a moment. */
export async function restoreCommand(config: Config, args: readonly string[]): Promise<CommandResult> {
  const { options } = readArguments(args, {
    usage: restoreUsage,
    words: 0,
    options: { from: true, key: false, at: false },
  });
  const repository = await openRepository(resolve(options.from ?? ''));
  const keys = await keysFor(config, options.key);
  const at = options.at === undefined ? null : parseTime(options.at);
  const restored = await restore({
    repository,
    keys,
    dataDir: config.dataDir,
    at,
    log: warnings(),
    accept: ({ migrations }) => requireKnownSchema(migrations),
    onStep: (step) => process.stderr.write(`${inLanguage(steps[step]!)}\n`),
    beforeUse: (postgres, folder, found) =>
      makeFit({ ...config, dataDir: folder, databaseUrl: null }, postgres, found),
  });
  return resultOf(config, restored);
}

/** An instant with its offset: a clock time alone would mean another one on a machine in another zone. */
function parseTime(text: string): Date {
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text)) return new Date(text);
  throw badOption(
    restoreUsage,
    `--at ${text} 不是带时区的时刻，例如 2026-11-28T10:03:00+08:00`,
    `--at ${text} is no instant with its offset, as in 2026-11-28T10:03:00+08:00`,
  );
}

async function requireKnownSchema(names: readonly string[]): Promise<void> {
  const [unknown] = await unknownMigrations(names);
  if (unknown === undefined) return;
  throw new StartRefusal('backup_newer', {
    zh: `备份来自更新的程序版本（迁移 ${unknown}）。请用该版本或更新的版本恢复。`,
    en: `The backup is of a newer version of the program (migration ${unknown}). Restore it with that version or a newer one.`,
  });
}

/** Everything between the replayed database and its first use. @returns files that its rows name. */
async function makeFit(
  config: Config,
  postgres: EmbeddedPostgres,
  { base, until }: Pick<Restored, 'base' | 'until'>,
): Promise<string[]> {
  const { db, close } = openDatabase(postgres.connection, { max: 2 });
  await migrate(db).finally(close);
  const opened = await openContext(config, postgres.connection, { log: warnings(), work: false });
  try {
    const { ctx } = opened;
    await startJobs(ctx);
    const dropped = await ctx.jobs.dropOutward();
    for (const capability of capabilities) await capability.afterRestore?.(ctx);
    await audit(ctx.db, operatorActor(), {
      action: 'platform.restore',
      detail: { base: base.stamp, until, droppedJobs: dropped },
    });
    const columns = capabilities.flatMap(({ fileColumns = [] }) => fileColumns);
    return [...(await selectNamedFiles(ctx.db, columns))];
  } finally {
    await opened.close();
  }
}

function resultOf(config: Config, { base, until, storedFiles, lostFiles }: Restored): CommandResult {
  const moment = until ?? base.stoppedAt;
  const sentences: Sentence[] = [
    {
      zh: `已恢复到 ${config.dataDir}：备份 ${base.stamp}，数据到 ${moment}，${storedFiles} 个文件。教职工需重新登录。`,
      en: `Restored into ${config.dataDir}: backup ${base.stamp}, data as of ${moment}, ${storedFiles} stored files. Staff sign in again.`,
    },
  ];
  if (lostFiles.length > 0) {
    sentences.push({
      zh: `有 ${lostFiles.length} 个文件在备份中缺失或损坏：${lostFiles.slice(0, 10).join('、')}`,
      en: `${lostFiles.length} stored files are missing or damaged in the backup: ${lostFiles.slice(0, 10).join(', ')}`,
    });
  }
  return {
    exitCode: lostFiles.length > 0 ? 2 : 0,
    problems: lostFiles.map((sha256) => ({
      file: sha256,
      sheet: null,
      row: null,
      column: null,
      code: 'file_lost',
      message: inLanguage({ zh: '备份中缺失或损坏', en: 'missing or damaged in the backup' }),
    })),
    json: { base: base.stamp, until: moment, storedFiles, lostFiles },
    text: sentences.map((one) => inLanguage(one)).join('\n'),
  };
}
