import { CompiledQuery } from 'kysely';
import type { Trx } from './database.ts';

/** A value of one cell: `null` is NULL, bytes are `bytea`, other objects are JSON. */
export type CopyValue = string | number | boolean | Uint8Array | object | null | undefined;

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function cellText(value: CopyValue): string {
  if (value === null || value === undefined) return '\\N';
  if (value instanceof Uint8Array) return `\\\\x${Buffer.from(value).toString('hex')}`;
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return /[\\\n\r\t]/.test(text) ? text.replace(/[\\\n\r\t]/g, (sign) => ESCAPES[sign] ?? sign) : text;
}

/** One row in the text format of `COPY`, with its line end. */
export function copyLine(values: readonly CopyValue[]): string {
  return `${values.map(cellText).join('\t')}\n`;
}

/**
 * Copies rows into a table: a third of what the same rows cost the database as parameters of an INSERT.
 *
 * Part of the transaction like any statement. A row that breaks a rule of the table ends the whole statement.
 *
 * @param statement - `COPY table (columns) FROM STDIN`.
 * @param chunks - texts of whole lines (`copyLine`), some hundred lines each.
 * @returns rows written.
 * @see https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-COPY
 */
export async function copyIn(trx: Trx, statement: string, chunks: Iterable<string>): Promise<number> {
  const copy = new Copy(statement, chunks);
  // The driver hands on what it gets as text of a statement; `pg` takes an object that speaks the protocol itself.
  await trx.executeQuery({ ...CompiledQuery.raw(statement), sql: copy as never });
  return copy.rows;
}

/** The part of `pg`'s connection that its types leave out. */
interface Wire {
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(reason: string): void;
}

/** What `pg` expects of a statement that speaks the protocol itself (`Submittable`). */
class Copy {
  readonly rows: Promise<number>;
  readonly #statement: string;
  readonly #chunks: Iterable<string>;
  readonly #settle = Promise.withResolvers<number>();
  #copied = 0;
  #broken: unknown = null;

  constructor(statement: string, chunks: Iterable<string>) {
    this.#statement = statement;
    this.#chunks = chunks;
    this.rows = this.#settle.promise;
  }

  submit(wire: Wire): void {
    wire.query(this.#statement);
  }

  handleCopyInResponse(wire: Wire): void {
    try {
      for (const chunk of this.#chunks) wire.sendCopyFromChunk(Buffer.from(chunk));
      wire.endCopyFrom();
    } catch (error) {
      // The maker of the rows failed; the database must hear of it, or it would wait for ever.
      this.#broken = error;
      wire.sendCopyFail('the rows could not be made');
    }
  }

  handleCommandComplete({ text }: { text: string }): void {
    this.#copied = Number(/\d+$/.exec(text)?.[0] ?? 0);
  }

  handleReadyForQuery(): void {
    this.#settle.resolve(this.#copied);
  }

  handleError(error: Error): void {
    this.#settle.reject(this.#broken ?? error);
  }
}
