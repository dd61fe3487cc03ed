import { beforeEach, describe, expect, test } from 'vitest';
import { buildTestApp } from '../platform/testing/app.ts';
import { aGuardian, anOrg, aStaff, signedInAs } from '../platform/testing/builders.ts';
import { aPlannedSchool, aSlot, standAt, WEDNESDAY, type PlannedSchool } from './testing/school.ts';

const { app, db, ctx, clock } = await buildTestApp();
await standAt(db, WEDNESDAY);
await clock.refresh(db);

let school: PlannedSchool;
let admin: Record<string, string>;
let key = 0;

async function as(person: { accountId: string; appointmentId?: string }) {
  return signedInAs(db, person.accountId, { appointmentId: person.appointmentId });
}
function fresh(headers: Record<string, string>) {
  return { ...headers, 'idempotency-key': `test-key-${(key += 1)}` };
}
const publish = (weekNo = 13, headers = fresh(admin)) =>
  app.inject({
    method: 'POST',
    url: `/api/schools/${school.schoolId}/weeks/${weekNo}/publications`,
    headers,
    payload: {},
  });
const lessons = () =>
  db
    .selectFrom('lessons')
    .where('school_id', '=', school.schoolId)
    .orderBy('starts_at')
    .selectAll()
    .execute();
const send = (method: 'POST' | 'PATCH' | 'PUT', url: string, payload: object, headers = fresh(admin)) =>
  app.inject({ method, url: `/api${url}`, headers, payload });

beforeEach(async () => {
  school = await aPlannedSchool(db);
  admin = await as(await aStaff(db, { orgId: school.schoolId, role: 'schoolAdmin' }));
});

describe('publishing a week', () => {
  test('makes its lessons with bookings and says whom it touches', async () => {
    await aSlot(db, school);
    await aSlot(db, school, {
      weekday: 4,
      period: 2,
      courseId: school.chinese,
      teacherId: school.shen.personId,
    });
    await aGuardian(db, { schoolId: school.schoolId, pupilIds: [school.pupil.personId] });
    const answer = await publish();
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({
      version: 1,
      report: { added: 2, moved: 0, cancelled: 0, classes: 1, teachers: 2, pupils: 1, families: 1 },
    });
    const [first] = await lessons();
    expect(first).toMatchObject({ school_day: '2026-11-25', period: 1, status: 'planned', week_no: 13 });
    expect(first?.starts_at.toISOString()).toBe('2026-11-25T00:30:00.000Z');
    const booked = await db.selectFrom('bookings').where('lesson_id', '=', first!.id).selectAll().execute();
    expect(booked.map(({ resource_kind }) => resource_kind).sort()).toEqual(['class', 'teacher']);
  });

  test('twice changes nothing, and the same request twice is one publication', async () => {
    await aSlot(db, school);
    const headers = fresh(admin);
    expect((await publish(13, headers)).json()).toMatchObject({ version: 1, report: { added: 1 } });
    expect((await publish(13, headers)).json()).toMatchObject({ version: 1 });
    expect((await publish()).json()).toMatchObject({
      version: 2,
      report: { added: 0, unchanged: 1, classes: 0 },
    });
    expect(await lessons()).toHaveLength(1);
  });

  test('lets who teaches a class see it from then on', async () => {
    await aSlot(db, school, { classId: school.second, teacherId: school.shen.personId });
    const shen = fresh(await as(school.shen));
    const now = { classIds: [school.second], courseTitle: '语文', minutes: 30, mode: 'live' };
    expect((await send('POST', '/lessons/now', now, shen)).statusCode).toBe(403);
    await publish();
    await publish();
    const rows = await db
      .selectFrom('enrollments')
      .where('class_id', '=', school.second)
      .selectAll()
      .execute();
    expect(rows).toMatchObject([
      { person_id: school.shen.personId, role: 'teacher', during: '[2026-09-01,2027-01-23)' },
    ]);
    expect((await send('POST', '/lessons/now', now, fresh(await as(school.shen)))).statusCode).toBe(201);
  });

  test('refuses a teacher in two classes at once and names both lessons', async () => {
    await aSlot(db, school);
    await aSlot(db, school, { classId: school.second, courseId: school.chinese });
    const answer = await publish();
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'teacher_busy']);
    expect(answer.json().detail).toContain('林佳禾');
    expect(answer.json().detail).toContain('五（1）班 数学');
    expect(answer.json().detail).toContain('五（2）班 语文');
    expect(await lessons()).toEqual([]);
  });

  test('a recording leaves its teacher free for another class', async () => {
    await aSlot(db, school);
    await aSlot(db, school, { classId: school.second, mode: 'recording' });
    expect((await publish()).statusCode).toBe(201);
  });

  test('leaves out what is over already and the days off', async () => {
    await aSlot(db, school, { weekday: 2 });
    await aSlot(db, school, { weekday: 6 });
    expect((await publish()).json().report).toMatchObject({ added: 0, tooLate: 1 });
  });

  test('moves, cancels and gives away what the draft changed, across days too', async () => {
    const moved = await aSlot(db, school, { weekday: 3 });
    const gone = await aSlot(db, school, { weekday: 4, courseId: school.chinese });
    const given = await aSlot(db, school, { weekday: 5 });
    await publish();
    const edits = [
      { itemId: moved, weekday: 5, period: 3 },
      { itemId: gone, remove: true },
      { itemId: given, staff: [{ personId: school.shen.personId, duty: 'lead' }] },
    ];
    const edited = await send('POST', `/schools/${school.schoolId}/plan/edits`, {
      weekNo: 13,
      scope: 'week',
      edits,
    });
    expect(edited.statusCode).toBe(200);
    const plan = await app.inject({ url: `/api/schools/${school.schoolId}/plan?weekNo=13`, headers: admin });
    expect(plan.json().changes.map(({ kind }: { kind: string }) => kind)).toEqual([
      'moved',
      'changed',
      'cancelled',
    ]);
    expect((await publish()).json().report).toMatchObject({ added: 0, moved: 1, changed: 1, cancelled: 1 });
    expect((await lessons()).map(({ school_day, status, period }) => [school_day, status, period])).toEqual([
      ['2026-11-25', 'moved', 1],
      ['2026-11-26', 'cancelled', 1],
      ['2026-11-27', 'planned', 1],
      ['2026-11-27', 'planned', 3],
    ]);
    const changes = await db
      .selectFrom('plan_changes')
      .where('school_id', '=', school.schoolId)
      .selectAll()
      .execute();
    expect(changes.map(({ kind }) => kind).sort()).toEqual(['cancelled', 'moved', 'substituted']);
    const next = await app.inject({ url: `/api/schools/${school.schoolId}/plan?weekNo=14`, headers: admin });
    expect(next.json().slots).toHaveLength(3);
  });

  test('is refused to a teacher, hidden from another school, and needs a week of the term', async () => {
    const teacher = await as(school.lin);
    expect((await publish(13, fresh(teacher))).statusCode).toBe(403);
    const stranger = await as(await aStaff(db, { orgId: (await anOrg(db)).orgId, role: 'schoolAdmin' }));
    expect((await publish(13, fresh(stranger))).statusCode).toBe(404);
    expect((await publish(40)).json()).toMatchObject({ status: 422, code: 'week_outside_term' });
    expect((await publish(41)).statusCode).toBe(400);
    expect((await publish(13, fresh({}))).statusCode).toBe(401);
  });
});

describe('editing the draft', () => {
  test('two slots swap in one edit; one alone on a used place is refused in words', async () => {
    const maths = await aSlot(db, school, { period: 1 });
    const chinese = await aSlot(db, school, {
      period: 2,
      courseId: school.chinese,
      teacherId: school.shen.personId,
    });
    const url = `/schools/${school.schoolId}/plan/edits`;
    const alone = await send('POST', url, {
      weekNo: 13,
      scope: 'all',
      edits: [{ itemId: maths, period: 2 }],
    });
    expect([alone.statusCode, alone.json().code]).toEqual([409, 'class_busy_in_plan']);
    expect(alone.json().detail).toContain('五（1）班 数学');
    const edits = [
      { itemId: maths, period: 2 },
      { itemId: chinese, period: 1 },
    ];
    expect((await send('POST', url, { weekNo: 13, scope: 'all', edits })).statusCode).toBe(200);
  });

  test('an edit of one week splits the slot, and taking it back joins it again', async () => {
    const itemId = await aSlot(db, school);
    const url = `/schools/${school.schoolId}/plan/edits`;
    await send('POST', url, { weekNo: 13, scope: 'week', edits: [{ itemId, period: 4 }] });
    const parts = await db.selectFrom('plan_items').where('origin_id', '=', itemId).selectAll().execute();
    expect(parts.map(({ weeks, period }) => [weeks.length, period]).sort()).toEqual([
      [1, 4],
      [19, 1],
    ]);
    const split = parts.find(({ period }) => period === 4)!;
    await send('POST', url, { weekNo: 13, scope: 'week', edits: [{ itemId: split.id, period: 1 }] });
    const joined = await db.selectFrom('plan_items').where('origin_id', '=', itemId).selectAll().execute();
    expect(joined.map(({ weeks }) => weeks.length)).toEqual([20]);
  });

  test('a period without a bell, a stranger as teacher and another school’s slot are refused', async () => {
    const itemId = await aSlot(db, school);
    const other = await aPlannedSchool(db);
    const foreign = await aSlot(db, other);
    const url = `/schools/${school.schoolId}/plan/edits`;
    const edit = async (edits: object[]) =>
      (await send('POST', url, { weekNo: 13, scope: 'week', edits })).json().code;
    expect(await edit([{ itemId, period: 9 }])).toBe('no_such_period');
    expect(await edit([{ itemId, staff: [{ personId: other.lin.personId, duty: 'lead' }] }])).toBe(
      'not_staff_of_school',
    );
    expect(await edit([{ itemId: foreign, period: 2 }])).toBe('slot_not_found');
    expect(await edit([{ itemId, mode: 'telepathy' }])).toBe('mode_unknown');
    expect(await edit([{ itemId, mode: 'external', modeParams: { link: 'javascript:alert(1)' } }])).toBe(
      'invalid_request',
    );
  });

  test('a new slot is added once', async () => {
    const slot = {
      courseId: school.maths,
      weekday: 5,
      period: 2,
      periodTo: 2,
      weeks: [13],
      mode: 'live',
      modeParams: {},
      classroomName: '五楼机房',
      audiences: [{ classId: school.first, ownTeacherId: null }],
      staff: [{ personId: school.lin.personId, duty: 'lead' }],
    };
    const headers = fresh(admin);
    const url = `/schools/${school.schoolId}/plan/slots`;
    const first = await send('POST', url, slot, headers);
    expect(first.statusCode).toBe(201);
    expect((await send('POST', url, slot, headers)).json()).toEqual(first.json());
    expect((await send('POST', url, { ...slot, courseId: school.first })).json().code).toBe(
      'course_of_other_school',
    );
    const taken = {
      ...slot,
      audiences: [{ classId: school.second, ownTeacherId: null }],
      staff: [{ personId: school.shen.personId, duty: 'lead' }],
    };
    expect((await send('POST', url, taken)).json().code).toBe('classroom_busy_in_plan');
  });
});

describe('one published lesson', () => {
  async function published() {
    await aSlot(db, school, { period: 2 });
    await aSlot(db, school, { period: 3, courseId: school.chinese, teacherId: school.shen.personId });
    await publish();
    const [maths, chinese] = await lessons();
    return { maths: maths!, chinese: chinese! };
  }
  const urlOf = (lesson: { school_day: string; id: string }) => `/lessons/${lesson.school_day}/${lesson.id}`;

  test('moves to another day, leaves its trace, tells those it touches, and the next publication leaves it there', async () => {
    const { maths } = await published();
    const told: unknown[] = [];
    ctx.bus.subscribe('lesson.changed', (message) => void told.push(message));
    const answer = await send('POST', `${urlOf(maths)}/moves`, {
      to: { day: '2026-11-26', period: 4 },
      reason: '停电',
    });
    expect(answer.json()).toMatchObject({ day: '2026-11-26' });
    expect(told).toEqual([answer.json()]);
    const rows = await lessons();
    expect(rows.find(({ id }) => id === maths.id)).toMatchObject({
      status: 'moved',
      moved_to_day: '2026-11-26',
    });
    expect(rows.find(({ school_day }) => school_day === '2026-11-26')).toMatchObject({
      period: 4,
      moved_from_id: maths.id,
      changed_by_hand: true,
    });
    const [change] = await db
      .selectFrom('plan_changes')
      .where('lesson_id', '=', maths.id)
      .selectAll()
      .execute();
    expect(change).toMatchObject({
      kind: 'moved',
      reason: '停电',
      class_ids: [school.first],
      staff_ids: [school.lin.personId],
    });
    expect((await publish()).json().report).toMatchObject({ added: 0, moved: 0, unchanged: 2 });
  });

  test('swaps with another one of the day', async () => {
    const { maths, chinese } = await published();
    const swapWith = { day: chinese.school_day, lessonId: chinese.id };
    expect((await send('POST', `${urlOf(maths)}/moves`, { to: null, swapWith })).statusCode).toBe(200);
    const rows = await lessons();
    expect(rows.find(({ id }) => id === maths.id)?.period).toBe(3);
    expect(rows.find(({ id }) => id === chinese.id)?.period).toBe(2);
  });

  test('does not move onto a used hour, a day off, before the term or into the past', async () => {
    const { maths } = await published();
    const codeOf = async (to: object) => (await send('POST', `${urlOf(maths)}/moves`, { to })).json().code;
    expect(await codeOf({ day: '2026-11-25', period: 3 })).toBe('class_busy');
    expect(await codeOf({ day: '2026-11-28', period: 1 })).toBe('not_a_school_day');
    expect(await codeOf({ day: '2026-08-31', period: 1 })).toBe('before_term');
    expect(await codeOf({ day: '2026-11-24', period: 1 })).toBe('in_the_past');
    expect(await codeOf({ day: '2026-11-26', period: 9 })).toBe('no_such_period');
    expect((await lessons()).find(({ id }) => id === maths.id)).toMatchObject({ period: 2, version: 1 });
  });

  test('is cancelled, is restored, and not restored when the hour is used by then', async () => {
    const { maths, chinese } = await published();
    await send('POST', `${urlOf(maths)}/cancellation`, { reason: '老师生病' });
    expect((await lessons()).find(({ id }) => id === maths.id)?.status).toBe('cancelled');
    expect(await db.selectFrom('bookings').where('lesson_id', '=', maths.id).execute()).toEqual([]);
    expect((await send('POST', `${urlOf(maths)}/cancellation`, {})).json().code).toBe('lesson_not_standing');
    expect((await send('POST', `${urlOf(maths)}/restoration`, {})).statusCode).toBe(200);
    await send('POST', `${urlOf(maths)}/cancellation`, {});
    await send('POST', `${urlOf(chinese)}/moves`, { to: { day: maths.school_day, period: 2 } });
    expect((await send('POST', `${urlOf(maths)}/restoration`, {})).json().code).toBe('class_busy');
  });

  test('is taught by a substitute who is free, and by nobody who is busy or of another school', async () => {
    const { maths } = await published();
    await aSlot(db, school, { period: 2, classId: school.second, teacherId: school.shen.personId });
    await publish();
    const substitute = async (personId: string) =>
      (await send('POST', `${urlOf(maths)}/substitution`, { personId })).json();
    expect(await substitute(school.shen.personId)).toMatchObject({ code: 'teacher_busy' });
    const other = await aPlannedSchool(db);
    expect(await substitute(other.lin.personId)).toMatchObject({ code: 'not_staff_of_school' });
    const free = await aStaff(db, { orgId: school.schoolId, role: 'teacher' });
    expect(await substitute(free.personId)).toMatchObject({ lessonId: maths.id });
    const staff = await db
      .selectFrom('lesson_staff')
      .where('lesson_id', '=', maths.id)
      .select('person_id')
      .execute();
    expect(staff).toEqual([{ person_id: free.personId }]);
  });

  test('gets its topic and link from its own teacher, from no other', async () => {
    const { maths } = await published();
    const lin = await as(school.lin);
    const link = { mode: 'external', modeParams: { link: 'https://meeting.example.org/1' } };
    expect(
      (await send('PATCH', urlOf(maths), { topic: '一元一次方程', ...link }, fresh(lin))).statusCode,
    ).toBe(200);
    expect((await lessons()).find(({ id }) => id === maths.id)).toMatchObject({
      topic: '一元一次方程',
      mode: 'external',
    });
    const shen = await as(school.shen);
    expect((await send('PATCH', urlOf(maths), { topic: 'x' }, fresh(shen))).statusCode).toBe(403);
    expect((await send('POST', `${urlOf(maths)}/cancellation`, {}, fresh(lin))).statusCode).toBe(403);
    expect((await send('PATCH', urlOf(maths), { mode: 'external', modeParams: {} })).json().code).toBe(
      'link_missing',
    );
  });
});

describe('a lesson at once', () => {
  const payload = (classIds: string[]) => ({ classIds, courseTitle: '数学', minutes: 30, mode: 'live' });

  test('begins now for a class of one’s own', async () => {
    const lin = await as(school.lin);
    const answer = await send('POST', '/lessons/now', payload([school.first]), fresh(lin));
    expect(answer.statusCode).toBe(201);
    expect((await lessons())[0]).toMatchObject({
      school_day: '2026-11-25',
      period: null,
      course_id: school.maths,
    });
  });

  test('is refused before the planned first day of the term', async () => {
    const lin = await as(school.lin);
    await standAt(db, new Date('2026-08-31T02:00:00Z'));
    await clock.refresh(db);
    const answer = await send('POST', '/lessons/now', payload([school.first]), fresh(lin));
    await standAt(db, WEDNESDAY);
    await clock.refresh(db);
    expect([answer.statusCode, answer.json().code]).toEqual([422, 'before_term']);
    expect(answer.json().detail).toContain('2026-09-01');
    expect(await lessons()).toEqual([]);
  });

  test('is refused for a class one does not teach, while the class has a lesson, and for nobody', async () => {
    const lin = await as(school.lin);
    expect(
      (await send('POST', '/lessons/now', payload([school.first, school.second]), fresh(lin))).statusCode,
    ).toBe(403);
    expect((await send('POST', '/lessons/now', payload([]), fresh(lin))).statusCode).toBe(400);
    await send('POST', '/lessons/now', payload([school.first]), fresh(lin));
    expect((await send('POST', '/lessons/now', payload([school.first]))).json().code).toBe('class_busy');
  });
});
