import { placeOfNothing, placeOfOrg, placeOfSelf, defineAction } from './access.ts';

const everybody = {
  pupil: 'any',
  guardian: 'any',
  teacher: 'any',
  leadTeacher: 'any',
  classTeacher: 'any',
  counsellor: 'any',
  teachingSecretary: 'any',
  preparationLead: 'any',
  researcher: 'any',
  supervisor: 'any',
  classRep: 'any',
  principal: 'any',
  schoolDeputy: 'any',
  schoolAdmin: 'any',
  bureauOfficer: 'any',
  opsStaff: 'any',
  guestExpert: 'any',
  schoolAuditor: 'any',
  operator: 'any',
  anonymous: 'any',
} as const;

/** Signing in, claiming a card, signing out: open to all, guarded by what they know. */
export const signIn = defineAction({ name: 'people.signIn', place: placeOfNothing, allow: everybody });

const { anonymous: _anonymous, operator: _operator, ...signedIn } = everybody;

/** One's own account: who am I, change my password. */
export const readSelf = defineAction({ name: 'people.readSelf', place: placeOfSelf, allow: signedIn });

/** Create, disable and reset accounts of a unit. */
export const manageAccounts = defineAction({
  name: 'people.manageAccounts',
  place: placeOfOrg,
  allow: { schoolAdmin: ['sameSchool'], operator: 'any' },
});

export const peopleActions = [signIn, readSelf, manageAccounts];
