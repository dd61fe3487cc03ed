import { cacheCompiledCode } from './compile-cache.ts';

cacheCompiledCode();
const { main } = await import('./nol/main.ts');
await main(process.argv.slice(2));
