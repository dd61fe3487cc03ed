import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { buildTestApp } from './platform/testing/app.ts';
import { aCounty, aGuardian, aPupil, aStaff, enroll, signedInAs } from './platform/testing/builders.ts';
import { sealContact } from './people/contacts.ts';
import { appointmentRoles } from './people/roles.ts';
import { aPublishedLesson } from './rooms/testing/a-lesson.ts';
import { aPlannedSchool, aSlot, standAt, WEDNESDAY } from './timetable/testing/school.ts';

/**
 * Two schools of two counties in one cell: whatever the API offers is asked by everybody of the one about everything
 * of the other (A-01 of the security catalogue). The routes come from the running contract, so a new one is asked, too.
 */
const { app, db, ctx, clock } = await buildTestApp();

type Headers = Record<string, string>;
type Ids = Record<string, string>;
interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly { in: string; name: string; required?: boolean; schema: Schema }[];
  readonly body: { type: string; schema: Schema } | null;
}
interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  /** A list of them: a tuple. */
  readonly items?: Schema | readonly Schema[];
  readonly minItems?: number;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly format?: string;
  readonly pattern?: string;
}

/** Asked about oneself, or guarded by what one knows instead of who one is. */
const ABOUT_ONESELF = new Set([
  'signIn',
  'signOut',
  'readClaim',
  'claim',
  'readSelf',
  'changePassword',
  'beginSecondStep',
  'confirmSecondStep',
  'answerSecondStep',
  'getTeachingDay',
  'getOwnFollowUps',
  // Learners name the child; the staff's own week takes no notice of it.
  'getOwnWeek',
  'getOwnChildren',
  'listFeeds',
  'readFeedCalendar',
  'listDemoEntries',
  'enterDemo',
]);

/** Not found for the school's own people either, because it must have been taught first; `rooms.api.test.ts` does. */
const NEEDS_MORE = new Set(['readPageImage', 'readSealedVoice', 'unsubscribe']);

let tenant: { ids: Ids; insiders: Headers[] };
let strangers: { who: string; headers: Headers }[];
let operations: Operation[];

beforeAll(async () => {
  await standAt(db, WEDNESDAY);
  await clock.refresh(db);
  tenant = await aTenant();
  strangers = await everybodyOfAnotherSchool();
  operations = readOperations();
});

test('whoever is of another school gets nothing, learns nothing and changes nothing, on any route', async () => {
  const before = await fingerprints();
  const leaks: string[] = [];
  for (const operation of operations.filter(({ id }) => !ABOUT_ONESELF.has(id))) {
    for (const { who, headers } of strangers) {
      const answer = await ask(operation, headers, tenant.ids);
      const wanted = who === 'anonymous' ? [401] : [403, 404];
      if (!wanted.includes(answer.statusCode))
        leaks.push(`${operation.id} as ${who}: ${answer.statusCode} ${answer.body.slice(0, 200)}`);
    }
  }
  expect(leaks).toEqual([]);
  expect(await fingerprints()).toEqual(before);
}, 120_000);

test('the same questions are answered to the people of the school itself, so they were the right ones', async () => {
  const refused: string[] = [];
  // Whoever is taken out of the room is refused there from then on.
  const lastly = (id: string) => Number(id === 'removePupil');
  const asked = operations.filter(({ id }) => !ABOUT_ONESELF.has(id));
  for (const operation of asked.toSorted((a, b) => lastly(a.id) - lastly(b.id))) {
    const codes: string[] = [];
    let isAnswered = false;
    for (const headers of tenant.insiders) {
      const answer = await ask(operation, headers, tenant.ids);
      codes.push(`${answer.statusCode}`);
      // A refusal of what was asked comes after the question who asks.
      const isJudged =
        answer.statusCode === 400 && answer.json<{ code: string }>().code !== 'invalid_request';
      isAnswered ||= isJudged || ![400, 401, 403, 404].includes(answer.statusCode);
      if (isAnswered) break;
    }
    if (!isAnswered && !NEEDS_MORE.has(operation.id)) refused.push(`${operation.id}: ${codes.join(' ')}`);
  }
  expect(refused).toEqual([]);
}, 120_000);

/** One school with something of every kind, and the people who may ask for it. */
async function aTenant(): Promise<{ ids: Ids; insiders: Headers[] }> {
  const school = await aPlannedSchool(db);
  const { orgId: countyId } = await aCounty(db);
  await sql`UPDATE orgs SET parent_id = ${countyId} WHERE id = ${school.schoolId}`.execute(db);
  const itemId = await aSlot(db, school);
  const lesson = (startsInMinutes: number) =>
    aPublishedLesson(db, {
      schoolId: school.schoolId,
      courseId: school.maths,
      classIds: [school.first],
      teacherId: school.lin.personId,
      mode: 'live',
      modeParams: {},
      startsInMinutes,
      minutes: 40,
      status: 'planned',
    });
  const { schoolDay, lessonId } = await lesson(-5);
  await sql`UPDATE school_days SET opens_at = app_now() - interval '2 hours' WHERE org_id = ${school.schoolId} AND day = ${schoolDay}::date`.execute(
    db,
  );
  const classTeacher = await aStaff(db, { orgId: school.schoolId, role: 'classTeacher' });
  await enroll(db, { personId: classTeacher.personId, classId: school.first, role: 'classTeacher' });
  const guardian = await aGuardian(db, { schoolId: school.schoolId, pupilIds: [school.pupil.personId] });
  const contact = sealContact(ctx.secrets, '5550100');
  await db
    .insertInto('contacts')
    .values({
      person_id: guardian.personId,
      purpose: 'followUp',
      cipher: contact.cipher,
      key_id: contact.keyId,
      tail: contact.tail,
    })
    .execute();
  const admin = await aStaff(db, { orgId: school.schoolId, role: 'schoolAdmin' });
  const officer = await aStaff(db, { orgId: countyId, role: 'bureauOfficer' });
  const staff = [school.lin, classTeacher, admin, officer];
  const insiders = [
    ...(await Promise.all(
      staff.map(({ accountId, appointmentId }) => signedInAs(db, accountId, { appointmentId })),
    )),
    await signedInAs(db, school.pupil.accountId),
    await signedInAs(db, guardian.accountId),
  ];
  const [teacherHeaders] = insiders as [Headers];
  const joined = await app.inject({
    method: 'POST',
    url: `/api/rooms/${schoolDay}/${lessonId}/join`,
    headers: teacherHeaders,
    payload: {},
  });
  const { logId } = joined.json() as { logId: string };
  const pupilId = school.pupil.personId;
  const made = async (query: ReturnType<typeof sql<{ id: string }>>) => (await query.execute(db)).rows[0]!.id;
  const followUpId = await made(sql<{ id: string }>`
    INSERT INTO follow_ups (person_id, school_id, class_id, origin, adult_id, opened_at, due_at)
    VALUES (${pupilId}, ${school.schoolId}, ${school.first}, 'dayClose', ${classTeacher.personId}, app_now(), app_now() + interval '1 day') RETURNING id`);
  const contestId = await made(sql<{ id: string }>`
    INSERT INTO contests (person_id, school_id, school_day, planned_id, reason, opened_by, opened_at)
    VALUES (${pupilId}, ${school.schoolId}, ${schoolDay}, ${lessonId}, 'deviceFailed', ${guardian.personId}, app_now()) RETURNING id`);
  const rollCallId = randomUUID();
  await sql`INSERT INTO roll_calls (id, school_day, lesson_id, started_by, started_at, until_at)
    VALUES (${rollCallId}, ${schoolDay}, ${lessonId}, ${school.lin.personId}, app_now(), app_now() + interval '1 hour')`.execute(
    db,
  );
  const toldId = randomUUID();
  await sql`INSERT INTO cannot_attend (id, school_day, person_id, reason, told_by, told_at, follow_up_id)
    VALUES (${toldId}, ${schoolDay}, ${pupilId}, 'ill', ${guardian.personId}, app_now(), ${followUpId})`.execute(
    db,
  );
  const sha256 = await ctx.files.put(Buffer.from('no workbook'));
  const importId = await made(sql<{ id: string }>`
    INSERT INTO timetable_imports (school_id, term_id, file_name, file_sha256, report)
    VALUES (${school.schoolId}, ${school.termId}, 'a.xlsx', ${sha256}, '{}') RETURNING id`);
  const draftId = await made(sql<{ id: string }>`
    INSERT INTO roster_drafts (school_id, file_name, read_count, merged_count, created_count, changed_count, unchanged_count,
      leaving_count, must_count, look_count, facts, roster_hash)
    VALUES (${school.schoolId}, 'a.xlsx', 0, 0, 0, 0, 0, 0, 0, 0, '{"format":"xlsx","encoding":null,"sheets":[],"columns":[],"scope":[],"newClasses":[]}', '\\x00') RETURNING id`);
  const ids = {
    orgId: school.schoolId,
    schoolId: school.schoolId,
    parentId: school.schoolId,
    termId: school.termId,
    bellPlanId: school.bellPlanId,
    classId: school.first,
    courseId: school.maths,
    itemId,
    pupilId,
    personId: pupilId,
    for: pupilId,
    adultId: classTeacher.personId,
    toId: classTeacher.personId,
    teacherId: school.shen.personId,
    day: schoolDay,
    schoolDay,
    firstDay: schoolDay,
    lastDay: schoolDay,
    lessonId,
    plannedId: lessonId,
    logId,
    followUpId,
    contestId,
    rollCallId,
    toldId,
    importId,
    draftId,
    weekNo: '14',
    track: 'voice',
    n: '1',
    sha256: createHash('sha256').update('x').digest('hex'),
    key: 'a'.repeat(32),
    guardianId: guardian.personId,
    deputyId: school.lin.personId,
    mode: 'live',
  };
  return { ids, insiders };
}

async function everybodyOfAnotherSchool(): Promise<{ who: string; headers: Headers }[]> {
  const other = await aPlannedSchool(db);
  const { orgId: countyId } = await aCounty(db);
  await sql`UPDATE orgs SET parent_id = ${countyId} WHERE id = ${other.schoolId}`.execute(db);
  const found = [{ who: 'anonymous', headers: { 'nol-client': 'test' } as Headers }];
  for (const role of appointmentRoles) {
    const orgId = role === 'bureauOfficer' || role === 'supervisor' ? countyId : other.schoolId;
    const { accountId, appointmentId, personId } = await aStaff(db, { orgId, role });
    if (role === 'teacher' || role === 'classTeacher')
      await enroll(db, { personId, classId: other.first, role });
    found.push({ who: role, headers: await signedInAs(db, accountId, { appointmentId }) });
  }
  const pupil = await aPupil(db, { schoolId: other.schoolId, classId: other.first });
  const guardian = await aGuardian(db, { schoolId: other.schoolId, pupilIds: [pupil.personId] });
  found.push({ who: 'pupil', headers: await signedInAs(db, pupil.accountId) });
  found.push({ who: 'guardian', headers: await signedInAs(db, guardian.accountId) });
  return found;
}

function readOperations(): Operation[] {
  const document = app.swagger() as unknown as {
    paths: Record<
      string,
      Record<
        string,
        {
          operationId: string;
          parameters?: Operation['parameters'];
          requestBody?: { content: Record<string, { schema: Schema }> };
        }
      >
    >;
  };
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, parameters = [], requestBody }]) => {
      const [content] = Object.entries(requestBody?.content ?? {});
      return {
        id: operationId,
        method: method.toUpperCase(),
        path,
        parameters: parameters.filter((one) => one.in !== 'header'),
        body: content ? { type: content[0], schema: content[1].schema } : null,
      };
    }),
  );
}

function ask(operation: Operation, headers: Headers, ids: Ids) {
  const given = (name: string, schema: Schema) => encodeURIComponent(String(sample(schema, name, ids)));
  let url = operation.path;
  const query: string[] = [];
  for (const { in: place, name, required, schema } of operation.parameters) {
    if (place === 'path') url = url.replace(`{${name}}`, given(name, schema));
    else if (place === 'query' && (required || ids[name] !== undefined))
      query.push(`${name}=${given(name, schema)}`);
  }
  if (query.length > 0) url += `?${query.join('&')}`;
  return app.inject({ method: operation.method as 'GET', url, ...bodyOf(operation, headers, ids) });
}

function bodyOf({ body, method }: Operation, headers: Headers, ids: Ids) {
  const keyed = method === 'GET' ? headers : { ...headers, 'idempotency-key': randomUUID() };
  if (!body) return { headers: keyed };
  if (body.type === 'application/json' && body.schema.type === 'null')
    return { headers: { ...keyed, 'content-type': 'application/json' }, payload: 'null' };
  if (body.type === 'application/json')
    return { headers: keyed, payload: sample(body.schema, '', ids) as object };
  if (body.type !== 'multipart/form-data')
    return { headers: { ...keyed, 'content-type': body.type }, payload: Buffer.from('x') };
  const payload = `--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\n姓名,学号\r\n--b--\r\n`;
  return { headers: { ...keyed, 'content-type': 'multipart/form-data; boundary=b' }, payload };
}

/** A small valid value of a schema, with the other school's ids wherever one is asked for. */
function sample(schema: Schema, name: string, ids: Ids): unknown {
  const known = ids[name];
  if (known !== undefined && schema.type !== 'object')
    return schema.type === 'integer' ? Number(known) : known;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.anyOf)
    return sample(schema.anyOf.find(({ type }) => type !== 'null') ?? schema.anyOf[0]!, name, ids);
  if (schema.type === 'object') {
    const wanted = new Set(schema.required ?? []);
    return Object.fromEntries(
      Object.entries(schema.properties ?? {})
        .filter(([key]) => wanted.has(key))
        .map(([key, value]) => [key, sample(value, key, ids)]),
    );
  }
  if (schema.type === 'array' && Array.isArray(schema.items))
    return schema.items.map((item: Schema) => sample(item, name, ids));
  if (schema.type === 'array')
    return Array.from({ length: Math.max(1, schema.minItems ?? 0) }, () =>
      sample((schema.items as Schema | undefined) ?? {}, name.replace(/Ids$/, 'Id'), ids),
    );
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1;
  if (schema.type === 'boolean') return false;
  if (schema.format === 'uuid') return randomUUID();
  if (schema.format === 'date') return ids['day'];
  if (schema.format === 'time' || schema.pattern?.includes(':')) return '08:05';
  if (schema.format === 'date-time') return new Date(WEDNESDAY).toISOString();
  return 'x'.repeat(Math.max(3, schema.minLength ?? 0));
}

/** What every table holds, without what asking itself writes. */
async function fingerprints(): Promise<Record<string, string>> {
  const { rows } = await sql<{ name: string }>`
    SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.relname NOT IN ('sessions', 'audit_lines', 'audit_seals')
    ORDER BY 1`.execute(db);
  const found: Record<string, string> = {};
  for (const { name } of rows) {
    const { rows: hashed } = await sql<{ hash: string | null }>`
      SELECT md5(string_agg(t::text, E'\n' ORDER BY t::text)) AS hash FROM ${sql.table(name)} t`.execute(db);
    found[name] = hashed[0]?.hash ?? '';
  }
  return found;
}
