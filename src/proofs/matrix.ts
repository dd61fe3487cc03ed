import { buildTestApp } from '../platform/testing/app.ts';
import { rolledBackDatabase } from '../platform/testing/rolled-back.ts';
import { roomsOf } from '../rooms/rooms.ts';
import { standAt, WEDNESDAY } from '../timetable/testing/school.ts';
import { expectedOf } from './expectations.ts';
import { appointmentRoles } from '../people/roles.ts';
import { hatsOf, relationsOfHat, staffHatNames, type Hat } from './hats.ts';
import { ask, askingFor, operationsOf, type Headers, type Ids, type Operation } from './operations.ts';
import { namesOf, questions, type Question } from './questions.ts';
import { aTenant, CANARY } from './tenants.ts';

export interface Matrix {
  readonly operations: ReadonlyMap<string, Operation>;
  /**
   * Asks every question of a kind by every role in every relation.
   *
   * @returns what was not as `access.csv` says, in words, and how many cells were asked.
   */
  ask(chosen: (operation: Operation, hat: Hat) => boolean): Promise<{ differences: string[]; cells: number }>;
  /** The first difference among the chosen cells, null when there is none; `asked` counts the cells until then. */
  firstDifference(chosen: (cell: Cell) => boolean): Promise<{ difference: string | null; asked: number }>;
}

/** One question asked by one role in one way of standing. */
export interface Cell {
  readonly hat: Hat;
  readonly question: Question;
  readonly operation: Operation;
}

/** The action that decides a question. */
export function actionOf({ question, operation }: Pick<Cell, 'question' | 'operation'>): string {
  return question.action ?? operation.actions[0] ?? '';
}

/** Two schools of two counties, and everybody who can stand to the first of them in any way. Call it once a test file. */
export async function accessMatrix(): Promise<Matrix> {
  const database = await rolledBackDatabase();
  const { app, db, ctx, clock } = await buildTestApp(database);
  await standAt(db, WEDNESDAY);
  await clock.refresh(db);
  const tenant = await aTenant(ctx, CANARY);
  const other = await aTenant(ctx, '');
  const operations = new Map(operationsOf(app).map((operation) => [operation.id, operation]));
  const rooms = roomsOf(ctx);
  const { logId = '', schoolDay = '', lessonId = '' } = tenant.ids;

  async function differenceOf(hat: Hat, question: Question, headers: Headers, ids: Ids) {
    const operation = operations.get(question.operation);
    if (!operation) return `${question.operation} is not there`;
    // What the process remembers of a room for a second is not taken back with the rows.
    rooms.standings.forget(logId);
    rooms.logs.forget({ schoolDay, lessonId });
    const before = await database.rowsWritten();
    const answer = await ask(app, askingFor(operation, namesOf(question, ids), headers, question.body));
    const written = writtenSince(before, await database.rowsWritten());
    return judged(hat, question, operation, {
      status: answer.statusCode,
      code: answer.statusCode < 400 ? '' : (answer.json<{ code?: string }>().code ?? ''),
      body: answer.body,
      written,
    });
  }

  async function walk(
    chosen: (cell: Cell) => boolean,
    { stopAtFirst }: { stopAtFirst: boolean },
  ): Promise<{ differences: string[]; cells: number }> {
    const differences: string[] = [];
    let cells = 0;
    for (const hat of hatsOf(ctx, tenant, other)) {
      const asked = questions.filter((question) => {
        const operation = operations.get(question.operation);
        return operation !== undefined && isAskedBy(hat, question) && chosen({ hat, question, operation });
      });
      if (asked.length === 0) continue;
      await database.takenBack(async () => {
        const { headers, ids } = await hat.put();
        for (const question of asked) {
          cells += 1;
          const wrong = await database.takenBack(() =>
            differenceOf(hat, question, headers, { ...tenant.ids, ...ids }),
          );
          if (wrong) differences.push(wrong);
          if (wrong && stopAtFirst) return;
        }
      });
      if (stopAtFirst && differences.length > 0) break;
    }
    return { differences, cells };
  }

  return {
    operations,
    ask: (chosen) => walk(({ operation, hat }) => chosen(operation, hat), { stopAtFirst: false }),
    async firstDifference(chosen) {
      const { differences, cells } = await walk(chosen, { stopAtFirst: true });
      return { difference: differences[0] ?? null, asked: cells };
    },
  };
}

/**
 * Staff who stand alike to a subject are asked about it in turn, one role each: the relation is what counts. All ways of
 * standing that differ are worn by every role.
 */
function isAskedBy({ role, name }: Hat, { kind, roles, only }: Question): boolean {
  if (roles && !roles.includes(role)) return false;
  const place = appointmentRoles.findIndex((one) => one === role);
  if (place < 0) return true;
  const standing = relationsOfHat(name, kind).join();
  const alike = staffHatNames.filter(
    (other) =>
      relationsOfHat(other, kind).join() === standing &&
      only?.hats.includes(other) === only?.hats.includes(name),
  );
  return alike[place % alike.length] === name;
}

interface Answer {
  readonly status: number;
  readonly code: string;
  readonly body: string;
  /** Tables that were written. */
  readonly written: readonly string[];
}

/** Pure: what is not as it should be; null when all is well. */
function judged(
  { role, name }: Hat,
  question: Question,
  operation: Operation,
  answer: Answer,
): string | null {
  const holding = relationsOfHat(name, question.kind);
  const action = actionOf({ question, operation });
  const decided = expectedOf(action, role, holding);
  const isLeftOut = question.only !== undefined && !question.only.hats.includes(name);
  const expected = decided === 'allow' && isLeftOut ? 'refuse' : decided;
  const said = `${role} ${name} × ${operation.id} (${question.kind}): expected ${expected}, got ${answer.status} ${answer.code}`;
  if (expected === 'allow') {
    const isAnswered = answer.status < 300 || question.answers?.includes(answer.code);
    return isAnswered ? null : `${said} ${answer.body.slice(0, 300)}`;
  }
  if (answer.written.length > 0) return `${said} and wrote ${answer.written.join()}`;
  if (holding.length === 0 && answer.body.includes(CANARY)) return `${said} and a name of the school`;
  const refusal = expected === 'hide' ? 404 : role === 'anonymous' ? 401 : 403;
  return answer.status === refusal ? null : said;
}

/** Tables written since, but for what asking itself leaves behind. */
function writtenSince(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): string[] {
  return Object.keys(after).filter(
    (table) => after[table] !== before[table] && !['sessions', 'audit_lines'].includes(table),
  );
}
