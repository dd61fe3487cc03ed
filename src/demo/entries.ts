/**
 * Who can be tried with one tap; `kind` names the text `demo.entry.<kind>`. First of each role the start screen names.
 *
 * The guardian has two children, one of them in the lesson that is being taught; the class teacher's class is in it;
 * the teacher has a lesson of their own soon after.
 */
export const demoEntries = [
  { loginName: 'qscz-202607201', kind: 'pupil' },
  { loginName: 'qscz-j202607217', kind: 'guardian' },
  { loginName: 'qscz-t002', kind: 'teacher' },
  { loginName: 'qscz-t001', kind: 'classTeacher' },
  { loginName: 'qscz-a001', kind: 'schoolAdmin' },
  { loginName: 'qscz-a002', kind: 'principal' },
  { loginName: 'demo-county-g001', kind: 'bureauOfficer' },
  { loginName: 'yldx-f15', kind: 'counsellor' },
] as const;
