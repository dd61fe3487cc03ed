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
      const answers = await run(batch.map(({ item }) => item));
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
