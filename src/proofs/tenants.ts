import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { sealContact } from '../people/contacts.ts';
import type { ServerContext } from '../platform/context.ts';
import type { Db } from '../platform/database.ts';
import {
  aCounty,
  aGuardian,
  anOrg,
  aPupil,
  aStaff,
  enroll,
  type BuiltOrg,
} from '../platform/testing/builders.ts';
import { openSchoolDay } from '../reach/school-day.ts';
import { aPublishedLesson } from '../rooms/testing/a-lesson.ts';
import { aPlannedSchool, aSlot, type PlannedSchool } from '../timetable/testing/school.ts';
import type { Ids } from './operations.ts';

/** Stands in every name, topic and note of the school that is asked about, and must not be heard of elsewhere (A-03). */
export const CANARY = '金丝雀';

/** A school that everything can be asked about, with something of every kind. */
export interface Tenant {
  readonly school: PlannedSchool;
  readonly countyId: string;
  readonly departmentId: string;
  readonly classmate: { personId: string; accountId: string };
  /** All lessons of the school that calls name. */
  readonly lessonIds: readonly string[];
  /** What is asked about, by the name a call gives it. */
  readonly ids: Ids;
}

/** @param mark - text that begins every name of the school. */
export async function aTenant(ctx: ServerContext, mark: string): Promise<Tenant> {
  const { db } = ctx;
  const [school, countyId] = await aSchoolInCounty(db);
  const { orgId: departmentId } = await anOrg(db, { kind: 'department', parentId: school.schoolId });
  const classmate = await aPupil(db, { schoolId: school.schoolId, classId: school.first });
  const classTeacher = await aStaff(db, { orgId: school.schoolId, role: 'classTeacher' });
  await enroll(db, { personId: classTeacher.personId, classId: school.first, role: 'classTeacher' });
  const guardian = await aGuardian(db, { schoolId: school.schoolId, pupilIds: [school.pupil.personId] });
  await putNumber(ctx, guardian.personId);
  const lessons = await theLessons(db, school);
  await openSchoolDay(db, { schoolId: school.schoolId, day: lessons.running.schoolDay, now: ctx.now() });
  const { schoolDay, lessonId } = lessons.running;
  const logId = await aLog(db, school.schoolId, lessons.running);
  const cases = await openCases(db, {
    mark,
    school,
    schoolDay,
    lessonId,
    adultId: classTeacher.personId,
    guardianId: guardian.personId,
  });
  const uploads = await theUploads(ctx, school, countyId, mark);
  await markNames(db, school.schoolId, mark);
  return {
    school,
    countyId,
    departmentId,
    classmate,
    lessonIds: [lessonId, lessons.later.lessonId, lessons.cancelled.lessonId],
    ids: {
      orgId: school.schoolId,
      countyId,
      departmentId,
      schoolId: school.schoolId,
      parentId: school.schoolId,
      termId: school.termId,
      bellPlanId: school.bellPlanId,
      classId: school.first,
      courseId: school.maths,
      itemId: await aSlot(db, school),
      pupilId: school.pupil.personId,
      personId: school.pupil.personId,
      adultId: classTeacher.personId,
      deputyId: school.lin.personId,
      teacherId: school.shen.personId,
      linId: school.lin.personId,
      guardianId: guardian.personId,
      day: schoolDay,
      schoolDay,
      firstDay: schoolDay,
      lastDay: schoolDay,
      lessonId,
      laterId: lessons.later.lessonId,
      cancelledId: lessons.cancelled.lessonId,
      logId,
      feedId: await aFeed(ctx, school.lin.personId),
      ...cases,
      ...uploads,
      grantId: await made(
        db,
        sql`INSERT INTO support_grants (org_id, reason, minutes) VALUES (${school.schoolId}, ${mark}, 60) RETURNING id`,
      ),
      weekNo: '14',
      track: 'voice',
      n: '1',
      startMs: '0',
      durationMs: '2000',
      sha256: createHash('sha256').update('x').digest('hex'),
      key: 'a'.repeat(32),
      mode: 'live',
    },
  };
}

async function aSchoolInCounty(db: Db): Promise<[PlannedSchool, string]> {
  const school = await aPlannedSchool(db);
  const { orgId: countyId }: BuiltOrg = await aCounty(db);
  await sql`UPDATE orgs SET parent_id = ${countyId} WHERE id = ${school.schoolId}`.execute(db);
  return [school, countyId];
}

async function putNumber(ctx: ServerContext, personId: string): Promise<void> {
  const { cipher, keyId, tail } = sealContact(ctx.secrets, '5550100');
  await ctx.db
    .insertInto('contacts')
    .values({ person_id: personId, purpose: 'followUp', cipher, key_id: keyId, tail })
    .execute();
}

/** One that runs, one of the afternoon, one that was cancelled. */
async function theLessons(db: Db, school: PlannedSchool) {
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
  const running = await lesson(-5);
  const later = await lesson(240);
  const cancelled = await lesson(300);
  await sql`UPDATE lessons SET status = 'cancelled' WHERE id = ${cancelled.lessonId}`.execute(db);
  await sql`UPDATE lessons SET period = 3, period_to = 3 WHERE id IN (${later.lessonId}, ${cancelled.lessonId})`.execute(
    db,
  );
  await sql`UPDATE school_days SET opens_at = app_now() - interval '2 hours'
    WHERE org_id = ${school.schoolId} AND day = ${running.schoolDay}::date`.execute(db);
  return { running, later, cancelled };
}

async function aLog(
  db: Db,
  schoolId: string,
  { schoolDay, lessonId }: { schoolDay: string; lessonId: string },
): Promise<string> {
  await sql`SELECT ensure_month_partition(name, ${schoolDay}::date)
    FROM unnest(ARRAY['room_entries', 'presence', 'expectations', 'facts', 'reach_days']) name`.execute(db);
  return made(
    db,
    sql`INSERT INTO lesson_logs (school_day, lesson_id, school_id, opened_at, epoch_secret, retention_until)
      VALUES (${schoolDay}, ${lessonId}, ${schoolId}, app_now(), '\\x000102030405060708090a0b0c0d0e0f', '2027-06-01') RETURNING id`,
  );
}

async function openCases(
  db: Db,
  {
    mark,
    school,
    schoolDay,
    lessonId,
    adultId,
    guardianId,
  }: {
    mark: string;
    school: PlannedSchool;
    schoolDay: string;
    lessonId: string;
    adultId: string;
    guardianId: string;
  },
): Promise<Record<'followUpId' | 'contestId' | 'rollCallId' | 'pollId' | 'timerId' | 'toldId', string>> {
  const { personId: pupilId } = school.pupil;
  const followUpId = await made(
    db,
    sql`INSERT INTO follow_ups (person_id, school_id, class_id, origin, adult_id, deputy_id, opened_at, due_at)
      VALUES (${pupilId}, ${school.schoolId}, ${school.first}, 'dayClose', ${adultId}, ${school.lin.personId}, app_now(),
        app_now() + interval '1 day') RETURNING id`,
  );
  await sql`INSERT INTO follow_up_days (follow_up_id, school_day) VALUES (${followUpId}, ${schoolDay})`.execute(
    db,
  );
  await sql`INSERT INTO contact_log (follow_up_id, school_day, by_person_id, means, outcome, note)
    VALUES (${followUpId}, ${schoolDay}, ${adultId}, 'phone', 'noAnswer', ${mark})`.execute(db);
  const contestId = await made(
    db,
    sql`INSERT INTO contests (person_id, school_id, school_day, planned_id, reason, note, opened_by, opened_at)
      VALUES (${pupilId}, ${school.schoolId}, ${schoolDay}, ${lessonId}, 'deviceFailed', ${mark}, ${guardianId}, app_now())
      RETURNING id`,
  );
  const rollCallId = randomUUID();
  await sql`INSERT INTO roll_calls (id, school_day, lesson_id, started_by, started_at, until_at)
    VALUES (${rollCallId}, ${schoolDay}, ${lessonId}, ${school.lin.personId}, app_now(), app_now() + interval '1 hour')`.execute(
    db,
  );
  const pollId = await made(
    db,
    sql`INSERT INTO polls (id, school_day, lesson_id, kind, prompt, options, page_n, asked_by, asked_at, until_at)
      VALUES (gen_random_uuid(), ${schoolDay}, ${lessonId}, 'single', ${mark}, ARRAY[${mark}, ''], 0, ${school.lin.personId},
        app_now(), app_now() + interval '1 hour') RETURNING id`,
  );
  const timerId = randomUUID();
  await sql`INSERT INTO talk_keys (log_id, key, n)
    SELECT id, ${`timer:${timerId}`}, 1 FROM lesson_logs WHERE school_day = ${schoolDay} AND lesson_id = ${lessonId}`.execute(
    db,
  );
  await sql`WITH log AS (
      UPDATE lesson_logs SET talk_n = 1 WHERE school_day = ${schoolDay} AND lesson_id = ${lessonId} RETURNING id)
    INSERT INTO log_tail (log_id, track, n, start_ms, duration_ms, sha256, bytes)
    SELECT id, 3, 1, 0, 0, sha256(line), line FROM log, convert_to(jsonb_build_object('kind', 'chat', 'classId', NULL,
      'id', 'line-of-a-pupil', 'personId', gen_random_uuid(), 'staff', false, 'text', ${mark}::text,
      'at', '2026-11-26T01:00:00.000Z')::text, 'UTF8') line`.execute(db);
  const toldId = await made(
    db,
    sql`INSERT INTO cannot_attend (school_day, person_id, reason, told_by, told_at, follow_up_id)
      VALUES (${schoolDay}, ${pupilId}, 'ill', ${guardianId}, app_now(), ${followUpId}) RETURNING id`,
  );
  return { followUpId, contestId, rollCallId, pollId, timerId, toldId };
}

async function theUploads(
  ctx: ServerContext,
  school: PlannedSchool,
  countyId: string,
  mark: string,
): Promise<Record<'importId' | 'draftId' | 'unitImportId', string>> {
  const sha256 = await ctx.files.put(Buffer.from(`${mark},周一\n`));
  const importId = await made(
    ctx.db,
    sql`INSERT INTO timetable_imports (school_id, term_id, file_name, file_sha256, report)
      VALUES (${school.schoolId}, ${school.termId}, ${`${mark}.csv`}, ${sha256}, '{}') RETURNING id`,
  );
  const draftId = await made(
    ctx.db,
    sql`INSERT INTO roster_drafts (school_id, file_name, read_count, merged_count, created_count, changed_count,
        unchanged_count, leaving_count, must_count, look_count, facts, roster_hash)
      VALUES (${school.schoolId}, ${`${mark}.xlsx`}, 0, 0, 0, 0, 0, 0, 0, 0,
        '{"format":"xlsx","encoding":null,"sheets":[],"columns":[],"scope":"school","newClasses":[]}', '\\x00') RETURNING id`,
  );
  const unitImportId = await made(
    ctx.db,
    sql`INSERT INTO unit_imports (org_id, file_name, file_sha256, report)
      VALUES (${countyId}, ${`${mark}.csv`}, ${sha256}, '{"read":0,"created":0,"changed":0,"unchanged":0,"leaving":0,
        "newDivisions":0,"must":0,"look":0,"problems":[]}') RETURNING id`,
  );
  return { importId, draftId, unitImportId };
}

async function markNames(db: Db, schoolId: string, mark: string): Promise<void> {
  await sql`UPDATE orgs SET name = ${mark} || name WHERE path <@ (SELECT path FROM orgs WHERE id = ${schoolId})`.execute(
    db,
  );
  await sql`UPDATE persons SET name = ${mark} || name WHERE home_org_id = ${schoolId}`.execute(db);
  await sql`UPDATE classes SET name = ${mark} || name WHERE school_id = ${schoolId}`.execute(db);
  await sql`UPDATE courses SET title = ${mark} || title WHERE school_id = ${schoolId}`.execute(db);
  await sql`UPDATE lessons SET topic = ${mark} || topic WHERE school_id = ${schoolId}`.execute(db);
}

async function made(db: Db, query: ReturnType<typeof sql>): Promise<string> {
  const { rows } = await query.execute(db);
  return (rows[0] as { id: string }).id;
}

/** A calendar address of one's own, to be given up. */
export async function aFeed(ctx: ServerContext, personId: string): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    INSERT INTO calendar_feeds (owner_id, kind, secret_hash, secret_cipher, key_id) VALUES
      (${personId}, 'teacher', sha256(uuidv7()::text::bytea), ${ctx.secrets.encrypt('calendar-feed', 'a'.repeat(32)).cipher}, 'k')
    RETURNING id`.execute(ctx.db);
  return rows[0]?.id ?? '';
}
