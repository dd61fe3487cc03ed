import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';

import { openDatabase, type Database } from '../../src/platform/database.ts';
import { readPassword } from '../../src/platform/postgres/layout.ts';
import { findRunning } from '../../src/platform/postgres/postmaster.ts';
import { connectionTo } from '../../src/platform/postgres/supervisor.ts';
import type { BuiltLesson, Headers } from '../../src/rooms/testing/a-lesson.ts';

/** Opens the database beside the running server, as the operator's command line does. */
export async function withDatabase<Result>(
  dataDir: string,
  use: (database: Database) => Promise<Result>,
): Promise<Result> {
  const root = join(dataDir, 'postgres');
  const running = await findRunning({ cluster: join(root, 'cluster') });
  const password = await readPassword({ root });
  if (running === null || password === null)
    throw new Error('the database of the server under test is not there');
  const database = openDatabase(connectionTo(running.sockets, password), { max: 4 });
  try {
    return await use(database);
  } finally {
    await database.close();
  }
}

/** The session cookie carries the port of the server it is for. */
export function headersOnPort(headers: Headers, port: number): Headers {
  return { ...headers, cookie: `nol_${port}=${/nol_80=([^;]+)/.exec(headers['cookie'] ?? '')![1]}` };
}

export function onPort(lesson: BuiltLesson, port: number): BuiltLesson {
  const moved = (headers: Headers) => headersOnPort(headers, port);
  return {
    ...lesson,
    teacher: { ...lesson.teacher, headers: moved(lesson.teacher.headers) },
    pupils: lesson.pupils.map((pupil) => ({ ...pupil, headers: moved(pupil.headers) })),
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
