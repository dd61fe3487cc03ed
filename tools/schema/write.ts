import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openDatabase } from '../../src/platform/database.ts';
import { errorCode } from '../../src/platform/start-refusal.ts';
import { startTestCluster, templateName, testFolderPrefix } from '../../src/platform/testing/cluster.ts';
import { schemaText } from './catalogue.ts';

const file = join(import.meta.dirname, '../../schema.sql');

async function freshSchema(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), testFolderPrefix));
  const cluster = await startTestCluster(folder);
  try {
    const database = openDatabase({ ...cluster.connection, database: templateName }, { max: 1 });
    const text = await schemaText(database.pool);
    await database.close();
    return text;
  } finally {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function committedSchema(): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
}

/** First line in which two texts differ, for the message. */
function firstDifference(committed: string, fresh: string): string {
  const [old, now] = [committed.split('\n'), fresh.split('\n')];
  const line = now.findIndex((text, index) => text !== old[index]);
  const at = line < 0 ? now.length : line;
  return `line ${at + 1}:\n- ${old[at] ?? '(end)'}\n+ ${now[at] ?? '(end)'}`;
}

const fresh = await freshSchema();
const committed = await committedSchema();
if (!process.argv.includes('--check')) {
  await writeFile(file, fresh);
  console.log(fresh === committed ? 'schema.sql is up to date.' : 'schema.sql written.');
} else if (fresh !== committed) {
  console.error(
    `schema.sql is stale: run npm run schema. First difference, ${firstDifference(committed, fresh)}`,
  );
  process.exitCode = 1;
}
