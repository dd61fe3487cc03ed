import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

import { errorCode } from './start-refusal.ts';

/** A pass reads everything in so many equal steps. */
export const SCRUB_STEPS = 256;
/** Everything is read once in this time; a day is left until the promise of seven, in milliseconds. */
export const PASS_MS = 6 * 86_400_000;
const PROMISE_MS = 7 * 86_400_000;

/** Something that is not as it was written. */
export interface Damage {
  readonly kind: 'file' | 'table';
  /** sha256 of the file, or the table's name. */
  readonly what: string;
  readonly since: string;
}

/** Where the scrub stands; kept beside the data, so that it goes on after any end. */
export interface ScrubState {
  readonly passStartedAt: string | null;
  /** Steps of this pass that are done, 0–256. */
  readonly step: number;
  readonly lastPassAt: string | null;
  readonly damaged: readonly Damage[];
}

const noState: ScrubState = { passStartedAt: null, step: 0, lastPassAt: null, damaged: [] };
const stateFile = (dataDir: string) => join(dataDir, 'scrub.json');

/** @returns the beginning when there is none yet, or it was cut short. */
export async function readScrubState(dataDir: string): Promise<ScrubState> {
  try {
    return { ...noState, ...(JSON.parse(await readFile(stateFile(dataDir), 'utf8')) as Partial<ScrubState>) };
  } catch (error) {
    // A state that cannot be read costs one pass, which begins anew.
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return noState;
    throw error;
  }
}

export async function writeScrubState(dataDir: string, state: ScrubState): Promise<void> {
  const draft = `${stateFile(dataDir)}.${process.pid}`;
  const handle = await open(draft, 'w', 0o600);
  try {
    await handle.writeFile(JSON.stringify(state));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, stateFile(dataDir));
}

/** @returns why the promise is not kept, `null` while it is. */
export function scrubAlarm({ passStartedAt, step }: ScrubState, now: Date): string | null {
  if (passStartedAt === null || step >= SCRUB_STEPS) return null;
  const late = now.getTime() - Date.parse(passStartedAt) - PROMISE_MS;
  return late > 0 ? `${SCRUB_STEPS - step} of ${SCRUB_STEPS} parts were not read for seven days` : null;
}
