import { bareServer } from './load.ts';

/** The bare reference in a process of its own, as the product has one: `node bench/parts/bare.ts BYTES`. */
const server = await bareServer(Number(process.argv[2] ?? 3000));
process.stdout.write(`${server.port}\n`);
