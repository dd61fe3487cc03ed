import { defineAction, placeOfOrg, type Allow } from '../people/access.ts';
import { appointmentRoles } from '../people/roles.ts';

const staffOfSchool: Allow = Object.fromEntries(appointmentRoles.map((role) => [role, ['sameSchool']]));

/** Terms, holidays and school days of a unit. */
export const readCalendar = defineAction({
  name: 'calendar.read',
  place: placeOfOrg,
  allow: { ...staffOfSchool, bureauOfficer: ['sameSchool', 'below'], operator: 'any' },
});

/** Terms, and which days are off or made up. */
export const editCalendar = defineAction({
  name: 'calendar.edit',
  place: placeOfOrg,
  allow: {
    schoolAdmin: ['sameSchool'],
    principal: ['sameSchool'],
    schoolDeputy: ['sameSchool'],
    teachingSecretary: ['sameSchool'],
    bureauOfficer: ['below'],
    operator: 'any',
  },
});

export const calendarActions = [readCalendar, editCalendar];
