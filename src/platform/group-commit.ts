import type { Db } from './database.ts';
import { asOwner } from './wall/reader.ts';

/** Options of `groupCommit`. */
export interface GroupCommitOptions {
  /** Most items of one run, 1 or more. */
  readonly maxItems: number;
  /** Waits this long for company before a run; 0: goes at once, and company gathers while a run is under way. */
  readonly waitMs?: number;
}

/**
 * Makes one write out of many callers' writes: whoever comes while a run is under way rides in the next one.
 *
 * Each caller is answered only after the run that carried its item has committed. When a run fails, all its
 * callers get the error and repeat by their natural keys.
 *
 * @param run - writes the items and answers each at its place.
 * @returns a function that carries one item.
 */
export function groupCommit<Item, Answer>(
  run: (items: readonly Item[]) => Promise<readonly Answer[]>,
  { maxItems, waitMs = 0 }: GroupCommitOptions,
): (item: Item) => Promise<Answer> {
  interface Waiting {
    readonly item: Item;
    readonly resolve: (answer: Answer) => void;
    readonly reject: (error: unknown) => void;
  }
  let waiting: Waiting[] = [];
  let busy = false;

  async function runNext(): Promise<void> {
    const batch = waiting.slice(0, maxItems);
    waiting = waiting.slice(maxItems);
    try {
      // Whoever came first is not the one on whose behalf all are written.
      const answers = await asOwner('groupCommit', () => run(batch.map(({ item }) => item)));
      if (answers.length !== batch.length) {
        throw new Error(`${batch.length} items were carried and ${answers.length} answered`);
      }
      batch.forEach(({ resolve }, place) => resolve(answers[place]!));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    if (waiting.length > 0) start(0);
    else busy = false;
  }

  function start(delayMs: number): void {
    busy = true;
    // A turn of the event loop lets requests that were read together ride together.
    if (delayMs > 0) setTimeout(() => void runNext(), delayMs);
    else setImmediate(() => void runNext());
  }

  return (item) =>
    new Promise<Answer>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!busy) start(waitMs);
    });
}

/**
 * Makes one question out of those that many requests ask at the same time: a statement for a hundred costs the database
 * little more than one for one. Each is asked anew after it came, so that no answer is older than its question.
 *
 * A run answers callers of every kind, so its statement must carry the one who asks in its own WHERE.
 *
 * @param ask - answers each question at its place.
 */
export function askTogether<Question, Answer>(
  ask: (db: Db, questions: readonly Question[]) => Promise<readonly Answer[]>,
  options: GroupCommitOptions,
): (db: Db, question: Question) => Promise<Answer> {
  const askers = new WeakMap<Db, (question: Question) => Promise<Answer>>();
  return (db, question) => {
    // What a transaction has written nobody else may see.
    if (db.isTransaction) return ask(db, [question]).then(([answer]) => answer!);
    let asker = askers.get(db);
    if (asker === undefined) {
      asker = groupCommit((questions: readonly Question[]) => ask(db, questions), options);
      askers.set(db, asker);
    }
    return asker(question);
  };
}
