import { sql } from 'kysely';
import type { Place } from '../people/access.ts';
import { defineAction, placeOfOrg } from '../people/access.ts';
import type { Db } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';

async function placeOfDraft(db: Db, { draftId }: { draftId: string }): Promise<Place | null> {
  const draft = await db
    .selectFrom('roster_drafts')
    .select('school_id')
    .where('id', '=', draftId)
    .executeTakeFirst();
  return draft ? { orgId: draft.school_id } : null;
}

const importers = {
  schoolAdmin: ['sameSchool'],
  teachingSecretary: ['sameSchool'],
  operator: 'any',
} as const;

/** Upload a roster workbook of a school and see what it would change. */
export const checkRoster = defineAction({ name: 'rosters.check', place: placeOfOrg, allow: importers });

/** See, confirm or throw away a checked workbook: whoever may upload one for the same school. */
export const confirmDraft = defineAction({
  name: 'rosters.confirm',
  place: placeOfDraft,
  allow: importers,
  secondStep: true,
});

/** Set up how a school's roster is fetched by itself, and run it: whoever may confirm an import. */
export const syncRoster = defineAction({
  name: 'rosters.sync',
  place: placeOfOrg,
  allow: importers,
  secondStep: true,
});

/** Take in the schools of a county, city or province by workbook. */
export const importUnits = defineAction({
  name: 'rosters.importUnits',
  place: placeOfOrg,
  allow: { bureauOfficer: ['below'], operator: 'any' },
  secondStep: true,
});

/** Take the roster of a school out as a file: whoever may put one in. */
export const exportRoster = defineAction({
  name: 'rosters.export',
  place: placeOfOrg,
  allow: importers,
  secondStep: true,
});

export const rostersActions = [checkRoster, confirmDraft, exportRoster, syncRoster, importUnits];

/** What an import needs to know of a school. */
export interface RosterSchool {
  readonly schoolId: string;
  readonly code: string;
  readonly name: string;
  /** The school's day, `YYYY-MM-DD`. */
  readonly today: string;
}

/** The school that a unit belongs to; `undefined` above schools. */
export async function selectSchoolOf(db: Db, orgId: string): Promise<RosterSchool | undefined> {
  const { rows } = await sql<RosterSchool>`
    SELECT s.id AS "schoolId", s.code, s.name, (app_now() AT TIME ZONE s.tz - interval '4 hours')::date AS today
    FROM org_scope o JOIN orgs s ON s.id = o.school_id
    WHERE o.org_id = ${orgId}
  `.execute(db);
  return rows[0];
}

/** The school of a unit. @throws {AppError} 409 `roster_needs_school` above schools. */
export async function requireSchool(db: Db, orgId: string): Promise<RosterSchool> {
  const school = await selectSchoolOf(db, orgId);
  if (!school) throw new AppError(409, 'roster_needs_school', 'A roster belongs to a school; choose one.');
  return school;
}
