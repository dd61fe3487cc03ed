import { sql } from 'kysely';
import { expect, test } from 'vitest';

import { capabilities } from '../../src/app.ts';
import { openJobs } from '../../src/platform/jobs.ts';
import { createLogger } from '../../src/platform/log.ts';
import { testDatabase } from '../../src/platform/testing/database.ts';

const { db, connection } = await testDatabase();

test('every column that names a stored file belongs to what a restore brings back', async () => {
  // Partitions are of their table; loose files are those that nothing names.
  const { rows } = await sql<{ name: string }>`
    SELECT format('%s.%s', c.relname, a.attname) AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE a.attname ~ 'sha256$' AND a.atttypid = 'text'::regtype AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.relname <> 'loose_files' ORDER BY 1`.execute(db);
  const declared = capabilities.flatMap(({ fileColumns = [] }) => fileColumns);
  expect(declared.toSorted()).toEqual(rows.map(({ name }) => name));
});

test('what waits to leave the installation is not sent again after a restore; the rest is done', async () => {
  const jobs = openJobs({ connection, log: createLogger({ level: 'silent' }), work: false });
  const later = new Date(Date.now() + 3_600_000);
  await jobs.define('test.sendOut', { outward: true }, async () => undefined);
  await jobs.define('test.compute', {}, async () => undefined);
  await jobs.start();
  await jobs.send('test.sendOut', { n: 1 }, { startAfter: later });
  await jobs.send('test.sendOut', { n: 2 }, { startAfter: later, singletonKey: 'two' });
  await jobs.send('test.compute', { n: 1 }, { startAfter: later });
  expect(await jobs.dropOutward()).toBe(2);
  const { rows } = await sql<{ name: string }>`
    SELECT name FROM jobs.job WHERE name LIKE 'test.%'`.execute(db);
  expect(rows).toEqual([{ name: 'test.compute' }]);
  await jobs.stop();
});
