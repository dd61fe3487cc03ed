import { cpus, totalmem } from 'node:os';

/** What one bench found; `npm run bench -- NAME --json` prints exactly this. */
export interface BenchResult {
  readonly name: string;
  /** What was measured, units in the names. */
  readonly figures: Readonly<Record<string, number>>;
  /** What the same machine did bare in the same run; null where a figure needs none. */
  readonly reference: Readonly<Record<string, number>> | null;
  /** Figure over reference, both of the same work; null where the budget is absolute. */
  readonly ratio: number | null;
  /** The line of the design's budget table, as numbers. */
  readonly budget: Readonly<Record<string, number>>;
  /** Whether every judged figure keeps its budget. */
  readonly holds: boolean;
  /** Budgets that this machine is too slow, or too busy, to judge. */
  readonly notJudged?: readonly string[];
}

/** A file `bench/<name>.ts` exports this as `run`. */
export type RunBench = (options?: BenchOptions) => Promise<BenchResult>;

/** What stands behind the names as `--key number`; each bench says what it takes. */
export type BenchOptions = Readonly<Record<string, number>>;

/** One thing a budget asks. */
export interface Claim {
  readonly name: string;
  readonly holds: boolean;
  /** False: the machine's own reference is more than 1.5 times off, so an absolute figure says nothing. */
  readonly judged?: boolean;
}

/** Puts claims together: a budget that cannot be judged neither holds nor breaks. */
export function verdict(claims: readonly Claim[]): Pick<BenchResult, 'holds' | 'notJudged'> {
  const notJudged = claims.filter((claim) => claim.judged === false).map((claim) => claim.name);
  const holds = claims.every((claim) => claim.judged === false || claim.holds);
  return notJudged.length > 0 ? { holds, notJudged } : { holds };
}

/**
 * Whether absolute budgets can be judged here.
 *
 * @param measured - a bare reference of this run.
 * @param expected - the same on the machine the budgets were written on.
 */
export function isJudged(measured: number, expected: number): boolean {
  return measured * 1.5 >= expected;
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).toSorted();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export function round(value: number, digits = 0): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

/** One line for docs/performance.md. */
export function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`;
}
