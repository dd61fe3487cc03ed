import { runServer } from './run-server.ts';

await runServer({ mode: 'local', args: process.argv.slice(2), logTo: 'file' });
