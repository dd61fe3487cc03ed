import { describe, expect, test } from 'vitest';
import { deedsOf, productFiles, sourceOf, type Deed } from './sources.ts';

/** Places that may, each with its reason. Every other one fails the build. */
const allowed: readonly { file: string; deed: Deed; count: number; why: string }[] = [
  {
    file: 'src/people/session-watch.ts',
    deed: 'raw statement',
    count: 1,
    why: 'a named statement of this file, its values bound',
  },
  {
    file: 'src/people/sessions.ts',
    deed: 'raw statement',
    count: 3,
    why: 'named statements of this file, their values bound',
  },
  { file: 'src/platform/audit/seal.ts', deed: 'raw statement', count: 1, why: 'a fixed list of columns' },
  {
    file: 'src/platform/copy-in.ts',
    deed: 'raw statement',
    count: 2,
    why: 'COPY takes no values; its callers write table and columns out',
  },
  {
    file: 'src/platform/jobs.ts',
    deed: 'raw statement',
    count: 1,
    why: 'the queue’s own statements, values bound',
  },
  {
    file: 'src/platform/database.ts',
    deed: 'raw statement',
    count: 1,
    why: 'the one named statement by which a reader stands, its value bound',
  },
  { file: 'src/platform/migrate.ts', deed: 'raw statement', count: 2, why: 'the migrations of the product' },
  {
    file: 'src/platform/postgres/supervisor.ts',
    deed: 'raw statement',
    count: 1,
    why: 'a database takes no values for its name; it is a constant',
  },
  {
    file: 'src/platform/postgres/supervisor.ts',
    deed: 'built statement',
    count: 1,
    why: 'the same statement',
  },
  {
    file: 'src/platform/scrub.ts',
    deed: 'raw statement',
    count: 1,
    why: 'a table of the catalogue, whose name PostgreSQL itself quotes',
  },
  {
    file: 'src/platform/views.ts',
    deed: 'raw statement',
    count: 2,
    why: 'the views of the product, and signatures that PostgreSQL itself quotes',
  },
  { file: 'src/platform/views.ts', deed: 'built statement', count: 1, why: 'the same signatures' },
  {
    file: 'src/rooms/statements.ts',
    deed: 'raw statement',
    count: 1,
    why: 'the one door of the room’s named statements, values bound',
  },
  {
    file: 'src/rosters/write-draft.ts',
    deed: 'built statement',
    count: 2,
    why: 'columns of both copies are constants of the file',
  },
];

describe('the product’s own source', () => {
  test.each<[Deed, string, number]>([
    ['raw statement', 'sql.raw(name)', 1],
    ['raw statement', 'pool.query(text)', 1],
    ['raw statement', 'CompiledQuery.raw(text)', 1],
    ['built statement', "const a = `SELECT * FROM t WHERE name = '${name}'`", 1],
    ['built statement', 'const a = "DELETE FROM " + table + " WHERE 1"', 2],
    ['markup', 'element.innerHTML = text', 1],
    ['markup', 'const a = <div dangerouslySetInnerHTML={{ __html: text }} />', 1],
    ['markup', 'element["outerHTML"] = text', 1],
    ['markup', 'document.write(text)', 1],
    ['code from text', 'eval(text)', 1],
    ['code from text', 'globalThis.Function(text)', 1],
    ['code from text', 'new Function(text)()', 1],
    ['code from text', 'setTimeout("act()", 1)', 1],
    ['code from text', 'import { runInNewContext } from "node:vm"', 1],
  ])('%s is noticed in %s', (deed, text, count) => {
    expect(deedsOf('a.tsx', text).map((one) => one.deed)).toEqual(Array.from({ length: count }, () => deed));
  });

  test.each([
    'sql`SELECT ${name}`',
    'pool.query(`SELECT 1 WHERE $1`, [name])',
    'const a = `Set ${name} down`',
    'element.textContent = text',
    'setTimeout(() => act(), 1)',
  ])('%s is nothing to notice', (text) => {
    expect(deedsOf('a.ts', text)).toEqual([]);
  });

  test('no statement is built from text, no text becomes markup or code, but where it is said why', () => {
    const files = productFiles();
    expect(files.length).toBeGreaterThan(400);
    const found = files.flatMap((file) => deedsOf(file, sourceOf(file)));
    const unexplained = found.filter(
      ({ file, deed }) => !allowed.some((one) => one.file === file && one.deed === deed),
    );
    expect(unexplained).toEqual([]);
    // A reason stands for what is there, not for what comes later.
    for (const { file, deed, count } of allowed) {
      const here = found.filter((one) => one.file === file && one.deed === deed);
      expect([file, deed, here.length]).toEqual([file, deed, count]);
    }
  });
});
