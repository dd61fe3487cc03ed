import type { Dialect, TableMap, TableName } from './dialect.ts';

const base = { id: ['sourcedid', 'id'], status: ['status'] } as const;

const ONEROSTER: Dialect = {
  name: 'oneroster',
  tables: [
    [
      'orgs',
      {
        files: ['orgs'],
        columns: {
          ...base,
          name: ['name'],
          type: ['type'],
          code: ['identifier'],
          parentId: ['parentsourcedid', 'parentid'],
        },
        required: ['id', 'name'],
      },
    ],
    [
      'sessions',
      {
        files: ['academicsessions', 'academicsession'],
        columns: {
          ...base,
          name: ['title'],
          type: ['type'],
          startsOn: ['startdate'],
          endsOn: ['enddate'],
          parentId: ['parentsourcedid', 'parentid'],
        },
        required: ['id', 'name'],
      },
    ],
    [
      'users',
      {
        files: ['users'],
        columns: {
          ...base,
          enabled: ['enableduser'],
          orgIds: ['orgsourcedids', 'orgids', 'primaryorgsourcedid'],
          role: ['role'],
          userName: ['username'],
          fullName: ['metadata.fullname'],
          givenName: ['givenname'],
          middleName: ['middlename'],
          familyName: ['familyname'],
          number: ['identifier'],
          grades: ['grades', 'grade'],
          agentIds: ['agentsourcedids', 'agents', 'agentids'],
        },
        required: ['id', 'givenName', 'familyName'],
      },
    ],
    [
      'roles',
      {
        files: ['roles'],
        columns: {
          ...base,
          userId: ['usersourcedid'],
          role: ['role'],
          orgId: ['orgsourcedid'],
          isPrimary: ['roletype'],
          startsOn: ['begindate'],
          endsOn: ['enddate'],
        },
        required: ['userId', 'role', 'orgId'],
      },
    ],
    [
      'courses',
      {
        files: ['courses'],
        columns: {
          ...base,
          name: ['title'],
          code: ['coursecode'],
          grades: ['grades', 'grade'],
          orgId: ['orgsourcedid'],
          subjects: ['subjects', 'subject'],
        },
        required: ['id', 'name'],
      },
    ],
    [
      'classes',
      {
        files: ['classes'],
        columns: {
          ...base,
          name: ['title'],
          grades: ['grades', 'grade'],
          courseId: ['coursesourcedid', 'courseid'],
          code: ['classcode'],
          type: ['classtype'],
          orgId: ['schoolsourcedid', 'schoolid'],
          sessionIds: ['termsourcedids', 'termsourcedid', 'terms'],
          subjects: ['subjects', 'subject'],
        },
        required: ['id', 'name'],
      },
    ],
    [
      'members',
      {
        files: ['enrollments', 'enrolments'],
        columns: {
          ...base,
          classId: ['classsourcedid', 'classid'],
          orgId: ['schoolsourcedid', 'schoolid'],
          userId: ['usersourcedid', 'userid'],
          role: ['role'],
          isPrimary: ['primary'],
          startsOn: ['begindate'],
          endsOn: ['enddate'],
        },
        required: ['classId', 'userId', 'role'],
      },
    ],
  ],
  schoolTypes: ['school'],
  homeroomTypes: ['homeroom'],
  pupilRoles: ['student'],
  staffRoles: ['teacher', 'aide', 'proctor', 'counselor'],
  leadingRoles: [
    'administrator',
    'principal',
    'siteadministrator',
    'districtadministrator',
    'systemadministrator',
  ],
  guardianRoles: ['guardian', 'parent', 'relative'],
};

/** Microsoft School Data Sync, sets of version 2 and 2.1. */
const SDS: Dialect = {
  name: 'sds',
  tables: [
    [
      'orgs',
      {
        files: ['orgs'],
        columns: { id: ['sourcedid'], name: ['name'], type: ['type'], parentId: ['parentsourcedid'] },
        required: ['id', 'name'],
      },
    ],
    [
      'sessions',
      {
        files: ['academicsessions'],
        columns: {
          id: ['sourcedid'],
          name: ['title'],
          type: ['type'],
          startsOn: ['startdate'],
          endsOn: ['enddate'],
        },
        required: ['id', 'name'],
      },
    ],
    [
      'users',
      {
        files: ['users'],
        columns: {
          id: ['sourcedid'],
          userName: ['username'],
          givenName: ['givenname'],
          familyName: ['familyname'],
          number: ['usernumber'],
        },
        required: ['id', 'userName'],
      },
    ],
    [
      'roles',
      {
        files: ['roles'],
        columns: {
          userId: ['usersourcedid'],
          orgId: ['orgsourcedid'],
          role: ['role'],
          grades: ['grade'],
          isPrimary: ['isprimary'],
          startsOn: ['rolestartdate'],
          endsOn: ['roleenddate'],
        },
        required: ['userId', 'orgId', 'role'],
      },
    ],
    [
      'courses',
      {
        files: ['courses'],
        columns: {
          id: ['sourcedid'],
          orgId: ['orgsourcedid'],
          name: ['title'],
          code: ['code'],
          subjects: ['subject'],
          grades: ['grade'],
        },
        required: ['id', 'name'],
      },
    ],
    [
      'classes',
      {
        files: ['classes'],
        columns: {
          id: ['sourcedid'],
          orgId: ['orgsourcedid'],
          name: ['title'],
          sessionIds: ['sessionsourcedids'],
          courseId: ['coursesourcedid'],
          code: ['code'],
          type: ['type'],
        },
        required: ['id', 'orgId', 'name'],
      },
    ],
    [
      'members',
      {
        files: ['enrollments'],
        columns: { classId: ['classsourcedid'], userId: ['usersourcedid'], role: ['role'] },
        required: ['classId', 'userId', 'role'],
      },
    ],
    [
      'guardianships',
      {
        files: ['relationships'],
        columns: {
          userId: ['usersourcedid'],
          guardianId: ['relationshipusersourcedid'],
          role: ['relationshiprole'],
        },
        required: ['userId', 'guardianId'],
        ofGuardians: true,
      },
    ],
  ],
  schoolTypes: [
    'school',
    'college',
    'university',
    'k12school',
    'highereducation',
    'elementaryschool',
    'middleschool',
    'highschool',
    'campus',
  ],
  homeroomTypes: ['homeroom', 'advisory'],
  pupilRoles: ['student', 'learner'],
  staffRoles: [
    'teacher',
    'professor',
    'faculty',
    'lecturer',
    'instructor',
    'aide',
    'paraprofessional',
    'teacherassistant',
    'adjunct',
    'substitute',
    'staff',
    'nonacademicstaff',
    'counselor',
    'officestaff',
  ],
  leadingRoles: ['principal', 'administrator', 'assistantprincipal', 'chair', 'dean', 'superintendent'],
  guardianRoles: ['guardian', 'parent', 'relative'],
};

/** The older sets of School Data Sync: one file a kind of person. */
const SDS_OLD: Dialect = {
  ...SDS,
  name: 'sdsOld',
  tables: [
    [
      'orgs',
      {
        files: ['school'],
        columns: { id: ['sis id'], name: ['name'], code: ['school number'] },
        required: ['id', 'name'],
        fixed: { type: 'school' },
      },
    ],
    ...(
      [
        ['student', 'student', ['student number']],
        ['teacher', 'teacher', ['teacher number']],
      ] as const
    ).map(([file, role, number]): readonly [TableName, TableMap] => [
      'users',
      {
        files: [file],
        columns: {
          id: ['sis id'],
          orgIds: ['school sis id'],
          userName: ['username'],
          givenName: ['first name'],
          middleName: ['middle name'],
          familyName: ['last name'],
          number,
          grades: ['grade'],
          status: ['status'],
        },
        required: ['id', 'orgIds'],
        fixed: { role },
      },
    ]),
    [
      'classes',
      {
        files: ['section'],
        columns: {
          id: ['sis id'],
          orgId: ['school sis id'],
          name: ['section name'],
          code: ['section number'],
          sessionIds: ['term sis id'],
          courseId: ['course sis id'],
          subjects: ['course subject'],
          type: ['section type'],
        },
        required: ['id', 'orgId', 'name'],
      },
    ],
    ...(
      [
        ['studentenrollment', 'student'],
        ['teacherroster', 'teacher'],
      ] as const
    ).map(([file, role]): readonly [TableName, TableMap] => [
      'members',
      {
        files: [file],
        columns: { classId: ['section sis id'], userId: ['sis id'] },
        required: ['classId', 'userId'],
        fixed: { role },
      },
    ]),
    [
      'users',
      {
        files: ['user'],
        columns: { id: ['email'], givenName: ['first name'], familyName: ['last name'] },
        required: ['id'],
        fixed: { role: 'guardian' },
        ofGuardians: true,
      },
    ],
    [
      'guardianships',
      {
        files: ['guardianrelationship'],
        columns: { userId: ['sis id'], guardianId: ['email'], role: ['role'] },
        required: ['userId', 'guardianId'],
        ofGuardians: true,
      },
    ],
  ],
};

export const DIALECTS: readonly Dialect[] = [ONEROSTER, SDS, SDS_OLD];
