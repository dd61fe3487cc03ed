import {
  placeOfNothing,
  placeOfOrg,
  placeOfPerson,
  placeOfSelf,
  defineAction,
  everyRole,
  everyStaff,
} from './access.ts';

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

export const peopleActions = [signIn, readSelf, manageAccounts, keepSecondStep, correctReading];
