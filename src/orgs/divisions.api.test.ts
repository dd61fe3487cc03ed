import { beforeAll, describe, expect, test } from 'vitest';
import { operatorActor } from '../platform/actor.ts';
import { buildTestApp } from '../platform/testing/app.ts';
import { aCounty, anOrg, aStaff, signedInAs } from '../platform/testing/builders.ts';
import { createDivisionByCode } from './service-units.ts';

const { app, db, ctx } = await buildTestApp();
let province: { orgId: string };
let officer: Record<string, string>;

beforeAll(async () => {
  province = await anOrg(db, { kind: 'province', code: '370000', name: '山东省' });
  const anOfficer = await aStaff(db, { orgId: province.orgId, role: 'bureauOfficer' });
  officer = await signedInAs(db, anOfficer.accountId, anOfficer);
});

const add = (code: string, { withBelow = false, orgId = province.orgId, headers = officer } = {}) =>
  app.inject({ method: 'POST', url: `/api/orgs/${orgId}/divisions`, headers, payload: { code, withBelow } });
const list = async (query: string) =>
  (await app.inject({ url: `/api/orgs/${province.orgId}/${query}`, headers: officer })).json();

describe('divisions become units', () => {
  test('a development zone comes with its city, once however often it is asked', async () => {
    const [first, again] = [await add('371071'), await add('371071')];
    expect(first.json()).toMatchObject({
      created: 2,
      unit: { code: '371071', kind: 'county', name: '威海火炬高技术产业开发区' },
    });
    expect(again.json()).toEqual({ ...first.json(), created: 0 });
    const units = await list('units?text=威海');
    expect(units.units.map(({ name, parentName }: Record<string, string>) => [name, parentName])).toEqual([
      ['威海市', '山东省'],
      ['威海火炬高技术产业开发区', '威海市'],
    ]);
    expect(units.total).toBe(2);
  });

  test('a city comes with all its counties', async () => {
    expect((await add('3710', { withBelow: true })).json()).toMatchObject({
      created: 6,
      unit: { childCount: 7 },
    });
    const { units, above, total } = await list('units');
    expect([units[0].name, units[0].childCount, above, total]).toEqual(['威海市', 7, [], 1]);
  });

  test('what lies elsewhere, is unknown or not one’s own is refused in words', async () => {
    const foreign = await aCounty(db);
    expect((await add('110108')).json().code).toBe('division_elsewhere');
    expect((await add('999999')).json().code).toBe('division_unknown');
    expect((await add('371071', { orgId: foreign.orgId })).statusCode).toBe(404);
    await anOrg(db, { kind: 'county', code: '370102', name: '别处' });
    expect((await add('370102')).json().code).toBe('org_code_taken');
    const half = await db.selectFrom('orgs').select('id').where('code', '=', '370100').execute();
    expect(half).toEqual([]);
  });

  test('the register is searched within the unit and opened level by level', async () => {
    const { divisions } = await list('divisions?text=市中区');
    expect(divisions.map(({ path }: { path: string[] }) => path.join())).toEqual([
      '山东省,济南市,市中区',
      '山东省,枣庄市,市中区',
    ]);
    const cities = await list('divisions');
    expect([cities.total, cities.divisions[0].name]).toEqual([16, '济南市']);
    const counties = await list('divisions?parent=371000');
    expect(counties.divisions.every(({ orgId }: { orgId: string | null }) => orgId !== null)).toBe(true);
    expect(await list('divisions?parent=110000')).toEqual({ divisions: [], total: 0 });
  });

  test('from the command line a province begins a tree of its own, Hong Kong too', async () => {
    const made = await createDivisionByCode(ctx, operatorActor(), {
      code: '810101',
      belowCode: null,
      withBelow: false,
    }).catch((error: unknown) => error);
    // Two tops stand there already, so one must be named.
    expect(made).toMatchObject({ code: 'org_top_unclear' });
    const ministry = await anOrg(db, { kind: 'ministry', code: 'moe' });
    const hongKong = await createDivisionByCode(ctx, operatorActor(), {
      code: '810101',
      belowCode: 'moe',
      withBelow: false,
    });
    expect(hongKong).toMatchObject({ created: 3, unit: { name: '中西区', kind: 'county' } });
    const { path } = await db
      .selectFrom('orgs')
      .select('path')
      .where('id', '=', hongKong.unit.id)
      .executeTakeFirstOrThrow();
    expect(path.startsWith(ministry.orgId.replaceAll('-', ''))).toBe(true);
  });
});
