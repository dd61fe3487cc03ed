import { defineAction } from '../people/access.ts';
import { placeOfClass } from './access.ts';

/** Print claim cards of a class: whoever can hand them out. */
export const issueClaimCards = defineAction({
  name: 'courses.issueClaimCards',
  place: placeOfClass,
  allow: { classTeacher: ['ownCare'], counsellor: ['ownCare'], schoolAdmin: ['sameSchool'], operator: 'any' },
});

export const coursesActions = [issueClaimCards];
