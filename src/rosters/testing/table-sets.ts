import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { strToU8, zipSync } from 'fflate';

/** Tables by file name, each a heading and rows as the text of a CSV; or bytes for other encodings. */
export type Tables = Readonly<Record<string, string | Uint8Array>>;

export function zipOf(tables: Tables): Uint8Array {
  return zipSync(
    Object.fromEntries(
      Object.entries(tables).map(([name, table]) => [
        name,
        typeof table === 'string' ? strToU8(table) : table,
      ]),
    ),
  );
}

/** The files of a folder as one archive. */
export function zipOfFolder(folder: string): Uint8Array {
  const names = readdirSync(folder).filter((name) => name.endsWith('.csv'));
  return zipSync(
    Object.fromEntries(names.map((name) => [name, new Uint8Array(readFileSync(path.join(folder, name)))])),
  );
}

const MANIFEST = (version: string, mode: string) =>
  `propertyName,value\nmanifest.version,1.0\noneroster.version,${version}\n${[
    'orgs',
    'academicSessions',
    'users',
    ...(version === '1.2' ? ['roles'] : []),
    'courses',
    'classes',
    'enrollments',
  ]
    .map((table) => `file.${table},${mode}`)
    .join('\n')}\n`;

/** A small OneRoster 1.2 set of a school: two pupils, a teacher, a homeroom class and a teaching class. */
export function oneRosterSet({ code, mode = 'bulk' }: { code: string; mode?: 'bulk' | 'delta' }) {
  return {
    'manifest.csv': MANIFEST('1.2', mode),
    'orgs.csv': `sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId
org-1,active,2026-09-01T00:00:00.000Z,青禾学校,school,${code},
org-9,active,2026-09-01T00:00:00.000Z,外校,school,other-code,
`,
    'academicSessions.csv': `sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear
term-1,active,,本学期,term,2026-09-01,2027-01-20,,2027
`,
    'users.csv': `sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier
u-1,active,,true,p1,,可欣,沈,,20240101,p1@example.org,,13800000001,,07,,
u-2,active,,true,p2,,长庚,韦,,20240102,,,,,07,,
u-3,active,,true,t1,,文澜,欧阳,,T01,t1@example.org,,,,,Secret-1,
u-4,active,,true,g1,,大年,沈,,G01,,,13800000002,u-1,,,
u-5,active,,true,x1,,外人,外,,20249999,,,,,07,,
`,
    'roles.csv': `sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId
r-1,active,,u-1,primary,student,,,org-1,
r-2,active,,u-2,primary,student,,,org-1,
r-3,active,,u-3,primary,teacher,,,org-1,
r-4,active,,u-4,primary,parent,,,org-1,
r-5,active,,u-5,primary,student,,,org-9,
`,
    'courses.csv': `sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes
c-1,active,,,物理,PHY,07,org-1,科学,
`,
    'classes.csv': `sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods
k-1,active,,七（1）班,07,,,homeroom,,org-1,term-1,,,
k-2,active,,物理提高班,07,c-1,P1,scheduled,,org-1,term-1,,,
`,
    'enrollments.csv': `sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate
e-1,active,,k-1,org-1,u-1,student,false,,
e-2,active,,k-1,org-1,u-2,student,false,,
e-3,active,,k-1,org-1,u-3,teacher,true,,
e-4,active,,k-2,org-1,u-1,student,false,,
e-5,active,,k-2,org-1,u-3,teacher,true,,
`,
    'demographics.csv': `sourcedId,status,dateLastModified,birthDate,sex
u-1,active,,2013-04-05,female
`,
  };
}
