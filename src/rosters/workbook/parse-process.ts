import { buffer } from 'node:stream/consumers';
import { serialize } from 'node:v8';
import type { WorkbookLimits } from './limits.ts';
import { parse, type ParseRequest } from './parse.ts';

/**
 * Reads one workbook from standard input and writes the result to standard output.
 *
 * The parser of foreign files lives in a process of its own: a file that makes it run out of memory aborts the
 * process it runs in, and a thread's abort would take the server with it.
 */
const { kind, limits } = JSON.parse(process.argv[2] ?? '{}') as {
  kind: ParseRequest['kind'];
  limits: WorkbookLimits;
};
const bytes = await buffer(process.stdin);
process.stdout.end(serialize(await parse({ bytes, kind, limits })));
