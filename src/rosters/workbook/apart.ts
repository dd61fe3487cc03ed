import { buffer } from 'node:stream/consumers';
import { deserialize, serialize } from 'node:v8';

/**
 * The other side of `runApart`: request and bytes from standard input, the answer to standard output.
 *
 * The parser of foreign files lives in a process of its own: a file that makes it run out of memory aborts the
 * process it runs in, and a thread's abort would take the server with it.
 */
export async function answerApart<Request>(
  work: (request: Request, bytes: Uint8Array) => Promise<unknown>,
): Promise<void> {
  const input = await buffer(process.stdin);
  const headLength = input.readUInt32LE(0);
  const request = deserialize(input.subarray(4, 4 + headLength)) as Request;
  process.stdout.end(serialize(await work(request, input.subarray(4 + headLength))));
}
