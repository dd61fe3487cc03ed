import { join } from 'node:path';

import type { BackupKey } from './backup-key.ts';
import { makeBase } from './base-backup.ts';
import {
  ensureInstallationId,
  openSession,
  selectFacts,
  selectPosition,
  type DatabaseSource,
} from './database-source.ts';
import { openForWriting, type Manifest } from './repository.ts';
import { openStoredFiles } from './stored-files.ts';
import { openWalShipper } from './wal-shipper.ts';

/**
 * Makes one base backup with the log that belongs to it, beside a working server or without one.
 *
 * The log is held by a temporary slot, which goes with the session whatever happens.
 */
export async function backUpOnce(
  source: DatabaseSource,
  root: string,
  key: BackupKey,
  { takeOver = false }: { takeOver?: boolean } = {},
): Promise<Manifest> {
  const session = await openSession(source);
  try {
    const own = { ...(await selectFacts(session)), writer: await ensureInstallationId(source.dataDir) };
    const repository = await openForWriting(
      root,
      { systemIdentifier: own.systemIdentifier, segmentBytes: own.segmentBytes, writer: own.writer },
      { takeOver },
    );
    await session.query(`SELECT pg_create_physical_replication_slot($1, true, true)`, [
      `nol_backup_once_${process.pid}`,
    ]);
    const { lsn: from } = await selectPosition(session);
    const files = openStoredFiles(join(source.dataDir, 'files'), repository, key);
    const wal = openWalShipper(source, session, repository, key, { from, files, advance: false });
    return await makeBase(source, session, repository, key, { wal, files });
  } finally {
    await session.end();
  }
}
