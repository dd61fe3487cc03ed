import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';

/** What was acknowledged: once in here, it must be found exactly once afterwards, and unchanged. */
export interface LedgerEntry {
  /** `voice`, `events`, `chat`, `heartbeat`, `rollCallAnswer`, `entered`, `end`, `enrolled`, `person`, `audit ACTION`. */
  readonly kind: string;
  /** Natural key inside the kind. */
  readonly key: string;
  /** sha256 of what was sent, in hex, or the value itself where it is short. */
  readonly value: string;
  readonly acknowledgedAt: string;
}

/** Kept outside the system under test; on disk before the next request of the same driver goes out. */
export interface Ledger {
  acknowledge(kind: string, key: string, value: string): Promise<void>;
  entries(): readonly LedgerEntry[];
  close(): Promise<void>;
}

export async function openLedger(file: string): Promise<Ledger> {
  const handle: FileHandle = await open(file, 'a');
  const entries: LedgerEntry[] = [];
  let writing: Promise<void> = Promise.resolve();
  return {
    acknowledge(kind, key, value) {
      const entry: LedgerEntry = { kind, key, value, acknowledgedAt: new Date().toISOString() };
      writing = writing.then(async () => {
        await handle.appendFile(`${JSON.stringify(entry)}\n`);
        await handle.datasync();
        entries.push(entry);
      });
      return writing;
    },
    entries: () => entries,
    async close() {
      await writing;
      await handle.close();
    },
  };
}

export function sha256Hex(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What the check found. A clean run has no line in any list. */
export interface Verdict {
  readonly acknowledged: number;
  /** Acknowledged and not there. */
  readonly lost: readonly string[];
  /** There more than once, acknowledged or not. */
  readonly doubled: readonly string[];
  /** There, but not as it was sent. */
  readonly half: readonly string[];
}

/**
 * Compares what was acknowledged with what is there.
 *
 * @param sent - value of everything that was ever sent, by `kind key`: what was not acknowledged may be there or not,
 *   but never twice and never changed.
 * @param found - everything there is, one line per occurrence.
 */
export function judge(
  ledger: readonly LedgerEntry[],
  sent: ReadonlyMap<string, string>,
  found: readonly { kind: string; key: string; value: string }[],
): Verdict {
  const count = new Map<string, number>();
  const half: string[] = [];
  for (const { kind, key, value } of found) {
    const name = `${kind} ${key}`;
    count.set(name, (count.get(name) ?? 0) + 1);
    if (sent.get(name) !== value) half.push(`${name}: found ${value}, sent ${sent.get(name) ?? 'never'}`);
  }
  const acknowledged = new Set(ledger.map(({ kind, key }) => `${kind} ${key}`));
  return {
    acknowledged: acknowledged.size,
    lost: [...acknowledged].filter((name) => !count.has(name)),
    doubled: [...count].filter(([, times]) => times > 1).map(([name, times]) => `${name}: ${times} times`),
    half,
  };
}
