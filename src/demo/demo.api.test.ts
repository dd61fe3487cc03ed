// A county of 3,000 for a week is real work; the time limits only catch a hang.
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { operatorActor } from '../platform/actor.ts';
import { buildTestApp } from '../platform/testing/app.ts';
import { aClass, aPupil, aSchool } from '../platform/testing/builders.ts';
import { fillPast } from './history.ts';
import { loadDemo, removeDemo } from './service.ts';

const { app, db, ctx, clock, runJob } = await buildTestApp();
const browser = { 'nol-client': 'test' };

async function rowsByTable(): Promise<Record<string, number>> {
  const { rows } = await sql<{ name: string }>`
    SELECT relname AS name FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1
  `.execute(db);
  const counts: Record<string, number> = {};
  for (const { name } of rows) {
    const counted = await sql<{ n: number }>`SELECT count(*)::int AS n FROM ${sql.table(name)}`.execute(db);
    counts[name] = counted.rows[0]?.n ?? 0;
  }
  return counts;
}

// One story in order: an empty cell, the demo in use, and nothing of it afterwards.
const before = await rowsByTable();

test('the demo county fits every constraint, and every pupil has a named adult', async () => {
  await loadDemo(ctx, operatorActor());
  const { rows } = await sql<{ pupils: number; gaps: number }>`
    SELECT count(*)::int AS pupils, count(*) FILTER (WHERE adult_id IS NULL)::int AS gaps FROM named_adults('2026-11-25')
  `.execute(db);
  expect(rows[0]?.pupils).toBeGreaterThan(2_800);
  expect(rows[0]?.gaps).toBe(0);
}, 60_000);

test('every guardian can be called at a number that reaches nobody', async () => {
  const { rows } = await sql<{ guardians: number; numbers: number; tails: number }>`
    SELECT (SELECT count(DISTINCT guardian_id)::int FROM guardianships) AS guardians,
      (SELECT count(*)::int FROM contacts) AS numbers, (SELECT count(DISTINCT tail)::int FROM contacts) AS tails
  `.execute(db);
  expect(rows[0]?.guardians).toBeGreaterThan(2_000);
  expect(rows[0]).toMatchObject({ numbers: rows[0]?.guardians, tails: rows[0]?.guardians });
});

test('its clock stands in a school morning', async () => {
  await clock.refresh(db);
  const local = ctx.now().toLocaleString('sv-SE', { timeZone: 'Asia/Shanghai' });
  expect(local.slice(11, 13)).toMatch(/1[01]/);
  expect(local.slice(0, 10)).toBe('2026-11-25');
});

test('a server that stops leaves the rest of the past to its next start', async () => {
  await fillPast(ctx, AbortSignal.abort());
  const { rows } = await sql<{ n: number }>`
    SELECT count(*)::int AS n FROM school_days WHERE closed_at IS NOT NULL`.execute(db);
  expect(rows[0]?.n).toBe(0);
});

test('the days before have facts, closed books and follow-ups with an adult each', async () => {
  await runJob('demo.past');
  const { rows } = await sql<{
    closed: number;
    facts: number;
    follow_ups: number;
    nobody: number;
    reached: number;
  }>`
    SELECT (SELECT count(*)::int FROM school_days WHERE closed_at IS NOT NULL) AS closed,
      (SELECT count(*)::int FROM facts) AS facts,
      (SELECT count(*)::int FROM follow_ups) AS follow_ups,
      (SELECT count(*)::int FROM follow_ups WHERE adult_id IS NULL) AS nobody,
      (SELECT count(*)::int FROM reach_days WHERE school_day = '2026-11-24' AND state = 'reached') AS reached
  `.execute(db);
  expect(rows[0]).toMatchObject({ closed: 30, nobody: 0 });
  expect(rows[0]?.facts).toBeGreaterThan(50_000);
  expect(rows[0]?.follow_ups).toBeGreaterThan(20);
  expect(rows[0]?.reached).toBeGreaterThan(2_700);
}, 400_000);

test('lessons of this moment are under way but those a visitor can teach, and end as they ran', async () => {
  const stand = (time: string) =>
    sql`UPDATE clock SET clock_offset = (${'2026-11-25'}::date + ${time}::time) AT TIME ZONE 'Asia/Shanghai' - clock_timestamp()`.execute(
      db,
    );
  const runs = async () => {
    const { rows } = await sql<{ status: string; n: number; entered: number; present: number }>`
      SELECT l.status, count(DISTINCT l.id)::int AS n, count(e.person_id)::int AS entered,
        count(*) FILTER (WHERE x.state IN ('present', 'late', 'leftEarly'))::int AS present
      FROM lessons l
      LEFT JOIN expectation_cards x ON x.school_day = l.school_day AND x.planned_id = l.id
      LEFT JOIN room_entries e ON e.school_day = l.school_day AND e.lesson_id = l.id AND e.person_id = x.person_id
      WHERE l.school_day = '2026-11-25' AND (l.starts_at AT TIME ZONE 'Asia/Shanghai')::time BETWEEN '10:05' AND '10:30'
      GROUP BY l.status`.execute(db);
    return new Map(rows.map((row) => [row.status, row]));
  };
  await stand('10:40');
  await clock.refresh(db);
  await runJob('demo.running');
  await runJob('demo.running');
  await runJob('reach.recount');
  const during = await runs();
  expect(during.get('live')?.n).toBeGreaterThan(30);
  expect(during.get('planned')?.n).toBeGreaterThan(0);
  expect(during.get('planned')?.entered).toBe(0);
  expect(during.get('live')?.entered).toBeGreaterThan(900);
  expect(during.get('live')?.present).toBe(during.get('live')?.entered);
  await stand('11:00');
  await clock.refresh(db);
  await runJob('demo.past');
  const after = await runs();
  expect(after.get('live')).toBeUndefined();
  expect(after.get('ended')?.present).toBeGreaterThanOrEqual(during.get('live')?.present ?? 0);
}, 120_000);

test('loading it again changes nothing', async () => {
  const counts = await rowsByTable();
  expect(await loadDemo(ctx, operatorActor())).toMatchObject({ loaded: false });
  expect(await rowsByTable()).toEqual(counts);
});

test('from this machine every listed role is entered with one tap', async () => {
  const list = await app.inject({ url: '/api/demo' });
  expect(list.json().entries.map(({ kind }: { kind: string }) => kind)).toEqual([
    'pupil',
    'guardian',
    'teacher',
    'classTeacher',
    'schoolAdmin',
    'principal',
    'bureauOfficer',
    'counsellor',
  ]);
  for (const { loginName } of list.json().entries) {
    const entered = await app.inject({
      method: 'POST',
      url: '/api/demo/enter',
      headers: browser,
      payload: { loginName },
    });
    expect(entered.statusCode).toBe(200);
  }
});

test('from another machine there is nothing to enter, and a real account is never entered', async () => {
  const afar = { remoteAddress: '192.0.2.7' };
  expect((await app.inject({ url: '/api/demo', ...afar })).json().entries).toEqual([]);
  const payload = { loginName: 'qscz-t001' };
  expect(
    (await app.inject({ method: 'POST', url: '/api/demo/enter', headers: browser, payload, ...afar }))
      .statusCode,
  ).toBe(404);
  const proxied = { ...browser, 'x-forwarded-for': '127.0.0.1' };
  expect(
    (await app.inject({ method: 'POST', url: '/api/demo/enter', headers: proxied, payload })).statusCode,
  ).toBe(404);
  const school = await aSchool(db);
  const { classId } = await aClass(db, { schoolId: school.orgId });
  const pupil = await aPupil(db, { schoolId: school.orgId, classId });
  const real = await db
    .selectFrom('accounts')
    .select('login_name')
    .where('id', '=', pupil.accountId)
    .executeTakeFirstOrThrow();
  const entered = await app.inject({
    method: 'POST',
    url: '/api/demo/enter',
    headers: browser,
    payload: { loginName: real.login_name },
  });
  expect(entered.statusCode).toBe(404);
});

test('removing the demo leaves nothing of it, keeps the real school, and time is real again', async () => {
  const realBefore = { orgs: 1, persons: 1, accounts: 1, classes: 1, enrollments: 1, course_groups: 1 };
  await removeDemo(ctx, operatorActor());
  const { holidays, audit_lines: lines, audit_seals: _after, ...after } = await rowsByTable();
  const { holidays: _none, audit_lines: _lines, audit_seals: _seals, ...empty } = before;
  expect(after).toEqual({ ...empty, ...realBefore });
  // What was done stays in the audit, which nothing is ever taken out of; names were never in it.
  expect(lines).toBeGreaterThan(0);
  // Public holidays are the State Council's, not the demo's.
  expect(holidays).toBeGreaterThan(0);
  await clock.refresh(db);
  expect(Math.abs(ctx.now().getTime() - Date.now())).toBeLessThan(60_000);
}, 120_000);
