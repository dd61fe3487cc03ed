import { startPostgres } from '../postgres/supervisor.ts';

// A process for tests to kill: starts the database in the folder given and tells its process number.
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const postgres = await startPostgres({ dataDir: process.argv[2] ?? '', log: silent });
process.send?.(postgres.pid);
// The supervisor alone does not keep a process alive.
setInterval(() => undefined, 60_000);
