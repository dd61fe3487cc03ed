import { main } from './nol/main.ts';
import { runServer } from './run-server.ts';

/** What `npm start`, `npm run serve` and `npm run nol` run; `tools/build/program.ts` puts it into one file. */
export const program = { runServer, nol: main };
