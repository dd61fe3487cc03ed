import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { buildTestApp } from '../platform/testing/app.ts';
import { rolledBackDatabase } from '../platform/testing/rolled-back.ts';
import { standAt, WEDNESDAY } from '../timetable/testing/school.ts';
import { expectedOf } from './expectations.ts';
import { hatsOf, relationsOfHat, type Hat } from './hats.ts';
import { ask, askingFor, operationsOf, type Headers, type Ids, type Operation } from './operations.ts';
import { namesOf, questions, type Question } from './questions.ts';
import { aTenant, CANARY, type Tenant } from './tenants.ts';

/**
 * Whoever may ask about their own school asks with one id of another school in between, wherever the call takes one:
 * the answer is the very one they would get for an id that nobody has, and nothing is written.
 */
const database = await rolledBackDatabase();
const { app, db, ctx, clock } = await buildTestApp(database);

/** Where an id that nobody has makes a new thing: the one who writes chooses it, and a foreign one is refused. */
const makesNew: readonly string[] = ['saveTerm termId', 'saveBellPlan bellPlanId'];

/** The key of a write goes with it when it is refused, but is counted. */
const leftByAsking = ['sessions', 'audit_lines', 'idempotency_keys'];

let operations: ReadonlyMap<string, Operation>;
let own: Tenant;
let foreign: Tenant;
let third: Tenant;

beforeAll(async () => {
  await standAt(db, WEDNESDAY);
  await clock.refresh(db);
  own = await aTenant(ctx, '');
  foreign = await aTenant(ctx, CANARY);
  third = await aTenant(ctx, '');
  operations = new Map(operationsOf(app).map((operation) => [operation.id, operation]));
});

test('an id of another school is answered like one that nobody has, in path, query and body', async () => {
  const differences: string[] = [];
  const tried: string[] = [];
  const hats = hatsOf(ctx, own, third);
  for (const question of questions) {
    const operation = operations.get(question.operation);
    const hat = hats.find((one) => isAllowed(one, question, operation));
    if (!operation || !hat) {
      differences.push(`${question.operation}: nobody may`);
      continue;
    }
    await database.takenBack(async () => {
      const { headers, ids } = await hat.put();
      const names = namesOf(question, { ...own.ids, ...ids });
      for (const name of namesAskedBy(operation, question, names)) {
        tried.push(`${question.operation} ${name}`);
        const wrong = await differenceOf(operation, question, headers, names, name);
        if (wrong) differences.push(`${question.operation} ${name} as ${hat.role} ${hat.name}: ${wrong}`);
      }
    });
  }
  expect(differences).toEqual([]);
  expect(tried.length).toBeGreaterThan(100);
}, 300_000);

function isAllowed({ role, name }: Hat, question: Question, operation: Operation | undefined): boolean {
  if (question.only && !question.only.hats.includes(name)) return false;
  if (question.roles && !question.roles.includes(role)) return false;
  const action = question.action ?? operation?.actions[0] ?? '';
  return expectedOf(action, role, relationsOfHat(name, question.kind)) === 'allow';
}

/** Names of ids that this call carries: those whose change changes what is sent. */
function namesAskedBy(operation: Operation, question: Question, ids: Ids): string[] {
  const sent = (values: Ids) => {
    const { url, payload } = askingFor(operation, values, {}, question.body);
    return url + (Buffer.isBuffer(payload) ? '' : JSON.stringify(payload));
  };
  const marker = '00000000-0000-4000-8000-00000000000a';
  return Object.keys(ids).filter(
    (name) => isUuid(ids[name]) && sent({ ...ids, [name]: marker }).includes(marker),
  );
}

const isUuid = (value: string | undefined): boolean => /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(value ?? '');

async function differenceOf(
  operation: Operation,
  question: Question,
  headers: Headers,
  ids: Ids,
  name: string,
): Promise<string | null> {
  const answerTo = async (id: string) =>
    database.takenBack(async () => {
      const before = await database.rowsWritten();
      const answer = await ask(app, askingFor(operation, { ...ids, [name]: id }, headers, question.body));
      const after = await database.rowsWritten();
      const written = Object.keys(after).filter(
        (table) => after[table] !== before[table] && !leftByAsking.includes(table),
      );
      return {
        status: answer.statusCode,
        body: answer.body.replaceAll(id, 'ID').replace(/"requestId":"[0-9a-f]+"/, ''),
        written: answer.statusCode < 400 ? [] : written,
      };
    });
  const foreignId = foreignIdOf(name);
  if (foreignId === undefined) return 'the other school has none of these';
  const nobodys = await answerTo(randomUUID());
  const answer = await answerTo(foreignId);
  if (answer.body.includes(CANARY)) return `told of the other school: ${answer.body.slice(0, 300)}`;
  if (answer.status < 400) return `answered ${answer.status}: ${answer.body.slice(0, 200)}`;
  if (answer.written.length > 0) return `refused, and wrote ${answer.written.join()}`;
  if (makesNew.includes(`${question.operation} ${name}`))
    return answer.status === 404 ? null : `${answer.status}`;
  return JSON.stringify(answer) === JSON.stringify(nobodys)
    ? null
    : `${answer.status} ${answer.body.slice(0, 250)} instead of ${nobodys.status} ${nobodys.body.slice(0, 250)}`;
}

/** The other school's thing of the same name. */
function foreignIdOf(name: string): string | undefined {
  if (name === 'lessonId') return foreign.ids['lessonId'];
  return name === 'for' ? foreign.school.pupil.personId : foreign.ids[name];
}
