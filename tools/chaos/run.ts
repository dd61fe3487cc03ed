import { parseArgs } from 'node:util';
import { runChaos } from './harness.ts';

/**
 * `npm run chaos [-- --kills N] [--minutes N] [--json]`: kills the product at random moments under load (1,000 times, or
 * until the time is over) and checks that nothing acknowledged is lost, doubled or half. Ends with 0 when all three are 0.
 */
async function main(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      kills: { type: 'string', default: '1000' },
      minutes: { type: 'string', default: 'Infinity' },
      json: { type: 'boolean', default: false },
    },
  });
  const { json } = values;
  const kills = Number(values.kills);
  const result = await runChaos({
    kills,
    minutes: Number(values.minutes),
    // Longer lessons than in the gate: fewer schools have to be made before the first kill.
    segments: 100,
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
