/** Roles that are appointments at a unit (R5); the one list in the product. */
export const appointmentRoles = [
  'teacher',
  'leadTeacher',
  'classTeacher',
  'counsellor',
  'teachingSecretary',
  'preparationLead',
  'researcher',
  'supervisor',
  'classRep',
  'principal',
  'schoolDeputy',
  'schoolAdmin',
  'bureauOfficer',
  'opsStaff',
  'guestExpert',
  'schoolAuditor',
] as const;
export type AppointmentRole = (typeof appointmentRoles)[number];

/** Everybody who can ask for something: appointments, learners, and those without an account. */
export const roles = [...appointmentRoles, 'pupil', 'guardian', 'operator', 'anonymous'] as const;
export type Role = (typeof roles)[number];

/** How the subject of an action stands to the one who asks; several may hold at once. */
export const relations = ['self', 'ownClass', 'ownCare', 'sameSchool', 'below', 'foreign'] as const;
export type Relation = (typeof relations)[number];
