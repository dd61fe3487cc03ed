import { readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import { ensureSchoolDays } from '../calendar/service.ts';
import { joinClass } from '../courses/service-members.ts';
import { operatorActor } from '../platform/actor.ts';
import { buildTestApp } from '../platform/testing/app.ts';
import { aClass, anOrg, aPupil, aSchool } from '../platform/testing/builders.ts';
import { sharedFile } from '../rosters/testing/shared-data.ts';
import { importMatrix } from '../timetable/service/import-matrix.ts';
import { publishWeekIn } from '../timetable/service/publish.ts';
import { standAt } from '../timetable/testing/school.ts';
import { inventPupils } from '../timetable/testing/university.ts';
import { openSchoolDay } from './school-day.ts';

const { db, ctx, clock } = await buildTestApp();
// Before the first lesson: what has begun is left alone by a publication.
await standAt(db, new Date('2026-11-24T22:30:00Z'));
await clock.refresh(db);

const today = '2026-11-25';
let schoolId: string;

beforeEach(async () => {
  schoolId = (await anOrg(db, { name: '滨海大学' })).orgId;
  const term = { title: '2026—2027 学年第一学期', first_day: '2026-09-07', last_day: '2027-01-17' };
  await db
    .insertInto('terms')
    .values({ org_id: schoolId, ...term, week1_monday: '2026-09-07' })
    .execute();
  await ensureSchoolDays(db, { orgId: schoolId });
});

const importTerm = (bytes: Uint8Array) =>
  importMatrix(ctx, operatorActor(), {
    schoolId,
    fileName: 'term.json',
    bytes,
    dryRun: false,
    createTeachers: true,
  });
const invent = (pupilsPerClass: number) =>
  inventPupils(db, { schoolId, pupilsPerClass, since: '2026-09-01', today });

/** Publishes the week of the day and opens the day. */
async function open(): Promise<void> {
  const { week_no } = await db
    .selectFrom('school_days')
    .select('week_no')
    .where('org_id', '=', schoolId)
    .where('day', '=', today)
    .executeTakeFirstOrThrow();
  await db
    .transaction()
    .execute((trx) =>
      publishWeekIn(trx, operatorActor(), { schoolId, weekNo: week_no ?? 0, now: ctx.now() }),
    );
  expect(await openSchoolDay(db, { schoolId, day: today, now: ctx.now() })).toBe(true);
}

const expected = async (filter = sql`true`) =>
  (
    await sql<{ lessons: number; pupils: number; all: number }>`
      SELECT count(DISTINCT x.planned_id)::int AS lessons, count(DISTINCT x.person_id)::int AS pupils, count(*)::int AS all
      FROM expectations x JOIN lessons l ON l.school_day = x.school_day AND l.id = x.planned_id
      WHERE x.school_day = ${today} AND x.school_id = ${schoolId} AND x.state <> 'cancelled' AND ${filter}
    `.execute(db)
  ).rows[0];

const row = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
  课程名: '线性代数',
  上课地点: '阶梯教室',
  任课老师: '林佳禾',
  上课周期: '1-16周上(2学时)',
  星期: '星期三',
  节次: 1,
  大节: '第1大节',
  ...change,
});
const bytesOf = (rows: unknown) => new TextEncoder().encode(JSON.stringify(rows));

describe('a university', () => {
  test('a lecture of ten merged classes expects three hundred, each once', async () => {
    const rows = [
      ...Array.from({ length: 10 }, () => row()),
      row({ 课程名: '英语', 节次: 3, 任课老师: '许望舒', 上课地点: '' }),
    ];
    expect(await importTerm(bytesOf(rows))).toMatchObject({
      read: 11,
      created: 2,
      merged: 9,
      withProblem: 0,
    });
    expect(await invent(30)).toEqual({ homerooms: 10, pupils: 300, teachingClasses: 11, enrollments: 330 });
    await open();
    expect(await expected(sql`l.period = 1`)).toEqual({ lessons: 1, pupils: 300, all: 300 });
    expect(await expected()).toEqual({ lessons: 2, pupils: 300, all: 330 });
  });

  test('a retaking pupil is expected in the other class’s lesson besides the own ones; one in two of its classes once', async () => {
    // Two classes of one hour, and another hour whose one class the first pupil retakes.
    await importTerm(
      bytesOf([row(), row(), row({ 课程名: '英语', 节次: 3, 任课老师: '许望舒', 上课地点: '2-101' })]),
    );
    await invent(2);
    const classes = await db
      .selectFrom('classes')
      .select(['id', 'name'])
      .where('school_id', '=', schoolId)
      .where('kind', '=', 'scheduled')
      .orderBy('name')
      .execute();
    const [english, first, second] = classes.map(({ id }) => id);
    const pupil = async (classId: string | undefined) =>
      db
        .selectFrom('enrollments as e')
        .innerJoin('persons as p', 'p.id', 'e.person_id')
        .select(['p.id', 'p.number', 'p.name'])
        .where('e.class_id', '=', classId ?? '')
        .orderBy('p.number')
        .executeTakeFirstOrThrow();
    const retaking = await pupil(second);
    const twice = await pupil(first);
    const join = (classId: string | undefined, { number, name }: { number: string; name: string }) =>
      joinClass(ctx, operatorActor(), { classId: classId ?? '', schoolCode: null, number, name });
    await join(english, retaking);
    await join(second, twice);
    await open();
    expect(await expected(sql`x.person_id = ${retaking.id}`)).toEqual({ lessons: 2, pupils: 1, all: 2 });
    expect(await expected(sql`x.person_id = ${twice.id} AND l.period = 1`)).toEqual({
      lessons: 1,
      pupils: 1,
      all: 1,
    });
  });

  test('an exchange pupil is expected here, and counted and answered for at home', async () => {
    await importTerm(bytesOf([row()]));
    await invent(2);
    const home = await aSchool(db, { name: '原校' });
    const { classId } = await aClass(db, { schoolId: home.orgId, name: '交流 1 班' });
    const guest = await aPupil(db, { schoolId: home.orgId, classId, name: '客人', number: 'g1' });
    const lecture = await db
      .selectFrom('classes')
      .select('id')
      .where('school_id', '=', schoolId)
      .where('kind', '=', 'scheduled')
      .executeTakeFirstOrThrow();
    await joinClass(ctx, operatorActor(), {
      classId: lecture.id,
      schoolCode: home.code,
      number: 'g1',
      name: '客人',
    });
    await open();
    expect(await expected(sql`x.person_id = ${guest.personId}`)).toEqual({ lessons: 1, pupils: 1, all: 1 });
    const { rows } = await sql<{ school_id: string }>`
      SELECT school_id FROM named_adults(${today}::date) WHERE person_id = ${guest.personId}
    `.execute(db);
    expect(rows).toEqual([{ school_id: home.orgId }]);
  });
});

const termFile = sharedFile('timetable-cn/tjcu_2016_sessions_a.json');
test.skipIf(termFile === null)(
  'a real term with invented pupils: everybody of every audience is expected once, nobody in two places',
  async () => {
    const bytes = new Uint8Array(readFileSync(termFile ?? ''));
    const report = await importTerm(bytes);
    expect(report.created + report.merged + report.dropped).toBe(report.read);
    const { teachingClasses, enrollments } = await invent(10);
    expect(enrollments).toBe(teachingClasses * 10);
    await open();
    const { rows } = await sql<{ wanted: number; lectures: number }>`
      SELECT (count(*) * 10)::int AS wanted, count(DISTINCT a.lesson_id)::int AS lectures
      FROM lessons l JOIN lesson_audiences a ON a.school_day = l.school_day AND a.lesson_id = l.id
      WHERE l.school_id = ${schoolId} AND l.school_day = ${today}
    `.execute(db);
    const found = await expected();
    expect([found?.all, found?.lessons]).toEqual([rows[0]?.wanted, rows[0]?.lectures]);
    const clashes = await sql`
      SELECT FROM expectations x JOIN lessons l ON l.school_day = x.school_day AND l.id = x.planned_id
      JOIN expectations y ON y.school_day = x.school_day AND y.person_id = x.person_id AND y.planned_id > x.planned_id
      JOIN lessons m ON m.school_day = y.school_day AND m.id = y.planned_id
      WHERE x.school_day = ${today} AND x.school_id = ${schoolId}
        AND tstzrange(l.starts_at, l.ends_at) && tstzrange(m.starts_at, m.ends_at)
    `.execute(db);
    expect(clashes.rows).toEqual([]);
  },
  180_000,
);
