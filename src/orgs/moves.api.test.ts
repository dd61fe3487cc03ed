import fc from 'fast-check';
import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildTestApp } from '../platform/testing/app.ts';
import { aClass, aCounty, anOrg, aPupil, aSchool, aStaff, signedInAs } from '../platform/testing/builders.ts';
import { aTreeModel, operations } from './testing/tree-model.ts';

const { app, db, runJob } = await buildTestApp();
type Headers = Record<string, string>;

async function setDay(day: string) {
  await sql`UPDATE clock SET clock_offset = ${`${day}T10:00:00+08:00`}::timestamptz - clock_timestamp()`.execute(
    db,
  );
}

async function officerAt(orgId: string): Promise<Headers> {
  const staff = await aStaff(db, { orgId, role: 'bureauOfficer' });
  return signedInAs(db, staff.accountId, staff);
}

const decide = (headers: Headers, orgId: string, body: object, key: string = crypto.randomUUID()) =>
  app.inject({
    method: 'POST',
    url: `/api/orgs/${orgId}/moves`,
    headers: { ...headers, 'idempotency-key': key },
    payload: { isMerge: false, reason: '布局调整', document: '', ...body },
  });
const takeBack = (headers: Headers, orgId: string, fromDay: string) =>
  app.inject({ method: 'DELETE', url: `/api/orgs/${orgId}/moves/${fromDay}`, headers });
const historyOf = async (headers: Headers, orgId: string) =>
  (await app.inject({ url: `/api/orgs/${orgId}/moves`, headers })).json().moves;

async function parentOn(orgId: string, day: string): Promise<string | null> {
  const { rows } = await sql<{ id: string | null }>`
    SELECT parent_id AS id FROM org_tree(${day}::date) WHERE org_id = ${orgId}`.execute(db);
  return rows[0]?.id ?? null;
}
async function presentParent(orgId: string): Promise<string | null> {
  const { parent_id } = await db
    .selectFrom('orgs')
    .select('parent_id')
    .where('id', '=', orgId)
    .executeTakeFirstOrThrow();
  return parent_id;
}

describe('a school of one county moved to another', () => {
  let cityId: string;
  let from: { orgId: string };
  let to: { orgId: string };
  let school: { orgId: string };
  let cityOfficer: Headers;

  beforeAll(async () => {
    await setDay('2026-11-18');
    cityId = (await anOrg(db, { kind: 'city', name: '甲市' })).orgId;
    from = await aCounty(db, { parentId: cityId, name: '东县' });
    to = await aCounty(db, { parentId: cityId, name: '西县' });
    school = await aSchool(db, { parentId: from.orgId, name: '河边小学' });
    cityOfficer = await officerAt(cityId);
  });

  test('planned ahead: it counts from its day on, earlier days keep their tree, the paper is kept', async () => {
    const answer = await decide(cityOfficer, school.orgId, {
      parentId: to.orgId,
      fromDay: '2026-12-01',
      reason: '区划调整',
      document: '甲政发〔2026〕12 号',
    });
    expect([answer.statusCode, answer.json()]).toMatchObject([
      201,
      {
        fromDay: '2026-12-01',
        fromName: '东县',
        toName: '西县',
        document: '甲政发〔2026〕12 号',
        mayTakeBack: true,
      },
    ]);
    expect(answer.json().decidedByName).not.toBeNull();
    await runJob('orgs.moveDue');
    expect(await presentParent(school.orgId)).toBe(from.orgId);
    expect(await parentOn(school.orgId, '2026-11-30')).toBe(from.orgId);
    expect(await parentOn(school.orgId, '2026-12-01')).toBe(to.orgId);
    await setDay('2026-12-01');
    await runJob('orgs.moveDue');
    expect(await presentParent(school.orgId)).toBe(to.orgId);
    expect(await parentOn(school.orgId, '2026-11-30')).toBe(from.orgId);
    const units = await app.inject({ url: `/api/orgs/${to.orgId}/units`, headers: cityOfficer });
    expect(units.json().units).toMatchObject([
      { before: { name: '东县', until: '2026-12-01', isMerge: false } },
    ]);
  });

  test('taken back within its day, and not after it', async () => {
    expect((await takeBack(cityOfficer, school.orgId, '2026-12-01')).statusCode).toBe(204);
    expect(await presentParent(school.orgId)).toBe(from.orgId);
    expect(await historyOf(cityOfficer, school.orgId)).toEqual([]);
    expect((await takeBack(cityOfficer, school.orgId, '2026-12-01')).statusCode).toBe(404);
    await decide(cityOfficer, school.orgId, { parentId: to.orgId, fromDay: '2026-12-01' });
    await setDay('2026-12-02');
    const late = await takeBack(cityOfficer, school.orgId, '2026-12-01');
    expect([late.statusCode, late.json().code]).toEqual([409, 'org_move_past']);
    expect(await presentParent(school.orgId)).toBe(to.orgId);
    const lines = await db
      .selectFrom('audit_lines')
      .select('action')
      .where('subject_id', '=', school.orgId)
      .execute();
    expect(lines.map(({ action }) => action).toSorted()).toEqual([
      'orgs.move',
      'orgs.move',
      'orgs.takeMoveBack',
    ]);
  });

  test('sent twice it is decided once', async () => {
    const other = await aSchool(db, { parentId: from.orgId });
    const [key, body] = [crypto.randomUUID(), { parentId: to.orgId, fromDay: '2026-12-05' }];
    const [first, again] = [
      await decide(cityOfficer, other.orgId, body, key),
      await decide(cityOfficer, other.orgId, body, key),
    ];
    expect([first.statusCode, again.statusCode, again.json()]).toEqual([201, 201, first.json()]);
    expect(await historyOf(cityOfficer, other.orgId)).toHaveLength(1);
  });

  test('rights on both ends: neither county alone can, and the school itself cannot', async () => {
    const other = await aSchool(db, { parentId: from.orgId });
    const [giving, taking] = [await officerAt(from.orgId), await officerAt(to.orgId)];
    const admin = await aStaff(db, { orgId: other.orgId, role: 'schoolAdmin' });
    const itself = await signedInAs(db, admin.accountId, admin);
    const body = { parentId: to.orgId, fromDay: '2026-12-09' };
    expect((await decide(giving, other.orgId, body)).statusCode).toBe(404);
    expect((await decide(taking, other.orgId, body)).statusCode).toBe(404);
    expect((await decide(itself, other.orgId, body)).statusCode).toBe(404);
    const part = await anOrg(db, { kind: 'department', parentId: other.orgId });
    const away = await decide(itself, part.orgId, {
      parentId: (await aSchool(db)).orgId,
      fromDay: '2026-12-09',
    });
    expect(away.statusCode).toBe(404);
    const out = await decide(itself, other.orgId, { parentId: part.orgId, fromDay: '2026-12-09' });
    expect([out.statusCode, out.json().code]).toEqual([403, 'org_move_source']);
    expect(await historyOf(cityOfficer, other.orgId)).toEqual([]);
  });

  test('what cannot be is refused in words', async () => {
    const code = async (orgId: string, body: object) => (await decide(cityOfficer, orgId, body)).json().code;
    const day = '2026-12-09';
    const part = await anOrg(db, { kind: 'campus', parentId: school.orgId });
    const other = await aSchool(db, { parentId: from.orgId });
    expect([
      await code(school.orgId, { parentId: to.orgId, fromDay: day }),
      await code(school.orgId, { parentId: from.orgId, fromDay: '2026-12-01' }),
      await code(school.orgId, { parentId: other.orgId, fromDay: day }),
      await code(school.orgId, { parentId: from.orgId, fromDay: day, isMerge: true }),
      await code(from.orgId, { parentId: school.orgId, fromDay: day }),
      await code(part.orgId, { parentId: other.orgId, fromDay: day }),
      await code(school.orgId, { parentId: from.orgId, fromDay: '2028-12-09' }),
      await code(school.orgId, { parentId: from.orgId, fromDay: '2027-02-30' }),
    ]).toEqual([
      'org_move_nothing',
      'org_move_past',
      'org_wrong_parent',
      'org_merge_kind',
      'org_wrong_parent',
      'org_move_other_school',
      'org_move_too_far',
      'invalid_request',
    ]);
  });
});

test('a school merged into another keeps classes, people and foreign ids, and its new administrators reach them', async () => {
  await setDay('2026-11-18');
  const { orgId: countyId } = await aCounty(db);
  const [small, big] = [await aSchool(db, { parentId: countyId }), await aSchool(db, { parentId: countyId })];
  const grade = await anOrg(db, { kind: 'grade', parentId: small.orgId });
  const { classId } = await aClass(db, { schoolId: small.orgId, orgId: grade.orgId });
  const { personId } = await aPupil(db, { schoolId: small.orgId, classId });
  await db
    .insertInto('external_ids')
    .values([
      { source: 'oneroster', kind: 'user', external_id: 'sid-7', entity_id: personId },
      { source: 'oneroster', kind: 'org', external_id: 'org-7', entity_id: small.orgId },
    ])
    .execute();
  const teacher = await aStaff(db, { orgId: small.orgId, role: 'classTeacher' });
  const admin = await aStaff(db, { orgId: big.orgId, role: 'schoolAdmin' });
  const headers = await signedInAs(db, admin.accountId, admin);
  const classes = () => app.inject({ url: `/api/orgs/${small.orgId}/classes`, headers });
  expect((await classes()).statusCode).toBe(404);
  const answer = await decide(await officerAt(countyId), small.orgId, {
    parentId: big.orgId,
    fromDay: '2026-11-18',
    isMerge: true,
  });
  expect(answer.statusCode).toBe(201);
  expect((await classes()).json().classes).toHaveLength(1);
  expect(
    (await app.inject({ url: `/api/orgs/${big.orgId}/units?text=${small.code}`, headers })).json().units,
  ).toMatchObject([{ id: small.orgId, before: { isMerge: true } }]);
  expect((await signedInAs(db, teacher.accountId, teacher))['nol-appointment']).toBe(teacher.appointmentId);
  const kept = await sql<{ found: number }>`
    SELECT count(*)::int AS found FROM external_ids x
    WHERE x.source = 'oneroster' AND (x.entity_id = ${small.orgId} OR x.entity_id IN (
      SELECT e.person_id FROM enrollments e JOIN classes c ON c.id = e.class_id WHERE c.school_id = ${small.orgId}))`.execute(
    db,
  );
  expect(kept.rows[0]?.found).toBe(2);
  expect(await parentOn(small.orgId, '2026-11-17')).toBe(countyId);
  expect(await parentOn(small.orgId, '2026-11-18')).toBe(big.orgId);
});

test('hundreds of random operations by officers of many units leave the tree the small model has', async () => {
  const counts = { done: 0, refused: 0, hidden: 0 };
  await fc.assert(
    fc.asyncProperty(
      operations({ length: 50 }),
      fc.infiniteStream(fc.nat()),
      async ({ units, steps }, who) => {
        const model = aTreeModel(units);
        await setDay(model.dayText(model.today()));
        const ids: string[] = [];
        for (const { kind, parent } of units)
          ids.push((await anOrg(db, { kind, parentId: parent === null ? null : ids[parent]! })).orgId);
        const numbers = new Map(ids.map((id, n) => [id, n]));
        // The whole city decides most; one of its counties the rest.
        const officers = [await officerAt(ids[0]!), await officerAt(ids[1]!)];
        for (const step of steps) {
          const officer = who.next().value % 4 === 0 ? 1 : 0;
          const manages = (n: number | null) => n !== null && model.above(n).includes(officer);
          if (step.what === 'nextDay') {
            model.take(step);
            await setDay(model.dayText(model.today()));
            await runJob('orgs.moveDue');
          } else {
            const fromDay = model.dayText(model.today() + step.inDays);
            const target = step.what === 'takeBack' ? step.unit : step.to;
            const sources = model.sourcesOf(step);
            const isHidden =
              !manages(step.unit) || !manages(target) || (step.what === 'takeBack' && sources === null);
            const isOutOfReach = !isHidden && (sources ?? []).some((source) => !manages(source));
            const expected = isHidden ? 'not_found' : isOutOfReach ? 'org_move_source' : model.take(step);
            const headers = officers[officer]!;
            const answer =
              step.what === 'takeBack'
                ? await takeBack(headers, ids[step.unit]!, fromDay)
                : await decide(headers, ids[step.unit]!, {
                    parentId: ids[step.to]!,
                    fromDay,
                    isMerge: step.what === 'merge',
                  });
            expect(answer.statusCode < 300 ? 'done' : answer.json().code).toBe(expected);
            counts[expected === 'done' ? 'done' : isHidden ? 'hidden' : 'refused'] += 1;
          }
          const { rows } = await sql<{
            day: string;
            orgId: string;
            parentId: string | null;
            isPathRight: boolean;
          }>`
          SELECT d::date::text AS day, t.org_id AS "orgId", t.parent_id AS "parentId",
            d::date <> ${model.dayText(model.today())}::date OR (o.parent_id IS NOT DISTINCT FROM t.parent_id
              AND o.path = coalesce(p.path, '') || replace(o.id::text, '-', '')::ltree) AS "isPathRight"
          FROM generate_series(${model.dayText(0)}::date, ${model.dayText(29)}::date, interval '1 day') d,
            LATERAL org_tree(d::date) t JOIN orgs o ON o.id = t.org_id LEFT JOIN orgs p ON p.id = o.parent_id
          WHERE t.org_id = ANY (${ids}::uuid[])`.execute(db);
          const shown = new Map(rows.map((row) => [`${row.day} ${numbers.get(row.orgId)}`, row]));
          for (const day of model.days()) {
            for (const n of units.keys()) {
              const row = shown.get(`${model.dayText(day)} ${n}`);
              if (
                String(numbers.get(row?.parentId ?? '') ?? null) !== String(model.parentOn(n, day)) ||
                !row?.isPathRight
              )
                throw new Error(
                  `unit ${n} on day ${day}: ${JSON.stringify(row)}, model ${model.parentOn(n, day)}`,
                );
            }
          }
        }
      },
    ),
    { numRuns: 8 },
  );
  expect(counts.done).toBeGreaterThan(20);
  expect(counts.hidden).toBeGreaterThan(10);
}, 300_000);
