import {
  placeOfNothing,
  placeOfOrg,
  placeOfPerson,
  placeOfSelf,
  defineAction,
  everyRole,
  everyStaff,
  type Place,
} from './access.ts';
import type { Db } from '../platform/database.ts';

/** Signing in, claiming a card, signing out: open to all, guarded by what they know. */
export const signIn = defineAction({
  name: 'people.signIn',
  place: placeOfNothing,
  allow: { ...everyRole('any'), anonymous: 'any', operator: 'any' },
});

/** One's own account: who am I, change my password. */
export const readSelf = defineAction({
  name: 'people.readSelf',
  place: placeOfSelf,
  allow: everyRole(['self']),
});

/** Create, disable and reset accounts of a unit. */
export const manageAccounts = defineAction({
  name: 'people.manageAccounts',
  place: placeOfOrg,
  allow: { schoolAdmin: ['sameSchool'], operator: 'any' },
  secondStep: true,
});

/** Set up and answer the second step of one's own account. */
export const keepSecondStep = defineAction({
  name: 'people.keepSecondStep',
  place: placeOfSelf,
  allow: everyStaff(['self']),
});

/** Say how a name is read: whoever knows the person, and the school. */
export const correctReading = defineAction({
  name: 'people.correctReading',
  place: placeOfPerson,
  allow: {
    classTeacher: ['ownCare'],
    counsellor: ['ownCare'],
    teachingSecretary: ['sameSchool'],
    schoolDeputy: ['sameSchool'],
    schoolAdmin: ['sameSchool'],
    operator: 'any',
  },
});

/** See when the operator looked into the school, at what, and by whose leave. */
export const readSupport = defineAction({
  name: 'people.readSupport',
  place: placeOfOrg,
  allow: {
    schoolAdmin: ['sameSchool'],
    principal: ['sameSchool'],
    schoolDeputy: ['sameSchool'],
    schoolAuditor: ['sameSchool'],
  },
});

/** Ask a school for leave to look: the machine's own command line. */
export const askSupport = defineAction({
  name: 'people.askSupport',
  place: placeOfOrg,
  allow: { operator: 'any' },
});

/** Let the operator look, or not. */
export const decideSupport = defineAction({
  name: 'people.decideSupport',
  place: placeOfGrant,
  allow: { schoolAdmin: ['sameSchool'] },
  secondStep: true,
});

/** End it at once. */
export const endSupport = defineAction({
  name: 'people.endSupport',
  place: placeOfGrant,
  allow: { schoolAdmin: ['sameSchool'], principal: ['sameSchool'], operator: 'any' },
});

async function placeOfGrant(db: Db, { grantId }: { grantId: string }): Promise<Place | null> {
  const grant = await db
    .selectFrom('support_grants')
    .select('org_id')
    .where('id', '=', grantId)
    .executeTakeFirst();
  return grant ? { orgId: grant.org_id } : null;
}

export const peopleActions = [
  signIn,
  readSelf,
  manageAccounts,
  keepSecondStep,
  correctReading,
  readSupport,
  askSupport,
  decideSupport,
  endSupport,
];
