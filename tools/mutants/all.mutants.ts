import { expect, test } from 'vitest';
import { accessMatrix } from '../../src/proofs/matrix.ts';
import { isExcused, judge, mutantsOf, type Verdict } from './judge.ts';

const matrix = await accessMatrix();

test('the matrix tells at least 98 of 100 wrong access rules from the right ones', async () => {
  const verdicts: Verdict[] = [];
  const mutants = await mutantsOf(matrix);
  for (const mutant of mutants) {
    verdicts.push(await judge(matrix, mutant));
    if (verdicts.length % 250 === 0) console.log(`${verdicts.length} of ${mutants.length}`);
  }
  // No cell stands so: such a relation to such a subject does not arise.
  const judged = verdicts.filter(({ asked }) => asked > 0);
  const byCall = judged.filter(({ killedBy }) => killedBy !== null);
  for (const kind of new Set(judged.map(({ mutant }) => mutant.kind))) {
    const ofKind = judged.filter(({ mutant }) => mutant.kind === kind);
    const killed = ofKind.filter(({ killedBy }) => killedBy !== null).length;
    console.log(`${kind}: ${killed} of ${ofKind.length} told by a call`);
  }
  const survivors = judged.filter((one) => one.killedBy === null && !one.differsFromTable);
  for (const { mutant } of survivors)
    console.log(`lives: ${mutant.name} – ${isExcused(mutant.name) ?? 'no reason found'}`);
  const share = 1 - survivors.length / judged.length;
  console.log(
    `${judged.length} mutants, ${(share * 100).toFixed(1)} % killed, ${((byCall.length / judged.length) * 100).toFixed(1)} % by a call alone; ` +
      `${verdicts.length - judged.length} more cannot arise`,
  );
  expect(share).toBeGreaterThanOrEqual(0.98);
  expect(survivors.map(({ mutant }) => mutant.name).filter((name) => isExcused(name) === null)).toEqual([]);
});
