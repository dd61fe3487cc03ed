import { stages, type Stage, type StageResult } from './stages.ts';

/**
 * `npm test`: everything, the one gate. `npm test -- types unit` runs the named stages only.
 *
 * The last line is `N passed, N failed`; a check that fails counts as one failed.
 */
async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !stages.some((stage) => stage.name === name));
  if (unknown.length > 0) {
    console.error(
      `There is no stage ${unknown.join(', ')}. Stages: ${stages.map(({ name }) => name).join(', ')}.`,
    );
    return 2;
  }
  let passed = 0;
  let failed = 0;
  const remarks: string[] = [];
  for (const stage of stages) {
    if (names.length > 0 && !names.includes(stage.name)) continue;
    const result = await runStage(stage);
    passed += result.passed;
    failed += result.failed;
    if (result.skipped !== undefined) remarks.push(`SKIPPED ${stage.title}: ${result.skipped}`);
    for (const file of result.unsteady ?? [])
      remarks.push(
        `UNSTEADY ${file}: failed beside the others, passed by itself\n${result.output.trimEnd()}`,
      );
    remarks.push(...result.skippedTests.map((name) => `SKIPPED test: ${name}`));
  }
  if (remarks.length > 0) {
    console.log(`\n${'!'.repeat(72)}\n${remarks.join('\n')}\n${'!'.repeat(72)}`);
  }
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}

async function runStage(stage: Stage): Promise<StageResult> {
  process.stdout.write(`${stage.title} … `);
  const startedAt = performance.now();
  const result = await stage.run();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (result.skipped !== undefined) console.log('SKIPPED');
  else if (result.failed > 0)
    console.log(`FAILED (${result.failed}, ${seconds} s)\n${result.output.trimEnd()}\n`);
  else console.log(`ok (${result.passed}, ${seconds} s)`);
  return result;
}

process.exitCode = await main(process.argv.slice(2));
