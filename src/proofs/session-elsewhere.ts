import type { FastifyRequest } from 'fastify';
import { actorOfRequest } from '../people/sessions.ts';
import { readConfig } from '../platform/config.ts';
import { openDatabase } from '../platform/database.ts';
import type { PostgresConnection } from '../platform/postgres/supervisor.ts';

/** A process of its own, whose clock may be moved, asks whose sessions these are. Prints its clock and the kinds of actor. */
const { connection, cookies } = JSON.parse(process.argv[2] ?? '') as {
  connection: PostgresConnection;
  cookies: string[];
};
const { pool, close } = openDatabase(connection, { max: 1 });
const { sessionLife } = readConfig({}, 'local');
const kinds: string[] = [];
for (const cookie of cookies) {
  const [name = '', value = ''] = cookie.split('=');
  const request = {
    cookies: { [name]: value },
    headers: {},
    query: {},
    protocol: 'http',
    host: 'localhost:80',
  };
  kinds.push((await actorOfRequest(pool, request as unknown as FastifyRequest, { sessionLife })).kind);
}
process.stdout.write(JSON.stringify({ clock: Date.now(), kinds }));
await close();
