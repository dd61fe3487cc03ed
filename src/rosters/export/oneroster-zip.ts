import { strToU8, zipSync } from 'fflate';
import { joinName, splitName } from '../exchange/names.ts';
import { csvOf } from './csv.ts';
import type { ExportedPerson, RosterExport } from './select-export.ts';

const BASE = 'sourcedId,status,dateLastModified';

/** Headings of OneRoster 1.2 in their order; the order is part of the standard. */
const HEADINGS = {
  orgs: `${BASE},name,type,identifier,parentSourcedId`,
  academicSessions: `${BASE},title,type,startDate,endDate,parentSourcedId,schoolYear`,
  courses: `${BASE},schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes`,
  classes: `${BASE},title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods`,
  users: `${BASE},enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns,metadata.fullName`,
  roles: `${BASE},userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId`,
  enrollments: `${BASE},classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate`,
} as const;

/** Every table of the standard, for the manifest; those that are not written are absent. */
const TABLES =
  'academicSessions categories classes classResources courses courseResources demographics enrollments lineItemLearningObjectiveIds lineItems lineItemScoreScales orgs resources resultLearningObjectiveIds results resultScoreScales roles scoreScales userProfiles userResources users'.split(
    ' ',
  );

const ROLES = { pupil: 'student', teacher: 'teacher', assistant: 'aide', classTeacher: 'teacher' } as const;

type Row = Readonly<Record<string, string>>;

/** Rows in the order of a heading; what a row does not name stays empty. */
function table(heading: string, rows: Iterable<Row>): string {
  const columns = heading.split(',');
  function* lines(): Generator<string[]> {
    for (const row of rows) yield columns.map((column) => row[column] ?? '');
  }
  return csvOf(columns, lines());
}

/** OneRoster's last day is the first one that no longer counts. */
function dayAfter(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
}

function userRow(person: ExportedPerson, id: string, grade: string, orgId: string): Row {
  const parts = splitName(person.name);
  return {
    sourcedId: id,
    enabledUser: 'true',
    username: person.number,
    ...parts,
    identifier: person.number,
    grades: grade,
    primaryOrgSourcedId: orgId,
    // Only where the two parts do not give the name again.
    'metadata.fullName': joinName(parts) === person.name ? '' : person.name,
  };
}

/**
 * A school's roster as a OneRoster 1.2 set (bulk). No demographics, no contacts, no passwords; cells that a spreadsheet
 * program would take for formulas are text. Reading it again changes nothing.
 *
 * @returns bytes of a zip.
 */
export function oneRosterZip(data: RosterExport): Uint8Array {
  const idOf = (id: string) => data.externalIds.get(id) ?? id;
  const orgId = data.school.id;
  const classes = new Map(data.classes.map((one) => [one.id, one]));
  const persons = new Set(data.persons.map(({ id }) => id));
  const homes = data.persons.flatMap(({ id, classId }) =>
    classId !== null && classes.has(classId) ? [{ classId, personId: id, role: 'pupil' as const }] : [],
  );
  const members = [...homes, ...data.members.filter(({ personId }) => persons.has(personId))];
  const courses = new Set(data.classes.flatMap(({ courseId }) => (courseId === null ? [] : [courseId])));
  const years = (day: string) => String(Number(day.slice(0, 4)) + (Number(day.slice(5, 7)) >= 7 ? 1 : 0));
  const tables: Record<keyof typeof HEADINGS, Row[]> = {
    orgs: [{ sourcedId: orgId, name: data.school.name, type: 'school', identifier: data.school.code }],
    academicSessions: data.terms.map(({ id, title, firstDay, lastDay }) => ({
      sourcedId: id,
      title,
      type: 'term',
      startDate: firstDay,
      endDate: dayAfter(lastDay),
      schoolYear: years(firstDay),
    })),
    courses: data.courses
      .filter(({ id }) => courses.has(id))
      .map(({ id, code, title, subject }) => ({
        sourcedId: id,
        title,
        courseCode: code,
        orgSourcedId: orgId,
        subjects: subject ?? '',
      })),
    classes: data.classes.map(({ id, kind, name, yearGroup, courseId, termId }) => ({
      sourcedId: idOf(id),
      title: name,
      grades: yearGroup ?? '',
      courseSourcedId: courseId ?? '',
      classType: kind,
      schoolSourcedId: orgId,
      termSourcedIds: termId ?? '',
    })),
    users: data.persons.map((person) =>
      userRow(person, idOf(person.id), classes.get(person.classId ?? '')?.yearGroup ?? '', orgId),
    ),
    roles: data.persons.map(({ id, kind }) => ({
      sourcedId: `${id}:${kind}`,
      userSourcedId: idOf(id),
      roleType: 'primary',
      role: kind === 'pupil' ? 'student' : 'teacher',
      orgSourcedId: orgId,
    })),
    enrollments: members.map(({ classId, personId, role }) => ({
      sourcedId: `${classId}:${personId}:${role}`,
      classSourcedId: idOf(classId),
      schoolSourcedId: orgId,
      userSourcedId: idOf(personId),
      role: ROLES[role],
      primary: role === 'classTeacher' || role === 'teacher' ? 'true' : 'false',
    })),
  };
  const manifest = [
    ['manifest.version', '1.0'],
    ['oneroster.version', '1.2'],
    ...TABLES.map((name) => [`file.${name}`, name in tables ? 'bulk' : 'absent']),
    ['source.systemName', 'Not One Less'],
    ['source.systemCode', data.school.code],
  ];
  const files: Record<string, Uint8Array> = {
    'manifest.csv': strToU8(csvOf(['propertyName', 'value'], manifest)),
  };
  for (const [name, heading] of Object.entries(HEADINGS)) {
    files[`${name}.csv`] = strToU8(table(heading, tables[name as keyof typeof HEADINGS]));
  }
  return zipSync(files, { level: 6 });
}
