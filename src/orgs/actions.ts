import { defineAction, placeOfOrg } from '../people/access.ts';

const leaders = {
  schoolAdmin: ['sameSchool'],
  principal: ['sameSchool'],
  schoolDeputy: ['sameSchool'],
  teachingSecretary: ['sameSchool'],
  schoolAuditor: ['sameSchool'],
  supervisor: ['below'],
  bureauOfficer: ['below'],
  opsStaff: ['below'],
  researcher: ['below'],
} as const;

/** See the units below one's own. */
export const readOrgs = defineAction({
  name: 'orgs.read',
  place: placeOfOrg,
  allow: { ...leaders, operator: 'any' },
});

/** Create, rename and move units. A move needs the right on both parents. */
export const manageOrgs = defineAction({
  name: 'orgs.manage',
  place: placeOfOrg,
  allow: { schoolAdmin: ['sameSchool'], bureauOfficer: ['below'], operator: 'any' },
  secondStep: true,
});

/** See who answers for online teaching in the units below one's own, with their numbers. */
export const readOfficers = defineAction({
  name: 'orgs.readOfficers',
  place: placeOfOrg,
  allow: {
    schoolAdmin: ['sameSchool'],
    principal: ['sameSchool'],
    schoolDeputy: ['sameSchool'],
    supervisor: ['below'],
    bureauOfficer: ['below'],
  },
});

/** Name them. */
export const nameOfficers = defineAction({
  name: 'orgs.nameOfficers',
  place: placeOfOrg,
  allow: { schoolAdmin: ['sameSchool'], principal: ['sameSchool'], bureauOfficer: ['below'] },
});

export const orgsActions = [readOrgs, manageOrgs, readOfficers, nameOfficers];
