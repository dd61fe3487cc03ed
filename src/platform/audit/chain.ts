/** Signs text under the installation's audit key: who can write to the database but has no key cannot make a chain. */
export type Sign = (text: string) => Buffer;

/** A line as text, column by column; `at` in UTC to the microsecond. */
export interface ChainedLine {
  readonly id: string;
  readonly at: string;
  readonly actor_kind: string;
  readonly actor_id: string | null;
  readonly action: string;
  readonly subject_kind: string | null;
  readonly subject_id: string | null;
  readonly org_id: string | null;
  readonly reason: string | null;
  /** `jsonb` as PostgreSQL writes it: keys in its own order, always the same. */
  readonly detail: string;
}

/** A line as it stands in the table, with the seal it claims. */
export interface FoundLine extends ChainedLine {
  readonly seal_no: number | null;
}

export interface Seal {
  readonly seal_no: number;
  readonly at: string;
  readonly line_ids: readonly string[];
  readonly line_hashes: readonly Buffer[];
  readonly previous_hash: Buffer;
  readonly hash: Buffer;
}

/** What the first seal stands on. */
export const beforeFirst = Buffer.alloc(32);

export function hashOfLine(sign: Sign, line: ChainedLine): Buffer {
  const { id, at, actor_kind, actor_id, action, subject_kind, subject_id, org_id, reason, detail } = line;
  return sign(
    JSON.stringify([
      'line',
      id,
      at,
      actor_kind,
      actor_id,
      action,
      subject_kind,
      subject_id,
      org_id,
      reason,
      detail,
    ]),
  );
}

export function hashOfSeal(sign: Sign, seal: Omit<Seal, 'hash'>): Buffer {
  const hashes = seal.line_hashes.map((hash) => hash.toString('hex'));
  const previous = seal.previous_hash.toString('hex');
  return sign(JSON.stringify(['seal', seal.seal_no, seal.at, previous, seal.line_ids, hashes]));
}

/** What is wrong with the chain, and where. `id`: of the line, where one line can be named. */
export interface Break {
  readonly kind: 'changed' | 'removed' | 'inserted' | 'sealChanged' | 'sealRemoved';
  readonly sealNo: number;
  readonly id?: string;
}

/**
 * Judges one seal and the lines under it.
 *
 * @param previous - the seal before it in the table, `null` before the first.
 * @param found - the lines that the seal names, in any order; those missing from it are gone.
 */
export function judgeSeal(
  sign: Sign,
  seal: Seal,
  previous: Pick<Seal, 'seal_no' | 'hash'> | null,
  found: readonly FoundLine[],
): Break[] {
  const breaks: Break[] = [];
  const sealNo = seal.seal_no;
  for (let gone = (previous?.seal_no ?? 0) + 1; gone < sealNo; gone++) {
    breaks.push({ kind: 'sealRemoved', sealNo: gone });
  }
  const follows = previous === null || previous.seal_no + 1 === sealNo;
  const linked = !follows || seal.previous_hash.equals(previous?.hash ?? beforeFirst);
  if (!linked || !seal.hash.equals(hashOfSeal(sign, seal))) breaks.push({ kind: 'sealChanged', sealNo });
  const byId = new Map(found.map((line) => [line.id, line]));
  for (const [place, id] of seal.line_ids.entries()) {
    const line = byId.get(id);
    if (line === undefined) breaks.push({ kind: 'removed', sealNo, id });
    else if (line.seal_no !== sealNo || !hashOfLine(sign, line).equals(seal.line_hashes[place]!)) {
      breaks.push({ kind: 'changed', sealNo, id });
    }
  }
  return breaks;
}
