import { expect, test } from 'vitest';
import { accessMatrix } from './matrix.ts';
import { guardedByKnowledge, questions } from './questions.ts';

/** reading. Split from the rest so that two processes share the work. */
const matrix = await accessMatrix();

test('the matrix asks about every call of the API, and about none that is not there', () => {
  const asked = new Set([...questions.map(({ operation }) => operation), ...guardedByKnowledge]);
  expect([...matrix.operations.keys()].filter((id) => !asked.has(id))).toEqual([]);
  expect([...asked].filter((id) => !matrix.operations.has(id))).toEqual([]);
});

test('reading, every role in every relation is answered, refused or told nothing, as access.csv says', async () => {
  const { differences, cells } = await matrix.ask(({ method }) => method === 'GET');
  expect(differences).toEqual([]);
  expect(cells).toBeGreaterThan(2500);
}, 300_000);
