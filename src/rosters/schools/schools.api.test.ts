import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildTestApp } from '../../platform/testing/app.ts';
import { anOrg, aStaff, signedInAs } from '../../platform/testing/builders.ts';
import { workbookBytes } from '../testing/workbooks.ts';
import { schoolCommands } from './commands.ts';

const { app, db, ctx } = await buildTestApp();
let city: { orgId: string };
let officer: Record<string, string>;
let principal: Record<string, string>;
let own: { orgId: string };

const list = (rows: readonly (readonly string[])[]) =>
  workbookBytes({ 学校: [['学校代码', '学校名称', '学校类别', '区县代码', '区县', '上级学校'], ...rows] });
const GOOD = [
  ['hc-1', '环翠一小', '小学', '371002', '环翠区', ''],
  ['hc-2', '环翠九年一贯制学校', '九年一贯制', '371002', '', ''],
  ['hc-1e', '一小东校区', '校区', '', '', '环翠一小'],
  ['gx-1', '高区中学', '初级中学', '371071', '', ''],
];

beforeAll(async () => {
  const province = await anOrg(db, { kind: 'province', code: '370000', name: '山东省' });
  city = await anOrg(db, { kind: 'city', code: '371000', name: '威海市', parentId: province.orgId });
  const anOfficer = await aStaff(db, { orgId: city.orgId, role: 'bureauOfficer' });
  own = await anOrg(db, { parentId: city.orgId, code: 'direct-1', name: '市直中学' });
  const aPrincipal = await aStaff(db, {
    orgId: own.orgId,
    role: 'principal',
  });
  officer = await signedInAs(db, anOfficer.accountId, anOfficer);
  principal = await signedInAs(db, aPrincipal.accountId, aPrincipal);
});

async function upload(bytes: Uint8Array, { headers = officer, orgId = city.orgId } = {}) {
  const form = new FormData();
  form.set('file', new Blob([Uint8Array.from(bytes)]), '学校.xlsx');
  const request = new Request('http://test/', { method: 'POST', body: form });
  return app.inject({
    method: 'POST',
    url: `/api/orgs/${orgId}/school-imports`,
    headers: { ...headers, 'content-type': request.headers.get('content-type') ?? '' },
    payload: Buffer.from(await request.arrayBuffer()),
  });
}
const confirm = (importId: string, headers = officer) =>
  app.inject({ method: 'POST', url: `/api/school-imports/${importId}/confirmation`, headers });
const schools = () =>
  db
    .selectFrom('orgs as o')
    .innerJoin('orgs as p', 'p.id', 'o.parent_id')
    .select(['o.code', 'o.name', 'p.name as parent', 'o.stages'])
    .where('o.kind', 'in', ['school', 'campus'])
    .orderBy('o.code')
    .execute();

describe('schools by workbook', () => {
  test('are checked without a trace, confirmed once, and nothing changes the second time', async () => {
    const checked = await upload(list(GOOD));
    expect([checked.statusCode, checked.json()]).toMatchObject([
      201,
      { state: 'checked', report: { read: 4, created: 4, newDivisions: 2, leaving: 1, must: 0 } },
    ]);
    expect(await schools()).toHaveLength(1);
    const { importId } = checked.json();
    const [first, again] = [await confirm(importId), await confirm(importId)];
    expect([first.statusCode, again.json()]).toEqual([200, first.json()]);
    expect((await schools()).map(({ code, parent }) => [code, parent])).toEqual([
      ['direct-1', '威海市'],
      ['gx-1', '威海火炬高技术产业开发区'],
      ['hc-1', '环翠区'],
      ['hc-1e', '环翠一小'],
      ['hc-2', '环翠区'],
    ]);
    const same = await upload(list(GOOD));
    expect(same.json().report).toMatchObject({ created: 0, changed: 0, unchanged: 4, newDivisions: 0 });
  });

  test('a school that moves keeps its place on past days', async () => {
    const moved = list([['hc-2', '环翠九年一贯制学校', '九年一贯制', '371071', '', '']]);
    const checked = (await upload(moved)).json();
    expect(checked.report.problems.map(({ code }: { code: string }) => code)).toEqual(['school_moves']);
    await db
      .updateTable('org_moves')
      .set({ during: '[2020-01-01,)' })
      .where('org_id', 'in', (select) => select.selectFrom('orgs').select('id').where('code', '=', 'hc-2'))
      .execute();
    await confirm(checked.importId);
    const places = await db
      .selectFrom('org_moves as m')
      .innerJoin('orgs as o', 'o.id', 'm.org_id')
      .innerJoin('orgs as p', 'p.id', 'm.parent_id')
      .select(['p.code'])
      .where('o.code', '=', 'hc-2')
      .orderBy('m.during')
      .execute();
    expect(places.map(({ code }) => code)).toEqual(['371002', '371071']);
  });

  test('with a fault nothing is written, and the place of the fault is told', async () => {
    const before = await schools();
    const checked = (await upload(list([...GOOD, ['', '无码', '小学', '371002', '', '']]))).json();
    expect(checked.report.problems).toMatchObject([
      { sheet: '学校', row: 6, column: 'A', severity: 'must', code: 'school_code_missing' },
      { row: 3, column: 'E', severity: 'look', code: 'school_moves' },
    ]);
    const answer = await confirm(checked.importId);
    expect([answer.statusCode, answer.json().code]).toEqual([422, 'schools_blocked']);
    expect(await schools()).toEqual(before);
  });

  test('who may: the bureau of the unit; not its schools, not another bureau', async () => {
    const elsewhere = await anOrg(db, { kind: 'county', code: 'other-county' });
    expect((await upload(list(GOOD), { headers: principal, orgId: own.orgId })).statusCode).toBe(403);
    expect((await upload(list(GOOD), { orgId: elsewhere.orgId })).statusCode).toBe(404);
    const { importId } = (await upload(list(GOOD))).json();
    expect((await confirm(importId, principal)).statusCode).toBe(404);
    expect((await upload(new TextEncoder().encode('a,b\n1,2\n'))).json().code).toBe('schools_no_table');
  });

  test('the template can be taken in as it is filled', async () => {
    const answer = await app.inject({ url: `/api/orgs/${city.orgId}/school-template`, headers: officer });
    const report = (await upload(new Uint8Array(answer.rawPayload))).json().report;
    expect(report).toMatchObject({ read: 0, must: 0 });
  });
});

test('nol org import: a dry run writes nothing, the real one does, a fault is refused', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'nol-schools-'));
  const [command] = schoolCommands;
  const run = (name: string, ...flags: string[]) =>
    command?.run(ctx, [path.join(folder, name), '--org', '371000', ...flags]);
  try {
    await writeFile(path.join(folder, 'good.xlsx'), list([['rc-1', '荣成一小', '小学', '', '荣成市', '']]));
    await writeFile(path.join(folder, 'bad.xlsx'), list([['rc-2', '二小', '小学', '', '没有市', '']]));
    expect(await run('good.xlsx', '--dry-run')).toMatchObject({
      exitCode: 0,
      counts: { created: 1, draft: 1 },
    });
    expect(await db.selectFrom('orgs').select('id').where('code', '=', 'rc-1').execute()).toEqual([]);
    expect(await run('good.xlsx')).toMatchObject({ exitCode: 0, counts: { created: 1, draft: 0 } });
    expect(await db.selectFrom('orgs').select('id').where('code', '=', 'rc-1').execute()).toHaveLength(1);
    expect(await run('bad.xlsx')).toMatchObject({
      exitCode: 1,
      problems: [{ row: 2, column: 'E', code: 'school_county_unknown' }],
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
