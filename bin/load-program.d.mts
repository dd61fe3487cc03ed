import type { program } from './program.ts';

/** What the running program is. */
export interface Loaded {
  /** `sourceFingerprint` of the sources it was loaded from. */
  readonly fingerprint: string;
  /** Whether it came from `dist.server/program.js`. */
  readonly isOneFile: boolean;
}
export function loadProgram(): Promise<typeof program & { loaded: Loaded }>;
