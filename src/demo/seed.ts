import { sql } from 'kysely';
import { ensureSchoolDays, loadNationalHolidays } from '../calendar/service.ts';
import { sealReach } from '../orgs/service-officers.ts';
import { sealContact } from '../people/contacts.ts';
import { fillReadings } from '../people/fill-readings.ts';
import { loginNameFor } from '../people/service-accounts.ts';
import type { Trx } from '../platform/database.ts';
import type { Secrets } from '../platform/secrets.ts';
import { demoRegion, liveClass, type DemoRegion } from './region.ts';

/** First and last day of the demo's term, and the Monday of its week 1. */
export const demoTerm = {
  title: '2026—2027 学年第一学期',
  firstDay: '2026-09-01',
  lastDay: '2027-01-22',
  week1Monday: '2026-08-31',
} as const;
/** Since when people are where they are: before the term, so that last week has its members too. */
const during = `[${demoTerm.firstDay},)`;

/** Ids of what the demo refers to by its own keys. */
export interface DemoKeys {
  readonly orgs: ReadonlyMap<string, string>;
  readonly people: ReadonlyMap<string, string>;
  readonly classes: ReadonlyMap<string, string>;
  readonly courses: ReadonlyMap<string, string>;
}

/**
 * Writes the demo county: units, people, classes, calendar, bell plans and the weekly pattern.
 *
 * Set-based and straight into the tables, as a migration would: the demo is data, not a use case, and
 * must be there within the first seconds. Everything is marked `is_demo` through its unit.
 */
export async function seedRegion(trx: Trx, secrets: Secrets): Promise<DemoKeys> {
  const region = demoRegion();
  const keys: DemoKeys = {
    orgs: await insertOrgs(trx, region),
    people: await idsFor(
      trx,
      region.people.map(({ key }) => key),
    ),
    classes: await idsFor(
      trx,
      region.classes.map(({ key }) => key),
    ),
    courses: await idsFor(
      trx,
      region.courses.map(({ key }) => key),
    ),
  };
  await insertPeople(trx, region, keys);
  await fillReadings(trx, { orgIds: [...keys.orgs.values()] });
  await insertConsents(trx, region, keys);
  await insertNumbers(trx, region, keys, secrets);
  await insertOfficers(trx, region, keys, secrets);
  await insertCalendar(trx, keys);
  await insertClasses(trx, region, keys);
  await insertPlan(trx, region, keys);
  return keys;
}

async function insertOrgs(trx: Trx, region: DemoRegion): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  // Parents come first in the list: a unit's path is made from its parent's.
  for (const org of region.orgs) {
    const { id } = await trx
      .insertInto('orgs')
      .values({
        parent_id: org.parentKey === null ? null : idOf(ids, org.parentKey),
        kind: org.kind,
        code: org.code,
        name: org.name,
        stages: org.stages,
        is_demo: true,
        sealed_at: null,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    ids.set(org.key, id);
  }
  return ids;
}

async function insertPeople(trx: Trx, region: DemoRegion, keys: DemoKeys): Promise<void> {
  const codes = new Map(region.orgs.map(({ key, code }) => [key, code]));
  const people = region.people.map((person) => ({
    id: idOf(keys.people, person.key),
    home_org_id: idOf(keys.orgs, person.orgKey),
    number: person.number,
    name: person.name,
    under14_until: person.under14Year === null ? null : `${person.under14Year}-09-01`,
    login_name: loginNameFor({ orgCode: codes.get(person.orgKey) ?? '', number: person.number }),
  }));
  await sql`
    WITH given AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(people)}::jsonb)
        AS t(id uuid, home_org_id uuid, number text, name text, under14_until date, login_name text)
    ), made AS (
      INSERT INTO persons (id, home_org_id, number, name, under14_until, is_demo)
      SELECT id, home_org_id, number, name, under14_until, true FROM given
    )
    INSERT INTO accounts (person_id, login_name, status) SELECT id, login_name, 'active' FROM given
  `.execute(trx);
  await insertJson(
    trx,
    sql`INSERT INTO appointments (person_id, org_id, role, during)
      SELECT person_id, org_id, role, ${during}::daterange FROM`,
    sql`t(person_id uuid, org_id uuid, role text)`,
    region.appointments.map(({ personKey, orgKey, role }) => ({
      person_id: idOf(keys.people, personKey),
      org_id: idOf(keys.orgs, orgKey),
      role,
    })),
  );
  await insertJson(
    trx,
    sql`INSERT INTO guardianships (pupil_id, guardian_id, during) SELECT pupil_id, guardian_id, ${during}::daterange FROM`,
    sql`t(pupil_id uuid, guardian_id uuid)`,
    region.guardianships.map(({ pupilKey, guardianKey }) => ({
      pupil_id: idOf(keys.people, pupilKey),
      guardian_id: idOf(keys.people, guardianKey),
    })),
  );
}

/** What guardians of children under 14 said to the chat: most yes, on line or on paper, some no, some nothing yet. */
async function insertConsents(trx: Trx, region: DemoRegion, keys: DemoKeys): Promise<void> {
  const young = new Set(
    region.people.filter(({ under14Year }) => under14Year !== null).map(({ key }) => key),
  );
  const asked = region.guardianships.filter(({ pupilKey }) => young.has(pupilKey));
  // In the class that is being taught everybody may write: some of them do.
  const taught = new Set(
    region.enrollments.filter(({ classKey }) => classKey === liveClass.key).map(({ personKey }) => personKey),
  );
  const answers = asked.flatMap(({ pupilKey, guardianKey }, place) => {
    const isTaught = taught.has(pupilKey);
    if (place % 9 === 7 && !isTaught) return [];
    const isPaper = place % 4 === 3;
    return {
      person_id: idOf(keys.people, pupilKey),
      answer: place % 17 === 16 && !isTaught ? 'refused' : 'given',
      channel: isPaper ? 'paper' : 'online',
      guardian_id: isPaper ? null : idOf(keys.people, guardianKey),
    };
  });
  await insertJson(
    trx,
    sql`INSERT INTO consents (person_id, purpose, answer, notice_version, channel, guardian_id, recorder_id, recorded_at)
      SELECT person_id, 'chat', answer, (SELECT max(version) FROM consent_notices), channel, guardian_id, guardian_id,
        app_now() - interval '20 days' FROM`,
    sql`t(person_id uuid, answer text, channel text, guardian_id uuid)`,
    answers,
  );
}

/** A number for every guardian, so that a call can be tried: no country's code begins with 0, it reaches nobody. */
async function insertNumbers(trx: Trx, region: DemoRegion, keys: DemoKeys, secrets: Secrets): Promise<void> {
  const guardians = region.people.filter(({ kind }) => kind === 'guardian');
  const sealed = guardians.map((_, place) =>
    sealContact(secrets, `+000000${String(place).padStart(4, '0')}`),
  );
  await sql`
    INSERT INTO contacts (person_id, purpose, cipher, tail, key_id)
    SELECT person_id, 'followUp', cipher, tail, key_id
    FROM unnest(${guardians.map(({ key }) => idOf(keys.people, key))}::uuid[], ${sealed.map(({ cipher }) => cipher)}::bytea[],
      ${sealed.map(({ tail }) => tail)}::text[], ${sealed.map(({ keyId }) => keyId)}::text[]) AS t (person_id, cipher, tail, key_id)
  `.execute(trx);
}

/** Who answers for online teaching in each unit, and whom one calls; the last school has not said whom. */
async function insertOfficers(trx: Trx, region: DemoRegion, keys: DemoKeys, secrets: Secrets): Promise<void> {
  const roles = { principal: 'responsible', bureauOfficer: 'responsible', schoolAdmin: 'liaison' } as const;
  const nameOf = new Map(region.people.map(({ key, name }) => [key, name]));
  const lastSchool = region.orgs.findLast(({ kind }) => kind === 'school');
  const officers = region.appointments.flatMap(({ personKey, orgKey, role }) => {
    const officerRole = role in roles ? roles[role as keyof typeof roles] : null;
    if (officerRole === null || (officerRole === 'liaison' && orgKey === lastSchool?.key)) return [];
    return [{ orgKey, role: officerRole, name: nameOf.get(personKey) ?? '' }];
  });
  await trx
    .insertInto('unit_officers')
    .values(
      officers.map(({ orgKey, role, name }, place) => {
        const phone = `+000001${String(place).padStart(4, '0')}`;
        const { cipher, keyId } = sealReach(secrets, { phone, email: '' });
        return {
          org_id: idOf(keys.orgs, orgKey),
          role,
          name,
          sex: null,
          department: '',
          post: '',
          cipher,
          key_id: keyId,
          filled_on: demoTerm.firstDay,
        };
      }),
    )
    .execute();
}

async function insertCalendar(trx: Trx, keys: DemoKeys): Promise<void> {
  await loadNationalHolidays(trx);
  await sql`
    INSERT INTO terms (org_id, title, first_day, last_day, week1_monday)
    SELECT id, ${demoTerm.title}, ${demoTerm.firstDay}::date, ${demoTerm.lastDay}::date, ${demoTerm.week1Monday}::date
    FROM orgs WHERE kind = 'school' AND is_demo
  `.execute(trx);
  await ensureSchoolDays(trx, { orgId: idOf(keys.orgs, 'province') });
}

async function insertClasses(trx: Trx, region: DemoRegion, keys: DemoKeys): Promise<void> {
  await insertJson(
    trx,
    sql`INSERT INTO courses (id, school_id, code, title, subject) SELECT id, school_id, code, title, subject FROM`,
    sql`t(id uuid, school_id uuid, code text, title text, subject text)`,
    region.courses.map(({ key, orgKey, title, subject }) => ({
      id: idOf(keys.courses, key),
      school_id: idOf(keys.orgs, orgKey),
      code: title,
      title,
      subject,
    })),
  );
  await insertJson(
    trx,
    sql`INSERT INTO classes (id, school_id, org_id, kind, name, year_group, class_no, during)
      SELECT id, school_id, org_id, 'homeroom', name, year_group, class_no, ${during}::daterange FROM`,
    sql`t(id uuid, school_id uuid, org_id uuid, name text, year_group text, class_no smallint)`,
    region.classes.map((one) => ({
      id: idOf(keys.classes, one.key),
      school_id: idOf(keys.orgs, one.schoolKey),
      org_id: idOf(keys.orgs, one.orgKey),
      name: one.name,
      year_group: one.yearGroup,
      class_no: one.classNo,
    })),
  );
  await sql`
    INSERT INTO course_groups (class_id)
    SELECT c.id FROM classes c JOIN orgs o ON o.id = c.school_id WHERE o.is_demo
  `.execute(trx);
  await insertJson(
    trx,
    sql`INSERT INTO enrollments (class_id, person_id, role, is_home, during)
      SELECT class_id, person_id, role, role = 'pupil', ${during}::daterange FROM`,
    sql`t(class_id uuid, person_id uuid, role text)`,
    region.enrollments.map(({ classKey, personKey, role }) => ({
      class_id: idOf(keys.classes, classKey),
      person_id: idOf(keys.people, personKey),
      role,
    })),
  );
}

async function insertPlan(trx: Trx, region: DemoRegion, keys: DemoKeys): Promise<void> {
  for (const plan of region.bellPlans) {
    const { id } = await trx
      .insertInto('bell_plans')
      .values({ school_id: idOf(keys.orgs, plan.orgKey), title: plan.title })
      .returning('id')
      .executeTakeFirstOrThrow();
    await trx
      .insertInto('bell_periods')
      .values(
        plan.periods.map(({ period, label, from, to }) => ({
          bell_plan_id: id,
          period,
          label,
          starts_at_local: from,
          ends_at_local: to,
        })),
      )
      .execute();
  }
  const items = await idsFor(
    trx,
    region.planItems.map((_, index) => String(index)),
  );
  const rows = region.planItems.map((item, index) => ({
    id: idOf(items, String(index)),
    school_id: idOf(keys.orgs, item.schoolKey),
    course_id: idOf(keys.courses, item.courseKey),
    class_id: idOf(keys.classes, item.classKey),
    person_id: idOf(keys.people, item.teacherKey),
    weekday: item.weekday,
    period: item.period,
  }));
  const given = sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS t(id uuid, school_id uuid, course_id uuid,
    class_id uuid, person_id uuid, weekday smallint, period smallint)`;
  await sql`
    WITH given AS MATERIALIZED (SELECT * FROM ${given}),
    items AS (
      INSERT INTO plan_items (id, origin_id, school_id, term_id, course_id, weekday, period, period_to, weeks, mode)
      SELECT g.id, g.id, g.school_id, t.id, g.course_id, g.weekday, g.period, g.period,
        (SELECT array_agg(w::smallint ORDER BY w) FROM generate_series(1, 21) w), 'live'
      FROM given g JOIN terms t ON t.org_id = g.school_id
      RETURNING id
    ), audiences AS (
      INSERT INTO plan_item_audiences (plan_item_id, class_id) SELECT g.id, g.class_id FROM given g JOIN items USING (id)
    )
    INSERT INTO plan_item_staff (plan_item_id, person_id, duty) SELECT g.id, g.person_id, 'lead' FROM given g JOIN items USING (id)
  `.execute(trx);
}

/** As many new ids as keys, from the database. */
async function idsFor(trx: Trx, keys: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{
    id: string;
  }>`SELECT uuidv7() AS id FROM generate_series(1, ${keys.length}::int)`.execute(trx);
  return new Map(keys.map((key, index) => [key, rows[index]?.id ?? '']));
}

function idOf(ids: ReadonlyMap<string, string>, key: string): string {
  const id = ids.get(key);
  if (!id) throw new Error(`The demo region refers to ${key}, which it does not have.`);
  return id;
}

async function insertJson(
  trx: Trx,
  insert: ReturnType<typeof sql>,
  shape: ReturnType<typeof sql>,
  rows: readonly Record<string, unknown>[],
): Promise<void> {
  await sql`${insert} jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS ${shape}`.execute(trx);
}
