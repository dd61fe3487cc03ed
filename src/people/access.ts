import { sql } from 'kysely';
import type { Actor, PersonActor } from '../platform/actor.ts';
import type { Action, Decision } from '../platform/authorize.ts';
import type { Db } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
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
      const role = roleOf(actor);
      const allowed = rule.allow[role];
      if (allowed === 'any') return (await rule.place(db, subject, actor)) === null ? 'hide' : 'allow';
      if (actor.kind === 'anonymous') return 'refuse';
      const place = await rule.place(db, subject, actor);
      if (place === null) return 'hide';
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
  const personIds = [...(place.personIds ?? [])];
  const classIds = [...(place.classIds ?? [])];
  const row = await sql<Record<Exclude<Relation, 'self' | 'foreign'>, boolean>>`
    /* prepared */ WITH asked AS (
      SELECT coalesce(${place.day ?? null}::date,
        (SELECT (app_now() AT TIME ZONE 'Asia/Shanghai' - interval '4 hours')::date)) AS day
    ),
    mine AS (
      SELECT m.class_id, m.role FROM asked, class_members(asked.day) m
      WHERE m.person_id = ${actor.personId} AND (${actor.role} = 'pupil') = (m.role = 'pupil')
    ),
    children AS (
      SELECT g.pupil_id FROM guardianships g, asked
      WHERE g.guardian_id = ${actor.personId} AND g.during @> asked.day AND ${actor.role} = 'guardian'
    ),
    place_org AS (SELECT path, school_id FROM org_scope WHERE org_id = ${place.orgId}),
    actor_org AS (
      SELECT path, school_id FROM org_scope
      WHERE org_id = coalesce(${actor.appointment?.orgId ?? null}::uuid,
        (SELECT home_org_id FROM persons WHERE id = ${actor.personId} AND ${actor.role} = 'pupil'))
    )
    SELECT
      (EXISTS (SELECT FROM mine WHERE class_id = ANY (${classIds}::uuid[]))
        OR ${actor.personId}::uuid = ANY (${[...(place.staffIds ?? [])]}::uuid[])
        OR (${actor.role} <> 'guardian' AND EXISTS (
          SELECT FROM enrollments e, asked, mine
          WHERE e.class_id = mine.class_id AND e.role = 'pupil' AND e.during @> asked.day
            AND e.person_id = ANY (${personIds}::uuid[])))) AS "ownClass",
      (EXISTS (SELECT FROM children WHERE pupil_id = ANY (${personIds}::uuid[]))
        OR EXISTS (
          SELECT FROM children, enrollments e, asked
          WHERE e.person_id = children.pupil_id AND e.role = 'pupil' AND e.during @> asked.day
            AND e.class_id = ANY (${classIds}::uuid[]))
        OR EXISTS (
          SELECT FROM mine WHERE mine.role IN ('classTeacher', 'counsellor') AND (
            mine.class_id = ANY (${classIds}::uuid[])
            OR EXISTS (
              SELECT FROM enrollments e, asked
              WHERE e.class_id = mine.class_id AND e.is_home AND e.during @> asked.day
                AND e.person_id = ANY (${personIds}::uuid[]))))
        OR EXISTS (
          SELECT FROM unnest(${personIds}::uuid[]) pupil, asked, adult_for(pupil, asked.day) a
          WHERE ${actor.personId}::uuid IN (a.adult_id, a.deputy_id))
        OR EXISTS (
          SELECT FROM care_duties d, asked
          WHERE ${actor.personId}::uuid IN (d.adult_id, d.deputy_id) AND d.during @> asked.day
            AND (d.class_id = ANY (${classIds}::uuid[]) OR d.pupil_id = ANY (${personIds}::uuid[])))) AS "ownCare",
      EXISTS (
        SELECT FROM place_org p JOIN actor_org a ON a.school_id = p.school_id) AS "sameSchool",
      (${actor.appointment !== null} AND EXISTS (
        SELECT FROM place_org p JOIN actor_org a ON a.path @> p.path)) AS below
  `.execute(db);
  const holding = row.rows[0];
  const relations: Relation[] = personIds.includes(actor.personId) ? ['self'] : [];
  for (const relation of ['ownClass', 'ownCare', 'sameSchool', 'below'] as const) {
    if (holding?.[relation]) relations.push(relation);
  }
  return relations.length > 0 ? relations : ['foreign'];
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
