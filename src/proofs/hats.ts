import { sql } from 'kysely';
import type { ServerContext } from '../platform/context.ts';
import { aGuardian, aPerson, aPupil, aStaff, enroll, signedInAs } from '../platform/testing/builders.ts';
import { appointmentRoles, type Relation, type Role } from '../people/roles.ts';
import type { Headers, Ids } from './operations.ts';
import { aFeed, type Tenant } from './tenants.ts';

/**
 * The ways of standing to the one school that everything is asked about. Each is worn by every role that can wear it; what
 * it amounts to is written down here by hand and not asked of the product.
 */
export const staffHatNames = [
  'stranger',
  'inDepartment',
  'atSchool',
  'atCounty',
  'teachesClass',
  'teachesLesson',
  'answersForClass',
  'answersForPupil',
] as const;
export type HatName =
  | (typeof staffHatNames)[number]
  | 'isPupil'
  | 'classmate'
  | 'schoolmate'
  | 'guestInClass'
  | 'parent'
  | 'parentOfClassmate';

/** What a call is about; decides which relations count. */
export type SubjectKind =
  | 'org'
  | 'county'
  | 'class'
  | 'person'
  | 'lesson'
  | 'taughtLesson'
  | 'followUp'
  | 'care'
  | 'contest'
  | 'self';

const none: readonly Relation[] = [];
const atOrg: Readonly<Partial<Record<HatName, readonly Relation[]>>> = {
  inDepartment: ['sameSchool'],
  atSchool: ['sameSchool', 'below'],
  atCounty: ['below'],
  isPupil: ['sameSchool'],
  classmate: ['sameSchool'],
  schoolmate: ['sameSchool'],
};
const inClass: typeof atOrg = {
  ...atOrg,
  teachesClass: ['ownClass'],
  answersForClass: ['ownCare'],
  isPupil: ['ownClass', 'sameSchool'],
  classmate: ['ownClass', 'sameSchool'],
  guestInClass: ['ownClass'],
  parent: ['ownCare'],
  parentOfClassmate: ['ownCare'],
};

/** Relations of a hat to each kind of subject; what is not named is foreign. */
const relationsByKind: Readonly<Record<SubjectKind, typeof atOrg>> = {
  self: {},
  org: atOrg,
  // The unit above the school; who works in the school has nothing to do with it.
  county: { atCounty: ['below'] },
  class: inClass,
  person: {
    ...inClass,
    answersForPupil: ['ownCare'],
    isPupil: ['self', 'ownClass', 'sameSchool'],
    parentOfClassmate: none,
  },
  lesson: { ...inClass, teachesLesson: ['ownClass'] },
  // Its classes do not count: only who teaches this very lesson.
  taughtLesson: { ...atOrg, teachesLesson: ['ownClass'] },
  // Adult and deputy of the case are its staff.
  followUp: { ...atOrg, answersForPupil: ['ownClass'] },
  care: { ...atOrg, answersForPupil: ['ownClass'], answersForClass: ['ownClass'] },
  contest: {
    ...atOrg,
    answersForPupil: ['ownClass'],
    answersForClass: ['ownClass'],
    teachesLesson: ['ownClass'],
  },
};

export function relationsOfHat(hat: HatName, kind: SubjectKind): readonly Relation[] {
  return kind === 'self' ? ['self'] : (relationsByKind[kind][hat] ?? none);
}

export interface Hat {
  readonly role: Role;
  readonly name: HatName;
  /** Makes the person and what ties them to the school. */
  put(): Promise<{ headers: Headers; ids: Ids }>;
}

const since2020 = '[2020-01-01,)';

/**
 * Every role in every way of standing, anonymous included.
 *
 * @param tenant - whose school is asked about. @param other - where strangers are at home.
 */
export function hatsOf(
  ctx: ServerContext,
  { school, ...tenant }: Tenant,
  { school: elsewhere }: Tenant,
): Hat[] {
  const { db } = ctx;
  const staffHats: readonly [HatName, string, ((personId: string) => Promise<unknown>)?][] = [
    ['stranger', elsewhere.schoolId],
    ['inDepartment', tenant.departmentId],
    ['atSchool', school.schoolId],
    ['atCounty', tenant.countyId],
    [
      'teachesClass',
      elsewhere.schoolId,
      (personId) => enroll(db, { personId, classId: school.first, role: 'teacher' }),
    ],
    [
      'teachesLesson',
      elsewhere.schoolId,
      (personId) =>
        sql`INSERT INTO lesson_staff (school_day, lesson_id, person_id, duty)
          SELECT ${tenant.ids['day']}, unnest(${tenant.lessonIds}::uuid[]), ${personId}, 'lead'`.execute(db),
    ],
    [
      'answersForClass',
      elsewhere.schoolId,
      (personId) =>
        sql`INSERT INTO care_duties (class_id, adult_id, during) VALUES (${school.first}, ${personId}, ${since2020})`.execute(
          db,
        ),
    ],
    [
      'answersForPupil',
      elsewhere.schoolId,
      async (personId) => {
        await sql`INSERT INTO care_duties (pupil_id, adult_id, during) VALUES (${school.pupil.personId}, ${personId}, ${since2020})`.execute(
          db,
        );
        await sql`UPDATE follow_ups SET adult_id = ${personId} WHERE id = ${tenant.ids['followUpId']}`.execute(
          db,
        );
      },
    ],
  ];
  const staff = appointmentRoles.flatMap((role) =>
    staffHats.map(([name, orgId, tie]): Hat => ({
      role,
      name,
      async put() {
        const { personId, accountId, appointmentId } = await aStaff(db, { orgId, role });
        await tie?.(personId);
        return {
          headers: await signedInAs(db, accountId, { appointmentId }),
          ids: { feedId: await aFeed(ctx, personId) },
        };
      },
    })),
  );
  const learner = (
    role: 'pupil' | 'guardian',
    name: HatName,
    make: () => Promise<{ personId: string; accountId: string; childId?: string }>,
  ): Hat => ({
    role,
    name,
    async put() {
      const { personId, accountId, childId } = await make();
      return {
        headers: await signedInAs(db, accountId),
        ids: { ...(childId ? { for: childId } : {}), feedId: await aFeed(ctx, personId) },
      };
    },
  });
  const guardianOf = async (pupilId: string, schoolId: string) => ({
    ...(await aGuardian(db, { schoolId, pupilIds: [pupilId] })),
    childId: pupilId,
  });
  return [
    ...staff,
    learner('pupil', 'isPupil', async () => school.pupil),
    learner('pupil', 'classmate', async () => tenant.classmate),
    learner('pupil', 'schoolmate', () => aPupil(db, { schoolId: school.schoolId, classId: school.second })),
    learner('pupil', 'stranger', () =>
      aPupil(db, { schoolId: elsewhere.schoolId, classId: elsewhere.first }),
    ),
    learner('pupil', 'guestInClass', async () => {
      const guest = await aPupil(db, { schoolId: elsewhere.schoolId, classId: elsewhere.first });
      await enroll(db, { personId: guest.personId, classId: school.first, isHome: false });
      return guest;
    }),
    learner('guardian', 'parent', () => guardianOf(school.pupil.personId, school.schoolId)),
    learner('guardian', 'parentOfClassmate', () => guardianOf(tenant.classmate.personId, school.schoolId)),
    learner('guardian', 'stranger', () => guardianOf(elsewhere.pupil.personId, elsewhere.schoolId)),
    {
      role: 'anonymous',
      name: 'stranger',
      put: async () => {
        const { personId } = await aPerson(db, { orgId: elsewhere.schoolId });
        return { headers: { 'nol-client': 'test' }, ids: { feedId: await aFeed(ctx, personId) } };
      },
    },
  ];
}
