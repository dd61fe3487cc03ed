import fc from 'fast-check';
import { hatsOf, type Hat } from '../../src/proofs/hats.ts';
import {
  ask,
  askingFor,
  operationsOf,
  type Asked,
  type Headers,
  type Ids,
} from '../../src/proofs/operations.ts';
import { namesOf, questions } from '../../src/proofs/questions.ts';
import { aTenant } from '../../src/proofs/tenants.ts';
import { hatThatMay } from '../../src/proofs/who-may.ts';
import { buildTestApp } from '../../src/platform/testing/app.ts';
import { rolledBackDatabase } from '../../src/platform/testing/rolled-back.ts';
import { standAt, WEDNESDAY } from '../../src/timetable/testing/school.ts';
import { edits, spoiled } from './bad-inputs.ts';

export interface Fuzzed {
  readonly asked: number;
  /** Answers by status. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Answers that say that the server is at fault, or refusals without a stable code; one line each. */
  readonly faults: readonly string[];
  /** Milliseconds of each answer, in turn. */
  readonly durations: readonly number[];
  /** Lines of the log that were looked at. */
  readonly logged: number;
}

interface Target {
  readonly question: (typeof questions)[number];
  readonly operation: ReturnType<typeof operationsOf>[number];
  readonly headers: Headers;
  readonly ids: Ids;
}

/**
 * Sends bad inputs to every call of the API in turn, under a role that may (C-02). Whatever a request writes is taken back.
 *
 * @param count - how many requests. @param seed - the same seed sends the same requests.
 */
export async function fuzzer(): Promise<(count: number, seed: number) => Promise<Fuzzed>> {
  const database = await rolledBackDatabase();
  const { app, db, ctx, clock, logLines } = await buildTestApp(database);
  await standAt(db, WEDNESDAY);
  await clock.refresh(db);
  const own = await aTenant(ctx, '');
  const other = await aTenant(ctx, '');
  const operations = new Map(operationsOf(app).map((operation) => [operation.id, operation]));
  const hats = hatsOf(ctx, own, other);
  const targets: Target[] = [];
  const worn = new Map<Hat, { headers: Headers; ids: Ids }>();
  for (const question of questions) {
    const operation = operations.get(question.operation);
    const hat = hatThatMay(hats, question, operation);
    if (!operation || !hat) continue;
    const person = worn.get(hat) ?? (await hat.put());
    worn.set(hat, person);
    targets.push({ question, operation, ...person });
  }

  return async (count, seed) => {
    const faults: string[] = [];
    const statuses: Record<number, number> = {};
    const durations: number[] = [];
    let logged = 0;
    const wrongs = fc.sample(edits, { numRuns: count, seed });
    for (const [turn, wrong] of wrongs.entries()) {
      const { question, operation, headers, ids } = targets[turn % targets.length]!;
      const names = namesOf(question, { ...own.ids, ...ids });
      const asked = spoiled(askingFor(operation, names, headers, question.body), operation, wrong);
      const before = logLines.length;
      const started = performance.now();
      const { status, code } = await database.takenBack(() => answerTo(asked));
      durations.push(performance.now() - started);
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (status >= 500 || (status >= 400 && code === undefined)) {
        const why = logLines.slice(before).find((line) => line.includes('"http.error"')) ?? '';
        const message = /"message":"([^"]{0,160})/.exec(why)?.[1] ?? '';
        faults.push(`${operation.id} ${status} ${JSON.stringify(wrong).slice(0, 200)} ${message}`);
      }
      logged += logLines.length;
      faults.push(
        ...logLines.filter((line) => !isOneEvent(line)).map((line) => `log: ${line.slice(0, 300)}`),
      );
      logLines.length = 0;
    }
    return { asked: count, statuses, faults, durations, logged };
  };

  async function answerTo(asked: Asked): Promise<{ status: number; code: string | undefined }> {
    const answer = await ask(app, asked);
    const isProblem = String(answer.headers['content-type']).includes('application/problem+json');
    return {
      status: answer.statusCode,
      code: isProblem ? answer.json<{ code?: string }>().code : undefined,
    };
  }
}

/** One event of the log is one line of JSON without signs that steer a terminal (C-12). */
function isOneEvent(line: string): boolean {
  const text = line.replace(/\n$/, '');
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
  if (/[\u0000-\u001f\u007f]/.test(text)) return false;
  try {
    const event: unknown = JSON.parse(text);
    return typeof event === 'object' && event !== null && 'msg' in event;
  } catch {
    return false;
  }
}
