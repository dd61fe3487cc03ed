import { createHmac, randomBytes } from 'node:crypto';
import type pg from 'pg';
import { anonymousActor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import type { Db } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import type { Logger } from '../platform/log.ts';

/**
 * Wrong guesses that the brake lets through before it holds, in milliseconds and counts.
 *
 * - `word`: one password at the accounts of one school, whoever they are tried on.
 * - `strangers`: all passwords from strange devices, at addresses from which few or none come in.
 * - `trusted`: from how many accounts that came in an address is one of honest people; it may then be wrong as often as
 *   people came in. An address counts for a day.
 */
export const brakeRule = {
  word: { atOnce: 10, msEach: 3_600_000 },
  strangers: { atOnce: 100, msEach: 2_000 },
  trusted: { accounts: 5, mostAccounts: 5_000, ms: 86_400_000 },
  alarmEachMs: 600_000,
} as const;

export interface Guess {
  /** School part of the sign-in name, as it was typed. */
  readonly school: string;
  /** What was guessed: a password, a spoken code. */
  readonly word: string;
  readonly address: string;
  /** A device that signed in to this very account before: nobody else's guesses concern it. */
  readonly isKnownDevice: boolean;
}

/**
 * Brakes guessing that no single name shows: one password on a whole school (B-02), many names and passwords from many
 * addresses (B-03). Kept in memory, under a key of this process: what people type as passwords is nothing to write down.
 */
export interface SignInBrake {
  /**
   * Looks at a guess unless it is braked; counted before it is looked at, given back when it was right.
   *
   * @param attempt - the account that came in, null for a wrong guess. When it throws, nothing is counted.
   * @throws {AppError} 429 `sign_in_password_tried`, 429 `sign_in_braked`.
   */
  guarding(guess: Guess, attempt: () => Promise<string | null>): Promise<string | null>;
}

/** Counters of words: two rows, so that a word that shares one counter with a tried one is not held up for it. */
const counters = 65_536;
const mostAddresses = 20_000;

interface Address {
  since: number;
  wrong: number;
  readonly accounts: Set<string>;
}

/** @param options.now - milliseconds, never going back. @param options.onBraked - called at most each ten minutes. */
export function createSignInBrake({
  now = () => performance.now(),
  onBraked,
}: {
  now?: () => number;
  onBraked: () => void;
}): SignInBrake {
  const key = randomBytes(32);
  const words = [new Float64Array(counters), new Float64Array(counters)] as const;
  const addresses = new Map<string, Address>();
  let strangersFreeAt = 0;
  let saidAt = -Infinity;

  function placesOf({ school, word }: Guess): [number, number] {
    const digest = createHmac('sha256', key)
      .update(`${school}\n${word.normalize('NFC')}`)
      .digest();
    return [digest.readUInt16LE(0), digest.readUInt16LE(2)];
  }

  const move = (freeAt: number, ms: number) => Math.max(freeAt, now()) + ms;
  const isFull = (freeAt: number, { atOnce, msEach }: { atOnce: number; msEach: number }) =>
    freeAt > now() + msEach * (atOnce - 1);

  function addressOf(text: string): Address {
    const known = addresses.get(text);
    if (known && now() - known.since < brakeRule.trusted.ms) return known;
    addresses.delete(text);
    const fresh = { since: now(), wrong: 0, accounts: new Set<string>() };
    addresses.set(text, fresh);
    const [oldest] = addresses.keys();
    if (addresses.size > mostAddresses && oldest !== undefined) addresses.delete(oldest);
    return fresh;
  }

  function isTrusted({ accounts, wrong }: Address): boolean {
    return accounts.size >= brakeRule.trusted.accounts && wrong < accounts.size;
  }

  function refuse(): never {
    if (now() - saidAt >= brakeRule.alarmEachMs) {
      saidAt = now();
      onBraked();
    }
    throw new AppError(
      429,
      'sign_in_braked',
      'Many wrong passwords are tried at this server; sign in from a device used before, with a claim card, or later.',
    );
  }

  return {
    async guarding(guess, attempt) {
      if (guess.isKnownDevice) return attempt();
      const [first, second] = placesOf(guess);
      const word = Math.min(words[0][first] ?? 0, words[1][second] ?? 0);
      if (isFull(word, brakeRule.word)) {
        throw new AppError(
          429,
          'sign_in_password_tried',
          'This password was tried on many accounts; it does not count from a strange device.',
        );
      }
      const address = addressOf(guess.address);
      const counted = !isTrusted(address);
      if (counted && isFull(strangersFreeAt, brakeRule.strangers)) refuse();
      const { msEach } = brakeRule.word;
      words[0][first] = move(words[0][first] ?? 0, msEach);
      words[1][second] = move(words[1][second] ?? 0, msEach);
      if (counted) strangersFreeAt = move(strangersFreeAt, brakeRule.strangers.msEach);
      let isWrong = false;
      try {
        const account = await attempt();
        isWrong = account === null;
        if (isWrong) address.wrong += 1;
        else if (account !== null && address.accounts.size < brakeRule.trusted.mostAccounts) {
          // Who comes in makes up for one wrong guess of a stranger: a morning of honest people is no attack.
          if (counted && !address.accounts.has(account)) strangersFreeAt -= brakeRule.strangers.msEach;
          address.accounts.add(account);
        }
        return account;
      } finally {
        if (!isWrong) {
          words[0][first]! -= msEach;
          words[1][second]! -= msEach;
          if (counted) strangersFreeAt -= brakeRule.strangers.msEach;
        }
      }
    },
  };
}

const brakes = new WeakMap<pg.Pool, SignInBrake>();

/** The brake of this process. Its alarm is an audit line and an error in the log (runbook: incident). */
export function signInBrakeOf({ pool, db, log }: { pool: pg.Pool; db: Db; log: Logger }): SignInBrake {
  let brake = brakes.get(pool);
  if (brake === undefined) {
    brake = createSignInBrake({
      onBraked() {
        log.error({ runbook: 'incident' }, 'people.signInBraked');
        audit(db, anonymousActor(), { action: SIGN_IN_BRAKED }).catch((error: unknown) =>
          log.error({ err: error }, 'people.signInBraked.audit'),
        );
      },
    });
    brakes.set(pool, brake);
  }
  return brake;
}

/** Audit line of the brake; `nol doctor` looks for it. */
export const SIGN_IN_BRAKED = 'people.signInBraked';

/** The school part of a sign-in name (`42010301-2026001`); names without one are of no school. */
export function schoolPartOf(loginName: string): string {
  const dash = loginName.indexOf('-');
  return dash < 0 ? '' : loginName.slice(0, dash);
}
