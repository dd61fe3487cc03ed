import { defineAction, placeOfOrg } from '../people/access.ts';
import { placeOfClass } from './access.ts';

/** Print claim cards of a class: whoever can hand them out. */
export const issueClaimCards = defineAction({
  name: 'courses.issueClaimCards',
  place: placeOfClass,
  allow: { classTeacher: ['ownCare'], counsellor: ['ownCare'], schoolAdmin: ['sameSchool'], operator: 'any' },
  secondStep: true,
});

/** The classes of a school, with counts; no names of pupils. */
export const readClasses = defineAction({
  name: 'courses.readClasses',
  place: placeOfOrg,
  allow: {
    teacher: ['sameSchool'],
    leadTeacher: ['sameSchool'],
    classTeacher: ['sameSchool'],
    counsellor: ['sameSchool'],
    teachingSecretary: ['sameSchool'],
    preparationLead: ['sameSchool'],
    principal: ['sameSchool'],
    schoolDeputy: ['sameSchool'],
    schoolAdmin: ['sameSchool'],
    schoolAuditor: ['sameSchool'],
    operator: 'any',
  },
});

/** Who is in a class, by name: those who teach or answer for it, and the school's leaders. */
export const readMembers = defineAction({
  name: 'courses.readMembers',
  place: placeOfClass,
  allow: {
    teacher: ['ownClass'],
    leadTeacher: ['ownClass'],
    classTeacher: ['ownClass', 'ownCare'],
    counsellor: ['ownClass', 'ownCare'],
    teachingSecretary: ['sameSchool'],
    principal: ['sameSchool'],
    schoolDeputy: ['sameSchool'],
    schoolAdmin: ['sameSchool'],
    schoolAuditor: ['sameSchool'],
    operator: 'any',
  },
});

/** Find a person of the school by name, number or initials. */
export const searchPeople = defineAction({
  name: 'courses.searchPeople',
  place: placeOfOrg,
  allow: {
    teachingSecretary: ['sameSchool'],
    principal: ['sameSchool'],
    schoolDeputy: ['sameSchool'],
    schoolAdmin: ['sameSchool'],
    operator: 'any',
  },
});

/** Say who answers for a pupil or a class from a day on. */
export const assignCare = defineAction({
  name: 'courses.assignCare',
  place: placeOfClass,
  allow: {
    schoolAdmin: ['sameSchool'],
    schoolDeputy: ['sameSchool'],
    principal: ['sameSchool'],
    operator: 'any',
  },
  secondStep: true,
});

/** Say of which homeroom classes a teaching class is made, and let single pupils join or leave it. */
export const manageMembers = defineAction({
  name: 'courses.manageMembers',
  place: placeOfClass,
  allow: { teachingSecretary: ['sameSchool'], schoolAdmin: ['sameSchool'], operator: 'any' },
});

export const coursesActions = [
  issueClaimCards,
  readClasses,
  readMembers,
  searchPeople,
  assignCare,
  manageMembers,
];
