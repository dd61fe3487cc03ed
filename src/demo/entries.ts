/** Who can be tried with one tap; `kind` names the text `demo.entry.<kind>`. First of each role the start screen names. */
export const demoEntries = [
  { loginName: 'qscz-202607201', kind: 'pupil' },
  { loginName: 'qscz-j202607201', kind: 'guardian' },
  { loginName: 'qscz-t001', kind: 'teacher' },
  { loginName: 'qscz-t002', kind: 'classTeacher' },
  { loginName: 'qscz-a001', kind: 'schoolAdmin' },
  { loginName: 'qscz-a002', kind: 'principal' },
  { loginName: 'demo-county-g001', kind: 'bureauOfficer' },
  { loginName: 'yldx-f15', kind: 'counsellor' },
] as const;
