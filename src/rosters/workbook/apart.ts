import { writeSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { deserialize, serialize } from 'node:v8';

/** Where in its work the process is, for somebody who waits. */
export interface ApartReport {
  readonly phase: 'reading' | 'rows' | 'comparing';
  /** Rows looked at, of all rows; 0 of 0 while nobody knows. */
  readonly done: number;
  readonly total: number;
}

/** Pipe beside the answer on which the process says how far it is. */
const REPORTS = 3;

/**
 * The other side of `runApart`: request and bytes from standard input, the answer to standard output.
 *
 * The parser of foreign files lives in a process of its own: a file that makes it run out of memory aborts the
 * process it runs in, and a thread's abort would take the server with it.
 *
 * @param work - may say how far it is; reports are written at once, also while the work holds the processor.
 */
export async function answerApart<Request>(
  work: (request: Request, bytes: Uint8Array, report: (at: ApartReport) => void) => Promise<unknown>,
): Promise<void> {
  const input = await buffer(process.stdin);
  const headLength = input.readUInt32LE(0);
  const request = deserialize(input.subarray(4, 4 + headLength)) as Request;
  const report = (at: ApartReport) => void writeSync(REPORTS, `${JSON.stringify(at)}\n`);
  process.stdout.end(serialize(await work(request, input.subarray(4 + headLength), report)));
}
