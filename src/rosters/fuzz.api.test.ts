import { sql } from 'kysely';
import { strFromU8 } from 'fflate';
import { beforeAll, expect, test, vi } from 'vitest';
import { buildTestApp } from '../platform/testing/app.ts';
import { aSchool, aStaff, signedInAs } from '../platform/testing/builders.ts';
import { encodeGb18030 } from './testing/gb18030.ts';
import { upload, type Importing } from './testing/importing.ts';
import { oneRosterSet, zipOf } from './testing/table-sets.ts';
import { workbookBytes, type Value } from './testing/workbooks.ts';

// Each upload starts a process of its own; on a busy machine many of them take their time.
vi.setConfig({ testTimeout: 300_000 });
const { app, db } = await buildTestApp();

let who: Importing;
let code = '';

beforeAll(async () => {
  const school = await aSchool(db);
  code = school.code;
  const admin = await aStaff(db, { orgId: school.orgId, role: 'schoolAdmin' });
  const headers = await signedInAs(db, admin.accountId, { appointmentId: admin.appointmentId });
  who = { orgId: school.orgId, headers };
});

/** The same numbers in every run: a failure can be looked at again (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Random = () => number;

const pick = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;

const HEADINGS = [
  '学号',
  '姓名',
  '性别',
  '班级',
  '年级',
  '身份证号',
  '家长电话',
  '教学班',
  '角色',
  '备注',
  '',
  '？',
  'name',
];
const CELLS: readonly Value[] = [
  '20240101',
  20240102,
  2.024e11,
  '三（1）班',
  '3.10',
  3.1,
  '',
  null,
  true,
  '沈可欣',
  '=1+1',
  '\u0000\u0007',
  '\ud800',
  '𬱖'.repeat(40),
  'x'.repeat(5_000),
  '11010519491231002X',
  -1,
  Number.MAX_SAFE_INTEGER,
  "'); DROP TABLE persons;--",
  '%s%n${x}{y}',
  '\\N\t\\.\n',
];

/** A table with ragged rows, odd cells and headings in any order. */
function oddRows(random: Random): Value[][] {
  const heading = Array.from({ length: Math.floor(random() * 8) + 1 }, () => pick(random, HEADINGS));
  const rows = Array.from({ length: Math.floor(random() * 12) }, () =>
    Array.from({ length: Math.floor(random() * 11) }, () => pick(random, CELLS)),
  );
  return [heading, ...rows];
}

function csvOf(rows: readonly (readonly Value[])[]): string {
  return rows.map((row) => row.map((cell) => String(cell ?? '')).join(',')).join('\n');
}

/** Bytes changed, cut off, repeated or put in. */
function damaged(random: Random, bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const at = Math.floor(random() * copy.length);
  switch (Math.floor(random() * 4)) {
    case 0:
      return copy.subarray(0, at);
    case 1:
      for (let n = 0; n < 12; n += 1) copy[Math.floor(random() * copy.length)] = Math.floor(random() * 256);
      return copy;
    case 2:
      return Uint8Array.from([...copy.subarray(0, at), ...copy.subarray(Math.floor(at / 2))]);
    default:
      return Uint8Array.from([...copy.subarray(0, at), ...randomBytes(random, 40), ...copy.subarray(at)]);
  }
}

function randomBytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => Math.floor(random() * 256));
}

/** A OneRoster set with lines dropped, cells emptied and tables mixed up. */
function oddSet(random: Random): Uint8Array {
  const set: Record<string, string> = oneRosterSet({ code });
  for (const name of Object.keys(set)) {
    if (random() < 0.1) delete set[name];
    else if (random() < 0.4) {
      const lines = (set[name] ?? '').split('\n');
      const n = Math.floor(random() * lines.length);
      const cells = (lines[n] ?? '').split(',');
      cells[Math.floor(random() * cells.length)] = String(pick(random, CELLS) ?? '').replace(/[\n"]/g, '');
      if (random() < 0.3) cells.pop();
      lines[n] = cells.join(',');
      set[name] = lines.join('\n');
    }
  }
  if (Object.keys(set).length === 0) set['users.csv'] = 'x';
  return zipOf(set);
}

const KINDS: readonly (readonly [string, (random: Random) => Uint8Array])[] = [
  ['an .xlsx of odd rows', (random) => workbookBytes({ 名册: oddRows(random), 二: oddRows(random) })],
  ['an .xls of odd rows', (random) => workbookBytes({ 名册: oddRows(random) }, { type: 'biff8' })],
  ['a damaged .xlsx', (random) => damaged(random, workbookBytes({ 名册: oddRows(random) }))],
  [
    'a damaged .xls',
    (random) => damaged(random, workbookBytes({ 名册: oddRows(random) }, { type: 'biff8' })),
  ],
  ['text', (random) => new TextEncoder().encode(csvOf(oddRows(random)))],
  [
    'damaged text in GB18030',
    (random) => damaged(random, encodeGb18030('学号,姓名,班级\n1,甲,三（1）班\n2,乙,三（1）班\n')),
  ],
  ['a OneRoster set out of joint', oddSet],
  ['a damaged OneRoster set', (random) => damaged(random, oddSet(random))],
  ['random bytes', (random) => randomBytes(random, 1 + Math.floor(random() * 3_000))],
];
const EACH = 6;

/** Everything that an import writes, as one figure. */
async function written(): Promise<string> {
  const { rows } = await sql<{ text: string }>`
    SELECT concat_ws(' ', (SELECT count(*) FROM persons), (SELECT count(*) FROM accounts), (SELECT count(*) FROM classes),
      (SELECT count(*) FROM enrollments), (SELECT count(*) FROM courses), (SELECT count(*) FROM external_ids)) AS text
  `.execute(db);
  return rows[0]?.text ?? '';
}

/** What is wrong with the answer to one file; `''` when nothing is. */
async function judge(bytes: Uint8Array): Promise<string> {
  const before = await written();
  const answer = await upload(app, who, bytes, { options: { createClasses: true } });
  const said = strFromU8(answer.rawPayload).slice(0, 300);
  if (answer.statusCode !== 201 && answer.statusCode !== 422)
    return `checked with ${answer.statusCode}: ${said}`;
  if ((await written()) !== before) return 'the check wrote something';
  if (answer.statusCode === 422) return /。/.test(answer.json().detail) ? '' : `no sentence: ${said}`;
  const draft = answer.json();
  if (draft.state === 'refused') return /。/.test(draft.failure) ? '' : `no sentence: ${said}`;
  if (draft.state !== 'checked') return `checked into ${draft.state}: ${said}`;
  const { headers } = who;
  for (const part of ['lines?list=all&limit=200', 'lines?list=problems&limit=200', 'workbook']) {
    const { statusCode, body } = await app.inject({ url: `/api/roster-drafts/${draft.id}/${part}`, headers });
    if (statusCode !== 200) return `${part} is answered ${statusCode}: ${body.slice(0, 300)}`;
  }
  const confirmed = await app.inject({
    method: 'POST',
    url: `/api/roster-drafts/${draft.id}/confirmation`,
    headers,
    payload: { leaving: 'end' },
  });
  const { statusCode } = confirmed;
  if (draft.must > 0 && confirmed.json().code !== 'roster_draft_blocked') return `not blocked: ${statusCode}`;
  if (statusCode !== 200 && statusCode !== 409) return `confirmed with ${statusCode}: ${confirmed.body}`;
  // All of it or nothing: refused ones leave no trace.
  if (statusCode !== 200 && (await written()) !== before) return 'half an import was written';
  return statusCode === 200 && confirmed.json().state !== 'applied' ? `state ${confirmed.json().state}` : '';
}

test.each(KINDS)(
  '%s is answered with a draft or a reason, and a refused one writes nothing',
  async (kind, make) => {
    const wrong: string[] = [];
    for (let n = 0; n < EACH; n += 1) {
      const seed = n * 100 + KINDS.findIndex(([name]) => name === kind);
      const verdict = await judge(make(numbersFrom(seed)));
      if (verdict !== '') wrong.push(`seed ${seed}: ${verdict}`);
    }
    expect(wrong).toEqual([]);
  },
);
