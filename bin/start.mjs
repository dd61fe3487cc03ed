import { loadProgram } from './load-program.mjs';

const { runServer, loaded } = await loadProgram();
await runServer({ mode: 'local', args: process.argv.slice(2), logTo: 'file', loaded });
