import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import type pg from 'pg';

import type { BackupKey } from './backup-key.ts';
import { selectFacts, selectPosition, type DatabaseSource } from './database-source.ts';
import { packOf, walk, type PackSource } from './pack.ts';
import { exists, placeIn, writeManifest, type Manifest, type Repository } from './repository.ts';
import { writeSealed } from './sealed-file.ts';
import type { StoredFiles } from './stored-files.ts';
import type { WalShipper } from './wal-shipper.ts';

// What PostgreSQL's own base backup leaves out: it belongs to the running server, or comes with the log.
const leftOutInside = ['pg_dynshmem', 'pg_notify', 'pg_replslot', 'pg_serial', 'pg_snapshots', 'pg_stat_tmp'];
const leftOutFolders = [...leftOutInside, 'pg_subtrans', 'pg_wal'];
const leftOutFiles = [
  'postmaster.pid',
  'postmaster.opts',
  'backup_label',
  'backup_label.old',
  'tablespace_map',
  'recovery.signal',
  'standby.signal',
  'postgresql.auto.conf.tmp',
];

/** Other parts of the data folder that a restored system needs. */
const keptParts = ['keys', 'lan'];

/**
 * Copies the running database, its keys and its stored files into the repository.
 *
 * The order makes it consistent: most stored files first, then the database with the log from the start to the end of
 * the copy, then the files that came meanwhile; the manifest last. A copy that is cut short does not exist.
 *
 * @param options.wal - follows the log of this very database; it holds the log from before the copy begins.
 * @param options.signal - gives the copy up between two files.
 */
export async function makeBase(
  source: DatabaseSource,
  session: pg.Client,
  repository: Repository,
  key: BackupKey,
  { wal, files, signal }: { wal: WalShipper; files: StoredFiles; signal?: AbortSignal },
): Promise<Manifest> {
  await refuseTablespaces(source.cluster);
  const facts = await selectFacts(session);
  await files.ship();
  const { at: startedAt } = await selectPosition(session);
  // To the millisecond: a small database is backed up more than once a second, and none may replace another.
  const stamp = startedAt.replace(/[-:.]/g, '');
  const { rows } = await session.query<{ lsn: string }>(
    `SELECT pg_backup_start($1, fast => true)::text AS lsn`,
    [stamp],
  );
  const startLsn = rows[0]!.lsn;
  await writeSealed(
    placeIn(repository, 'base', stamp, 'cluster'),
    key,
    packOf(untilAborted(clusterSources(source.cluster), signal)),
  );
  const { rows: stopped } = await session.query<{ lsn: string; labelfile: string }>(
    'SELECT lsn::text, labelfile FROM pg_backup_stop(wait_for_archive => false)',
  );
  const { lsn: stopLsn, labelfile } = stopped[0]!;
  await writeSealed(placeIn(repository, 'base', stamp, 'rest'), key, packOf(restSources(source, labelfile)));
  const position = await wal.ship();
  const manifest: Manifest = {
    stamp,
    startedAt,
    stoppedAt: position.at,
    timeline: position.timeline,
    startLsn,
    stopLsn,
    postgresVersion: facts.postgresVersion,
    migrations: await selectMigrations(session),
    files: await files.ship(),
  };
  await writeManifest(repository, key, manifest);
  return manifest;
}

async function* clusterSources(cluster: string): AsyncGenerator<PackSource> {
  const root = 'postgres/cluster';
  const control = 'global/pg_control';
  const skip = (inside: string): boolean => {
    const [folder = '', below] = inside.split('/');
    if (leftOutFolders.includes(folder)) return true;
    const name = inside.split('/').at(-1) ?? '';
    if (below === undefined && leftOutFiles.includes(name)) return true;
    return inside === control || name.startsWith('pgsql_tmp') || name.startsWith('pg_internal.init');
  };
  yield* walk(cluster, root, skip);
  for (const folder of [...leftOutFolders, 'pg_wal/archive_status', 'pg_wal/summaries']) {
    if (await exists(join(cluster, folder))) {
      yield { path: `${root}/${folder}`, folder: join(cluster, folder) };
    }
  }
  // Last, as PostgreSQL asks: it says where the log is taken up when there is no label.
  yield { path: `${root}/${control}`, file: join(cluster, control) };
}

async function* untilAborted<T>(items: AsyncIterable<T>, signal?: AbortSignal): AsyncGenerator<T> {
  for await (const item of items) {
    signal?.throwIfAborted();
    yield item;
  }
}

async function* restSources({ dataDir, cluster }: DatabaseSource, label: string): AsyncGenerator<PackSource> {
  yield { path: 'postgres/cluster/backup_label', content: Buffer.from(label) };
  yield { path: 'postgres/password', file: join(cluster, '..', 'password') };
  for (const part of keptParts) {
    if (await exists(join(dataDir, part))) yield* walk(join(dataDir, part), part, () => false);
  }
}

async function selectMigrations(session: pg.Client): Promise<string[]> {
  const { rows } = await session.query<{ name: string }>('SELECT name FROM schema_migrations ORDER BY name');
  return rows.map(({ name }) => name);
}

/** The product makes none; one made by hand would be missing in the copy. */
async function refuseTablespaces(cluster: string): Promise<void> {
  const names = await readdir(join(cluster, 'pg_tblspc'));
  if (names.length > 0) throw new Error(`${cluster}/pg_tblspc is not empty: tablespaces are not backed up`);
}
