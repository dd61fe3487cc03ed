import { runChaos } from './harness.ts';

/**
 * `npm run chaos [-- --kills N] [--json]`: kills the product at random moments under load and checks that nothing
 * acknowledged is lost, doubled or half. Ends with 0 when all three are 0.
 */
async function main(words: readonly string[]): Promise<number> {
  const json = words.includes('--json');
  const kills = Number(words.find((word) => /^\d+$/.test(word)) ?? 50);
  const result = await runChaos({
    kills,
    onKill: (count, fault, recoveryMs) => {
      if (!json) console.log(`${count}/${kills} ${fault}: back after ${Math.round(recoveryMs)} ms`);
    },
  });
  const { lost, doubled, half, ...figures } = result;
  const clean = lost.length + doubled.length + half.length === 0;
  if (json) console.log(JSON.stringify(result));
  else {
    console.log(JSON.stringify(figures));
    for (const [name, lines] of Object.entries({ lost, doubled, half })) {
      console.log(`${name}: ${lines.length}`);
      for (const line of lines.slice(0, 20)) console.log(`  ${line}`);
    }
  }
  return clean ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
