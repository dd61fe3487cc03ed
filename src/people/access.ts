import { sql } from 'kysely';
import type { Actor, PersonActor } from '../platform/actor.ts';
import type { Action, Decision } from '../platform/authorize.ts';
import type { Db } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import { askTogether } from '../platform/group-commit.ts';
import { appointmentRoles, type Relation, type Role } from './roles.ts';

/** Where a subject stands: everything `relationsOf` needs to say how it relates to an actor. */
export interface Place {
  readonly orgId: string | null;
  /** One person as a rule: a relation to one of several would open the others. */
  readonly personIds?: readonly string[];
  readonly classIds?: readonly string[];
  /** Persons who work on the subject itself, e.g. the teachers of a lesson. */
  readonly staffIds?: readonly string[];
  /** Day on which memberships count, `YYYY-MM-DD`; default: the product's today. */
  readonly day?: string;
}

export type Allow = Partial<Record<Role, readonly Relation[] | 'any'>>;

export interface ActionRule<Subject, Name extends string> {
  readonly name: Name;
  /** Finds where the subject stands; null: there is no such thing (404). */
  readonly place: (db: Db, subject: Subject, actor: Actor) => Promise<Place | null>;
  /** `'any'`: every relation, foreign included. What is not listed is not allowed. */
  readonly allow: Allow;
  /**
   * Asks staff for the second step (a code from the telephone, good for half an hour) when what allows them reaches beyond
   * themselves and their own class.
   */
  readonly secondStep?: true;
}

export interface AccessAction<Subject, Name extends string = string> extends Action<Subject, Name> {
  readonly rule: ActionRule<Subject, Name>;
}

/** Tables of all actions defined so far; complete once the app is built. */
const tables = new Map<string, Allow>();

/**
 * Names of the actions a role may do to somebody at least; what a menu needs to leave out pages that would only refuse.
 */
export function actionsOf(role: Role): string[] {
  return [...tables]
    .filter(([, allow]) => allow[role] !== undefined && allow[role].length > 0)
    .map(([name]) => name);
}

/**
 * Makes an action out of role × relation. The table is compared with the hand-reviewed `access.csv`.
 *
 * A system actor is allowed what its job names; nobody else skips the table.
 */
export function defineAction<Subject, const Name extends string>(
  rule: ActionRule<Subject, Name>,
): AccessAction<Subject, Name> {
  tables.set(rule.name, rule.allow);
  return {
    name: rule.name,
    rule,
    async decide(db, actor, subject): Promise<Decision> {
      if (actor.kind === 'system') return actor.actions.has(rule.name) ? 'allow' : 'refuse';
      if (actor.kind === 'operator' && actor.grant) {
        const place = await rule.place(db, subject, actor);
        return decideUnderGrant(db, rule, { place, orgId: actor.grant.orgId });
      }
      const role = roleOf(actor);
      const allowed = rule.allow[role];
      if (allowed === 'any') return (await rule.place(db, subject, actor)) === null ? 'hide' : 'allow';
      if (actor.kind === 'anonymous') return 'refuse';
      const place = await rule.place(db, subject, actor);
      if (place === null) return 'hide';
      if (actor.kind === 'person' && allowed?.includes('self') && isSelf(actor, place)) return 'allow';
      const relations =
        actor.kind === 'person' ? await relationsOf(db, actor, place) : (['foreign'] as const);
      const decision = decide(allowed ?? [], relations);
      if (decision === 'allow' && rule.secondStep && !reachesOnlyOwn(allowed ?? [], relations)) {
        await requireSecondStep(db, actor);
      }
      return decision;
    },
  };
}

/**
 * The operator whom a school lets look: as its administrator, in that school and what stands below it. What asks a second
 * step of the administrator stays closed. That nothing is written is the door's (`support.ts`).
 */
async function decideUnderGrant(
  db: Db,
  { allow, secondStep }: { allow: Allow; secondStep?: boolean },
  { place, orgId }: { place: Place | null; orgId: string },
): Promise<Decision> {
  if (!place?.orgId) return 'hide';
  const { rows } = await sql<{ holds: boolean }>`
    SELECT g.path @> p.path AS holds FROM org_scope p, org_scope g
    WHERE p.org_id = ${place.orgId} AND g.org_id = ${orgId}
  `.execute(db);
  if (!rows[0]?.holds) return 'hide';
  const allowed = allow.schoolAdmin;
  return !secondStep && allowed !== 'any' && allowed?.includes('sameSchool') ? 'allow' : 'refuse';
}

const own: readonly Relation[] = ['self', 'ownClass', 'ownCare'];

/** Pure: whether the actor may do it to themselves or their own class, without reaching further. */
export function reachesOnlyOwn(allowed: readonly Relation[], holding: readonly Relation[]): boolean {
  return holding.some((relation) => own.includes(relation) && allowed.includes(relation));
}

/** @throws {AppError} 403 `totp_required`, or `totp_setup_required` where an account must have a second step and has none. */
async function requireSecondStep(db: Db, actor: Actor): Promise<void> {
  if (actor.kind !== 'person' || actor.secondStep === undefined) return;
  const { isSet, isFresh, isDuty } = actor.secondStep;
  if (isSet && !isFresh) throw secondStepRequired();
  if (isSet || !isDuty) return;
  // An invented person has no telephone; the demo is entered only where the operator opened it.
  const { is_demo } = await db
    .selectFrom('persons')
    .select('is_demo')
    .where('id', '=', actor.personId)
    .executeTakeFirstOrThrow();
  if (!is_demo) {
    throw new AppError(403, 'totp_setup_required', 'Set up the second step of signing in first.');
  }
}

export function secondStepRequired(): AppError {
  return new AppError(403, 'totp_required', 'Answer the second step: a code from your telephone.');
}

/** The same relations for pupils, guardians and every appointment: what all who are signed in may do. */
export function everyRole(allowed: readonly Relation[] | 'any'): Allow {
  return Object.fromEntries(['pupil', 'guardian', ...appointmentRoles].map((role) => [role, allowed]));
}

/** The same for every appointment. */
export function everyStaff(allowed: readonly Relation[] | 'any'): Allow {
  return Object.fromEntries(appointmentRoles.map((role) => [role, allowed]));
}

/** Pure: the relations that hold against those that are allowed. Foreign alone hides. */
export function decide(allowed: readonly Relation[], holding: readonly Relation[]): Decision {
  if (holding.some((relation) => allowed.includes(relation))) return 'allow';
  return holding.every((relation) => relation === 'foreign') ? 'hide' : 'refuse';
}

export function roleOf(actor: Actor): Role {
  if (actor.kind === 'person') return actor.role as Role;
  return actor.kind === 'operator' ? 'operator' : 'anonymous';
}

/**
 * Relations that hold between an actor and a place on a day; `['foreign']` when none does.
 *
 * - `self`: the actor is one of the persons.
 * - `ownClass`: staff of one of the classes (or of a class of one of the pupils), staff of the subject
 *   itself, or for a pupil: member of one of the classes.
 * - `ownCare`: named adult, deputy, class teacher or counsellor of the pupil or class; for a guardian:
 *   the child, or a class the child is in.
 * - `sameSchool`: both stand in one school. `below`: at or below the actor's unit.
 */
export async function relationsOf(db: Db, actor: PersonActor, place: Place): Promise<Relation[]> {
  const holding = await askRelations(db, { actor, place });
  const relations: Relation[] = isSelf(actor, place) ? ['self'] : [];
  for (const relation of ['ownClass', 'ownCare', 'sameSchool', 'below'] as const) {
    if (holding[relation]) relations.push(relation);
  }
  return relations.length > 0 ? relations : ['foreign'];
}

type Holding = Record<Exclude<Relation, 'self' | 'foreign'>, boolean>;

const askRelations = askTogether(
  async (db, questions: readonly { actor: PersonActor; place: Place }[]): Promise<Holding[]> => {
    const asked = questions.map(({ actor, place }, n) => ({
      n,
      actor_id: actor.personId,
      role: actor.role,
      actor_org_id: actor.appointment?.orgId ?? null,
      org_id: place.orgId,
      person_ids: place.personIds ?? [],
      class_ids: place.classIds ?? [],
      staff_ids: place.staffIds ?? [],
      day: place.day ?? null,
    }));
    const { rows } = await sql<Holding>`
      /* prepared */ SELECT holding.*
      FROM json_to_recordset(${JSON.stringify(asked)}::json) AS q (n integer, actor_id uuid, role text, actor_org_id uuid,
        org_id uuid, person_ids uuid[], class_ids uuid[], staff_ids uuid[], day date)
      CROSS JOIN (SELECT (app_now() AT TIME ZONE 'Asia/Shanghai' - interval '4 hours')::date AS today) clock
      CROSS JOIN LATERAL (SELECT coalesce(q.day, clock.today) AS day) asked
      CROSS JOIN LATERAL (
        WITH mine AS (
          SELECT m.class_id, m.role FROM class_members(asked.day) m
          WHERE m.person_id = q.actor_id AND (q.role = 'pupil') = (m.role = 'pupil')
        ),
        children AS (
          SELECT g.pupil_id FROM guardianships g
          WHERE g.guardian_id = q.actor_id AND g.during @> asked.day AND q.role = 'guardian'
        ),
        place_org AS (SELECT path, whole_school_id AS school_id FROM org_scope WHERE org_id = q.org_id),
        actor_org AS (
          SELECT path, whole_school_id AS school_id FROM org_scope
          WHERE org_id = coalesce(q.actor_org_id,
            (SELECT home_org_id FROM persons WHERE id = q.actor_id AND q.role = 'pupil'))
        )
        SELECT
          (EXISTS (SELECT FROM mine WHERE class_id = ANY (q.class_ids))
            OR q.actor_id = ANY (q.staff_ids)
            OR (q.role <> 'guardian' AND EXISTS (
              SELECT FROM enrollments e JOIN mine ON e.class_id = mine.class_id
              WHERE e.role = 'pupil' AND e.during @> asked.day AND e.person_id = ANY (q.person_ids)))) AS "ownClass",
          (EXISTS (SELECT FROM children WHERE pupil_id = ANY (q.person_ids))
            OR EXISTS (
              SELECT FROM children JOIN enrollments e ON e.person_id = children.pupil_id
              WHERE e.role = 'pupil' AND e.during @> asked.day AND e.class_id = ANY (q.class_ids))
            OR EXISTS (
              SELECT FROM mine WHERE mine.role IN ('classTeacher', 'counsellor') AND (
                mine.class_id = ANY (q.class_ids)
                OR EXISTS (
                  SELECT FROM enrollments e
                  WHERE e.class_id = mine.class_id AND e.is_home AND e.during @> asked.day
                    AND e.person_id = ANY (q.person_ids))))
            OR EXISTS (
              SELECT FROM unnest(q.person_ids) pupil, adult_for(pupil, asked.day) a
              WHERE q.actor_id IN (a.adult_id, a.deputy_id))
            OR EXISTS (
              SELECT FROM care_duties d
              WHERE q.actor_id IN (d.adult_id, d.deputy_id) AND d.during @> asked.day
                AND (d.class_id = ANY (q.class_ids) OR d.pupil_id = ANY (q.person_ids)))) AS "ownCare",
          EXISTS (SELECT FROM place_org p JOIN actor_org a ON a.school_id = p.school_id) AS "sameSchool",
          (q.actor_org_id IS NOT NULL AND EXISTS (
            SELECT FROM place_org p JOIN actor_org a ON a.path @> p.path)) AS below
      ) holding
      ORDER BY q.n
    `.execute(db);
    return rows;
  },
  { maxItems: 50 },
);

/** Needs no question to the database, so own affairs that `self` opens are answered without one. */
function isSelf(actor: PersonActor, { personIds = [] }: Place): boolean {
  return personIds.includes(actor.personId);
}

/** The actor's own affairs: signed in is enough. */
export async function placeOfSelf(_db: Db, _subject: unknown, actor: Actor): Promise<Place | null> {
  return actor.kind === 'person' ? { orgId: null, personIds: [actor.personId] } : null;
}

/** Nothing in particular: for actions everybody may do, such as opening the sign-in page. */
export async function placeOfNothing(): Promise<Place> {
  return { orgId: null };
}

export async function placeOfOrg(db: Db, { orgId }: { orgId: string }): Promise<Place | null> {
  const org = await db.selectFrom('orgs').select('id').where('id', '=', orgId).executeTakeFirst();
  return org ? { orgId: org.id } : null;
}

export async function placeOfPerson(db: Db, { personId }: { personId: string }): Promise<Place | null> {
  const person = await db
    .selectFrom('persons')
    .select('home_org_id')
    .where('id', '=', personId)
    .executeTakeFirst();
  return person ? { orgId: person.home_org_id, personIds: [personId] } : null;
}
