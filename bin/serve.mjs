import { loadProgram } from './load-program.mjs';

const { runServer, loaded } = await loadProgram();
// Whatever runs it (systemd, a container) collects standard output.
await runServer({ mode: 'serve', args: process.argv.slice(2), logTo: 'stdout', loaded });
