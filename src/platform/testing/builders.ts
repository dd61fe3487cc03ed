import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Db } from '../database.ts';
import type { OrgKind } from '../../orgs/tables.ts';
import type { AppointmentRole } from '../../people/roles.ts';
import type { EnrollmentRole } from '../../courses/tables.ts';

// Builders give valid rows; a test states only what matters to it. Names are invented.

let serial = 0;
const next = (): number => (serial += 1);
const since2020 = '[2020-01-01,)';

export interface BuiltOrg {
  readonly orgId: string;
  readonly code: string;
}

export async function anOrg(
  db: Db,
  {
    kind = 'school',
    parentId = null,
    code = `o${next()}`,
    name = `单位${serial}`,
    isDemo = false,
  }: { kind?: OrgKind; parentId?: string | null; code?: string; name?: string; isDemo?: boolean } = {},
): Promise<BuiltOrg> {
  const { id } = await db
    .insertInto('orgs')
    .values({ kind, parent_id: parentId, code, name, sealed_at: null, is_demo: isDemo } as never)
    .returning('id')
    .executeTakeFirstOrThrow();
  return { orgId: id, code };
}

export const aCounty = (db: Db, options: { parentId?: string; name?: string } = {}) =>
  anOrg(db, { kind: 'county', ...options });
export const aSchool = (db: Db, options: { parentId?: string; name?: string; code?: string } = {}) =>
  anOrg(db, { kind: 'school', ...options });

export async function aPerson(
  db: Db,
  { orgId, name = `人${next()}`, number = `n${next()}` }: { orgId: string; name?: string; number?: string },
): Promise<{ personId: string; accountId: string }> {
  const { id: personId } = await db
    .insertInto('persons')
    .values({ home_org_id: orgId, number, name, under14_until: null, sex: null })
    .returning('id')
    .executeTakeFirstOrThrow();
  const { id: accountId } = await db
    .insertInto('accounts')
    .values({
      person_id: personId,
      login_name: `login${next()}`,
      password_hash: null,
      status: 'active',
      totp_cipher: null,
      totp_last_step: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { personId, accountId };
}

/** A member of staff with one appointment. */
export async function aStaff(
  db: Db,
  {
    orgId,
    role,
    name,
    during = since2020,
  }: { orgId: string; role: AppointmentRole; name?: string; during?: string },
): Promise<{ personId: string; accountId: string; appointmentId: string }> {
  const person = await aPerson(db, { orgId, ...(name ? { name } : {}) });
  const { id: appointmentId } = await db
    .insertInto('appointments')
    .values({ person_id: person.personId, org_id: orgId, role, during })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { ...person, appointmentId };
}

export const aTeacher = (db: Db, options: { orgId: string; name?: string }) =>
  aStaff(db, { role: 'teacher', ...options });

/** A homeroom class by default; give `courseTitle` for a scheduled one. */
export async function aClass(
  db: Db,
  {
    schoolId,
    name = `七（${next()}）班`,
    courseTitle,
    yearGroup = '7',
    orgId = schoolId,
  }: { schoolId: string; name?: string; courseTitle?: string; yearGroup?: string; orgId?: string },
): Promise<{ classId: string; courseId: string | null }> {
  const courseId =
    courseTitle === undefined
      ? null
      : (
          await db
            .insertInto('courses')
            .values({ school_id: schoolId, code: `c${next()}`, title: courseTitle, subject: null })
            .returning('id')
            .executeTakeFirstOrThrow()
        ).id;
  const { id: classId } = await db
    .insertInto('classes')
    .values({
      school_id: schoolId,
      org_id: orgId,
      kind: courseId ? 'scheduled' : 'homeroom',
      name,
      course_id: courseId,
      term_id: null,
      year_group: yearGroup,
      class_no: null,
      during: since2020,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await db.insertInto('course_groups').values({ class_id: classId }).execute();
  return { classId, courseId };
}

export async function enroll(
  db: Db,
  {
    personId,
    classId,
    role = 'pupil',
    isHome = role === 'pupil',
    during = since2020,
  }: { personId: string; classId: string; role?: EnrollmentRole; isHome?: boolean; during?: string },
): Promise<void> {
  await db
    .insertInto('enrollments')
    .values({ person_id: personId, class_id: classId, role, is_home: isHome, during })
    .execute();
}

/** A pupil in a home class. */
export async function aPupil(
  db: Db,
  { schoolId, classId, name, number }: { schoolId: string; classId: string; name?: string; number?: string },
): Promise<{ personId: string; accountId: string }> {
  const person = await aPerson(db, {
    orgId: schoolId,
    ...(name ? { name } : {}),
    ...(number ? { number } : {}),
  });
  await enroll(db, { personId: person.personId, classId });
  return person;
}

export async function aGuardian(
  db: Db,
  { schoolId, pupilIds, name }: { schoolId: string; pupilIds: string[]; name?: string },
) {
  const guardian = await aPerson(db, { orgId: schoolId, ...(name ? { name } : {}) });
  for (const pupilId of pupilIds) {
    await db
      .insertInto('guardianships')
      .values({ pupil_id: pupilId, guardian_id: guardian.personId, during: since2020 })
      .execute();
  }
  return guardian;
}

/**
 * Headers of a signed-in person for `app.inject`.
 *
 * @param appointmentId - the hat the page is opened under; staff only.
 */
export async function signedInAs(
  db: Db,
  accountId: string,
  { appointmentId }: { appointmentId?: string } = {},
): Promise<Record<string, string>> {
  const value = randomBytes(32).toString('base64url');
  await sql`
    INSERT INTO sessions (id_hash, account_id, audience, idle_seconds, expires_at)
    VALUES (${createHash('sha256').update(value).digest()}, ${accountId}, 'staff', 36000, clock_timestamp() + interval '10 hours')
  `.execute(db);
  return {
    cookie: `nol_80=${value}; nol_web=${value}`,
    'nol-client': 'test',
    ...(appointmentId ? { 'nol-appointment': appointmentId } : {}),
  };
}
