import {
  defineAction,
  everyStaff,
  placeOfOrg,
  placeOfPerson,
  placeOfSelf,
  type Allow,
} from '../people/access.ts';
import { placeOfClassInLesson, placeOfContest, placeOfFollowUp, placeOfCare } from './access.ts';

/** Those who stand for a whole school and its day. */
const heads: Allow = { schoolAdmin: ['sameSchool'], principal: ['sameSchool'], schoolDeputy: ['sameSchool'] };
const affairs: Allow = { ...heads, teachingSecretary: ['sameSchool'] };
const family: Allow = { pupil: ['self'], guardian: ['ownCare'] };
/** Adult and deputy of the case: they are its staff, whatever their role. */
const inCharge: Allow = everyStaff(['ownClass']);

/** Roles that can answer for a pupil; bureaus and guests have no list of their own. */
const adultRoles = [
  'teacher',
  'leadTeacher',
  'classTeacher',
  'counsellor',
  'teachingSecretary',
  'preparationLead',
  'principal',
  'schoolDeputy',
  'schoolAdmin',
] as const;

/** Who of a class is in a running lesson, by name. */
export const readClassBoard = defineAction({
  name: 'reach.readClassBoard',
  place: placeOfClassInLesson,
  allow: {
    ...affairs,
    teacher: ['ownClass'],
    leadTeacher: ['ownClass'],
    guestExpert: ['ownClass'],
    preparationLead: ['ownClass'],
    classTeacher: ['ownClass', 'ownCare'],
    counsellor: ['ownClass', 'ownCare'],
  },
});

/** A school's running lessons, with the names of teachers who have not entered. */
export const readSchoolBoard = defineAction({
  name: 'reach.readSchoolBoard',
  place: placeOfOrg,
  allow: affairs,
});

/** Counts of a unit and of the units below it; never a name. */
export const readUnitBoard = defineAction({
  name: 'reach.readUnitBoard',
  place: placeOfOrg,
  allow: { ...affairs, bureauOfficer: ['below'] },
});

/** The workbook of a school's day: counts with definition and cut-off. */
export const readDailyFigure = defineAction({
  name: 'reach.readDailyFigure',
  place: placeOfOrg,
  allow: { ...affairs, bureauOfficer: ['below'] },
});

/** Makes a further issue of a unit's report of a day, when its figures changed since. */
export const issueFigure = defineAction({
  name: 'reach.issueFigure',
  place: placeOfOrg,
  allow: { bureauOfficer: ['below'] },
});

/** One's own list of pupils to follow up. */
export const readOwnFollowUps = defineAction({
  name: 'reach.readOwnFollowUps',
  place: placeOfSelf,
  allow: Object.fromEntries(adultRoles.map((role) => [role, ['self']])),
});

/** All open follow-ups of a school, and the gaps. */
export const readSchoolFollowUps = defineAction({
  name: 'reach.readSchoolFollowUps',
  place: placeOfOrg,
  allow: heads,
});

/** Read one follow-up, log a contact, hand it over, close it. */
export const handleFollowUp = defineAction({
  name: 'reach.handleFollowUp',
  place: placeOfFollowUp,
  allow: {
    ...inCharge,
    schoolAdmin: ['ownClass', 'sameSchool'],
    principal: ['ownClass', 'sameSchool'],
    schoolDeputy: ['ownClass', 'sameSchool'],
  },
});

/** Call a family: only the named adult and the deputy, one pupil at a time, each time on record. */
export const revealNumber = defineAction({
  name: 'reach.revealNumber',
  place: placeOfCare,
  allow: inCharge,
});

/** Begin to look after a pupil before the day closes. */
export const openFollowUp = defineAction({
  name: 'reach.openFollowUp',
  place: placeOfCare,
  allow: inCharge,
});

/** Say that a pupil cannot attend, and take it back. */
export const tellCannotAttend = defineAction({
  name: 'reach.tellCannotAttend',
  place: placeOfPerson,
  allow: family,
});

/** A pupil's days with the evidence of each state. */
export const readPupilDays = defineAction({
  name: 'reach.readPupilDays',
  place: placeOfPerson,
  allow: { ...family, ...everyStaffOwnCare() },
});

/** A guardian's children at a glance. */
export const readOwnChildren = defineAction({
  name: 'reach.readOwnChildren',
  place: placeOfSelf,
  allow: { guardian: ['self'] },
});

/** Say that a state is wrong. */
export const openContest = defineAction({ name: 'reach.openContest', place: placeOfPerson, allow: family });

export const answerContest = defineAction({
  name: 'reach.answerContest',
  place: placeOfContest,
  allow: {
    ...inCharge,
    schoolAdmin: ['ownClass', 'sameSchool'],
    principal: ['ownClass', 'sameSchool'],
    schoolDeputy: ['ownClass', 'sameSchool'],
  },
});

/** Contests that wait for an answer at a school. */
export const readContests = defineAction({ name: 'reach.readContests', place: placeOfOrg, allow: heads });

/** What a school calls late, gone early, made up and reached. */
export const readRules = defineAction({
  name: 'reach.readRules',
  place: placeOfOrg,
  allow: Object.fromEntries(adultRoles.map((role) => [role, ['sameSchool']])),
});
export const changeRules = defineAction({
  name: 'reach.changeRules',
  place: placeOfOrg,
  allow: heads,
  secondStep: true,
});

/** Opens, follows, counts and closes school days without anybody asking. */
export const keepSchoolDay = defineAction({
  name: 'reach.keepSchoolDay',
  place: placeOfOrg,
  allow: { operator: 'any' },
});

function everyStaffOwnCare(): Allow {
  const own = everyStaff(['ownCare']);
  return {
    ...own,
    schoolAdmin: ['ownCare', 'sameSchool'],
    principal: ['ownCare', 'sameSchool'],
    schoolDeputy: ['ownCare', 'sameSchool'],
  };
}

export const reachActions = [
  readClassBoard,
  readSchoolBoard,
  readUnitBoard,
  readDailyFigure,
  issueFigure,
  readOwnFollowUps,
  readSchoolFollowUps,
  handleFollowUp,
  revealNumber,
  openFollowUp,
  tellCannotAttend,
  readPupilDays,
  readOwnChildren,
  openContest,
  answerContest,
  readContests,
  readRules,
  changeRules,
  keepSchoolDay,
];
