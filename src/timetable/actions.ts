import { placeOfClass } from '../courses/access.ts';
import {
  defineAction,
  everyRole,
  placeOfNothing,
  placeOfOrg,
  placeOfPerson,
  placeOfSelf,
  type Allow,
} from '../people/access.ts';
import { appointmentRoles } from '../people/roles.ts';
import { placeOfClasses, placeOfLesson, placeOfTaughtLesson } from './access.ts';

/** Academic affairs of a school: those who make its timetable. */
const planners: Allow = {
  schoolAdmin: ['sameSchool'],
  principal: ['sameSchool'],
  schoolDeputy: ['sameSchool'],
  teachingSecretary: ['sameSchool'],
};
const staffOfSchool: Allow = Object.fromEntries(appointmentRoles.map((role) => [role, ['sameSchool']]));

/** One's own day and week. */
export const readOwnDay = defineAction({
  name: 'timetable.readOwnDay',
  place: placeOfSelf,
  allow: {
    ...Object.fromEntries(appointmentRoles.map((role) => [role, ['self']])),
    pupil: ['self'],
    guardian: ['self'],
  },
});

/** The day and week of a child. */
export const readPupilDay = defineAction({
  name: 'timetable.readPupilDay',
  place: placeOfPerson,
  allow: { pupil: ['self'], guardian: ['ownCare'] },
});

export const readClassWeek = defineAction({
  name: 'timetable.readClassWeek',
  place: placeOfClass,
  allow: {
    ...staffOfSchool,
    bureauOfficer: ['sameSchool', 'below'],
    pupil: ['ownClass'],
    guardian: ['ownCare'],
  },
});

/** The calendar behind a secret address: whoever knows it may read it. */
export const openFeed = defineAction({
  name: 'timetable.openFeed',
  place: placeOfNothing,
  allow: { ...everyRole('any'), anonymous: 'any', operator: 'any' },
});

/** The draft with everything a planner needs beside it. */
export const readPlan = defineAction({
  name: 'timetable.readPlan',
  place: placeOfOrg,
  allow: { ...planners, bureauOfficer: ['below'] },
});

export const editPlan = defineAction({
  name: 'timetable.editPlan',
  place: placeOfOrg,
  allow: { ...planners, operator: 'any' },
});

export const publishWeek = defineAction({
  name: 'timetable.publishWeek',
  place: placeOfOrg,
  allow: { ...planners, operator: 'any' },
});

/** Move, cancel, substitute a published lesson. */
export const changeLesson = defineAction({
  name: 'timetable.changeLesson',
  place: placeOfLesson,
  allow: planners,
});

/** Give a lesson its topic or its link. */
export const prepareLesson = defineAction({
  name: 'timetable.prepareLesson',
  place: placeOfTaughtLesson,
  allow: {
    ...planners,
    teacher: ['ownClass'],
    leadTeacher: ['ownClass'],
    classTeacher: ['ownClass'],
    counsellor: ['ownClass'],
    preparationLead: ['ownClass'],
    guestExpert: ['ownClass'],
  },
});

/** Teach a class at once, without a planned lesson. */
export const startLessonNow = defineAction({
  name: 'timetable.startLessonNow',
  place: placeOfClasses,
  allow: {
    ...planners,
    teacher: ['ownClass'],
    leadTeacher: ['ownClass'],
    classTeacher: ['ownClass', 'ownCare'],
    counsellor: ['ownClass', 'ownCare'],
  },
});

export const timetableActions = [
  readOwnDay,
  readPupilDay,
  readClassWeek,
  openFeed,
  readPlan,
  editPlan,
  publishWeek,
  changeLesson,
  prepareLesson,
  startLessonNow,
];
