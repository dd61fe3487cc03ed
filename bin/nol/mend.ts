import { createHash } from 'node:crypto';
import { resolve } from 'node:path';

import { capabilities } from '../../src/app.ts';
import { readPresent } from '../../src/platform/backup/check.ts';
import { openRepository } from '../../src/platform/backup/repository.ts';
import type { CommandResult } from '../../src/platform/capability.ts';
import { readArguments } from '../../src/platform/command-line.ts';
import { dataPath, type Config } from '../../src/platform/config.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { localFileStore, type FileStore } from '../../src/platform/files.ts';
import { selectNamedFiles } from '../../src/platform/named-files.ts';
import { openPostgresForCommand } from '../../src/platform/postgres/open.ts';
import { readScrubState, writeScrubState } from '../../src/platform/scrub-state.ts';
import { StartRefusal } from '../../src/platform/start-refusal.ts';
import { inLanguage } from '../../src/platform/terminal.ts';
import { keysFor, warnings } from './backup.ts';

export const mendUsage = 'backup mend --from DIR [--key FILE]';

/**
 * `backup mend`: brings back from a backup what rows name and the file store lacks or holds damaged, beside the running
 * server. What is whole is not touched.
 */
export async function backupMend(config: Config, args: readonly string[]): Promise<CommandResult> {
  const { options } = readArguments(args, {
    usage: mendUsage,
    words: 0,
    options: { from: true, key: false },
  });
  const repository = await openRepository(resolve(options.from ?? ''));
  const keys = await keysFor(config, options.key);
  const files = localFileStore(dataPath(config, 'files'));
  const wanted = await damagedFiles(config, files);
  const mended: string[] = [];
  const lost: string[] = [];
  for (const sha256 of wanted) {
    try {
      const pieces: Buffer[] = [];
      const path = ['files', sha256.slice(0, 2), sha256.slice(2)];
      for await (const piece of readPresent(repository, keys, ...path)) pieces.push(piece);
      const bytes = Buffer.concat(pieces);
      if (!isWhole(sha256, bytes)) lost.push(sha256);
      else {
        // The damaged one has the same name and perhaps the same length: it would be taken for the whole one.
        await files.delete(sha256);
        await files.put(bytes);
        mended.push(sha256);
      }
    } catch (error) {
      // One that the backup lacks is told at the end; the others are brought back.
      if (!(error instanceof StartRefusal)) throw error;
      lost.push(sha256);
    }
  }
  const state = await readScrubState(config.dataDir);
  const damaged = state.damaged.filter(({ what }) => !mended.includes(what));
  await writeScrubState(config.dataDir, { ...state, damaged });
  return {
    exitCode: lost.length > 0 ? 2 : 0,
    counts: { read: wanted.length, changed: mended.length },
    json: { mended, lost },
    text: inLanguage({
      zh: `损坏或缺失 ${wanted.length} 个文件，已取回 ${mended.length} 个。${lost.length > 0 ? `备份中也没有：${lost.join('、')}` : ''}`,
      en: `${wanted.length} files were damaged or missing, ${mended.length} were brought back. ${lost.length > 0 ? `The backup lacks: ${lost.join(', ')}` : ''}`,
    }).trim(),
  };
}

/** Reads every file that a row names: the scrub may not have come to it yet. */
async function damagedFiles(config: Config, files: FileStore): Promise<string[]> {
  const columns = capabilities.flatMap(({ fileColumns = [] }) => fileColumns);
  const postgres = await openPostgresForCommand(config, { log: warnings() });
  const { db, close } = openDatabase(postgres.connection, { max: 1 });
  try {
    const damaged: string[] = [];
    for (const sha256 of await selectNamedFiles(db, columns)) {
      const bytes = await files.read(sha256).catch(() => null);
      if (bytes === null || !isWhole(sha256, bytes)) damaged.push(sha256);
    }
    return damaged;
  } finally {
    await close();
    await postgres.stop();
  }
}

const isWhole = (sha256: string, bytes: Buffer) =>
  createHash('sha256').update(bytes).digest('hex') === sha256;
