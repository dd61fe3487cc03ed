import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { machine, type BenchOptions, type BenchResult, type RunBench } from './bench.ts';

/** Files of this folder that are no bench. */
const NO_BENCH = new Set(['run.ts', 'bench.ts']);

/**
 * `npm run bench -- NAME [NAME …] [--key number …] [--json]`, without a name all of them. Prints what was found beside the budget of
 * the design; ends with 0 when all hold, 1 when one does not, 2 when there is no such bench.
 */
async function main(words: readonly string[]): Promise<number> {
  const json = words.includes('--json');
  const known = await benchNames();
  const { names, options } = readWords(words);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    console.error(`There is no bench ${unknown.join(', ')}. Benches: ${known.join(', ')}.`);
    return 2;
  }
  let held = true;
  for (const name of names.length > 0 ? names : known) {
    const file = pathToFileURL(join(import.meta.dirname, `${name}.ts`)).href;
    const { run } = (await import(file)) as { run: RunBench };
    const result = await run(options);
    held &&= result.holds;
    if (json) console.log(JSON.stringify(result));
    else print(result);
  }
  return held ? 0 : 1;
}

/** Names, and options of the form `--key number`. */
function readWords(words: readonly string[]): { names: string[]; options: BenchOptions } {
  const names: string[] = [];
  const options: Record<string, number> = {};
  for (let place = 0; place < words.length; place++) {
    const word = words[place]!;
    if (!word.startsWith('--')) names.push(word);
    else if (word !== '--json') options[word.slice(2)] = Number(words[++place]);
  }
  return { names, options };
}

async function benchNames(): Promise<string[]> {
  const files = await readdir(import.meta.dirname);
  return files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !NO_BENCH.has(file))
    .map((file) => file.slice(0, -3))
    .toSorted();
}

function print(result: BenchResult): void {
  const { name, figures, reference, ratio, budget, holds, notJudged = [] } = result;
  console.log(`\n${name}: ${holds ? 'holds' : 'DOES NOT HOLD'}   (${machine()})`);
  const lines = {
    figures,
    reference: reference ?? {},
    ...(ratio === null ? {} : { ratio: { ratio } }),
    budget,
  };
  for (const [title, values] of Object.entries(lines)) {
    for (const [key, value] of Object.entries(values))
      console.log(`  ${title.padEnd(10)} ${key.padEnd(34)} ${value}`);
  }
  if (notJudged.length > 0)
    console.log(`  not judged: ${notJudged.join(', ')} (this machine's own reference is too far off)`);
}

process.exitCode = await main(process.argv.slice(2));
