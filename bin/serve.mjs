import { cacheCompiledCode } from './compile-cache.ts';

cacheCompiledCode();
const { runServer } = await import('./run-server.ts');
// Whatever runs it (systemd, a container) collects standard output.
await runServer({ mode: 'serve', args: process.argv.slice(2), logTo: 'stdout' });
