import { hash, verify } from '@node-rs/argon2';
import { AppError } from '../platform/errors.ts';

// Argon2id, 19 MiB, 2 passes: 9.9 ms on two cores; the library's constant for the variant is a const enum.
const options = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** At most this many hashes at once; the rest wait, so that a login storm cannot starve lessons (I-04). */
const concurrent = 2;
const longestWaitMs = 2_000;
let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= concurrent) {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(go), 1);
        reject(new AppError(503, 'sign_in_busy', 'Too many people sign in at once; try again in a moment.'));
      }, longestWaitMs);
      const go = () => {
        clearTimeout(timer);
        resolve();
      };
      waiting.push(go);
    });
  }
  running += 1;
  try {
    return await work();
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

/** @param password - as typed, 8 to 200 characters; NFC, so that keyboards agree. */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password.normalize('NFC'), options));
}

let decoy: Promise<string> | undefined;

/** Takes as long for an unknown account as for a wrong password (B-01). */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  decoy ??= hash('decoy that no account has', options);
  const against = stored ?? (await decoy);
  const matches = await inTurn(() => verify(against, password.normalize('NFC')));
  return stored !== null && matches;
}
