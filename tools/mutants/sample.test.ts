import { expect, test } from 'vitest';
import { accessMatrix } from '../../src/proofs/matrix.ts';
import { actions, isExcused, judge } from './judge.ts';
import { placeMutants, roleMutants } from './mutants.ts';

/** A few of what `npm run mutants` makes, so that a matrix that has stopped looking is noticed the same day. */
const matrix = await accessMatrix();

const everyNth = 251;
const places = [
  'courses.readMembers place changed: without its classes',
  'courses.readMembers place changed: at the unit of who asks',
  'reach.handleFollowUp place changed: without its staff',
  'rooms.readPresence place changed: with who asks among its staff',
];

test('wrong rules taken here and there are told from the right ones', async () => {
  const chosen = [
    ...actions.flatMap(roleMutants).filter((_, place) => place % everyNth === 0),
    ...actions.flatMap(placeMutants).filter(({ name }) => places.includes(name)),
  ];
  const alive: string[] = [];
  let judged = 0;
  for (const mutant of chosen) {
    const { killedBy, differsFromTable, asked } = await judge(matrix, mutant);
    if (asked === 0) continue;
    judged += 1;
    if (killedBy === null && !differsFromTable && isExcused(mutant.name) === null) alive.push(mutant.name);
  }
  expect(alive).toEqual([]);
  expect(judged).toBeGreaterThan(places.length + 5);
}, 120_000);
