import type { RolledBackDatabase } from '../platform/testing/rolled-back.ts';
import { expectedOf } from './expectations.ts';
import { relationsOfHat, type Hat } from './hats.ts';
import { askingFor, type Asked, type Ids, type Operation } from './operations.ts';
import { namesOf, questions, type Question } from './questions.ts';

/** The first of the hats under which a call is answered, by `access.csv` and by what the question says of it. */
export function hatThatMay(
  hats: readonly Hat[],
  question: Question,
  operation: Operation | undefined,
): Hat | undefined {
  const action = question.action ?? operation?.actions[0] ?? '';
  return hats.find(
    ({ role, name }) =>
      (!question.only || question.only.hats.includes(name)) &&
      (!question.roles || question.roles.includes(role)) &&
      expectedOf(action, role, relationsOfHat(name, question.kind)) === 'allow',
  );
}

/**
 * Goes through the questions whose call is chosen, each as somebody who may; what it writes is taken back.
 *
 * @param act - gets the call as it should be asked, and a way to ask it with other values.
 * @returns how many were asked. @throws when nobody may ask one of them.
 */
export async function asWhoMay(
  world: {
    database: RolledBackDatabase;
    operations: readonly Operation[];
    hats: readonly Hat[];
    ids: Ids;
  },
  chosen: (operation: Operation) => boolean,
  act: (right: {
    question: Question;
    operation: Operation;
    asking: (other?: Ids) => Asked;
  }) => Promise<unknown>,
): Promise<number> {
  let asked = 0;
  for (const question of questions) {
    const operation = world.operations.find(({ id }) => id === question.operation);
    if (!operation || !chosen(operation)) continue;
    const hat = hatThatMay(world.hats, question, operation);
    if (!hat) throw new Error(`nobody may ${question.operation}`);
    asked += 1;
    await world.database.takenBack(async () => {
      const { headers, ids } = await hat.put();
      const names = namesOf(question, { ...world.ids, ...ids });
      const asking = (other: Ids = {}) =>
        askingFor(operation, { ...names, ...other }, headers, question.body);
      await act({ question, operation, asking });
    });
  }
  return asked;
}
