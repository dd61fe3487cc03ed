import { loadProgram } from './load-program.mjs';

const { nol } = await loadProgram();
await nol(process.argv.slice(2));
