import Fastify from 'fastify';
import pg from 'pg';

/** The reference of pages in a process of its own: Fastify and one select by key. `node one-select.ts CONNECTION`. */
const pool = new pg.Pool({ ...(JSON.parse(process.argv[2] ?? '{}') as pg.PoolConfig), max: 10 });
const app = Fastify();
app.get('/', async () => {
  const { rows } = await pool.query({
    name: 'one',
    text: 'SELECT id, name FROM orgs WHERE code = $1',
    values: ['bench'],
  });
  return rows[0];
});
await app.listen({ port: 0, host: '127.0.0.1' });
process.stdout.write(`${(app.server.address() as { port: number }).port}\n`);
