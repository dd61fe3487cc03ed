import { cacheCompiledCode } from './compile-cache.ts';

cacheCompiledCode();
const { runServer } = await import('./run-server.ts');
await runServer({ mode: 'local', args: process.argv.slice(2), logTo: 'file' });
