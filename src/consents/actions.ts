import { defineAction, placeOfPerson } from '../people/access.ts';
import { placeOfClass } from '../courses/access.ts';

/** Read what one's child may do, and what a guardian said to it. */
export const readConsents = defineAction({
  name: 'consents.read',
  place: placeOfPerson,
  allow: { pupil: ['self'], guardian: ['ownCare'] },
});

/** Say yes or no for one's child, or take it back. */
export const answerConsent = defineAction({
  name: 'consents.answer',
  place: placeOfPerson,
  allow: { guardian: ['ownCare'] },
});

/** Which children of a class have a guardian's answer. */
export const readClassConsents = defineAction({
  name: 'consents.readClass',
  place: placeOfClass,
  allow: {
    classTeacher: ['ownCare'],
    counsellor: ['ownCare'],
    schoolAdmin: ['sameSchool'],
  },
});

/** Write down what a guardian said on paper or by telephone. */
export const recordConsent = defineAction({
  name: 'consents.record',
  place: placeOfPerson,
  allow: {
    classTeacher: ['ownCare'],
    counsellor: ['ownCare'],
    schoolAdmin: ['sameSchool'],
  },
});

export const consentsActions = [readConsents, answerConsent, readClassConsents, recordConsent];
