import type { RosterField, SensitiveKind } from '../rules/headers.ts';

/** The tables that the reader understands; what else a set holds is no roster. */
export type TableName =
  | 'orgs'
  | 'sessions'
  | 'users'
  | 'roles'
  | 'courses'
  | 'classes'
  | 'members'
  | 'guardianships';

/** What a column of a table is read as. */
export type ExchangeField =
  | 'id'
  | 'status'
  | 'name'
  | 'type'
  | 'code'
  | 'parentId'
  | 'startsOn'
  | 'endsOn'
  | 'enabled'
  | 'userName'
  | 'fullName'
  | 'givenName'
  | 'middleName'
  | 'familyName'
  | 'number'
  | 'grades'
  | 'orgIds'
  | 'orgId'
  | 'role'
  | 'userId'
  /** Of a pupil: their guardians; of a guardian: their pupils. */
  | 'agentIds'
  | 'guardianId'
  /** Set by hand only: a telephone is read when the school maps its column on purpose. */
  | 'phone'
  | 'classId'
  | 'courseId'
  | 'sessionIds'
  | 'subjects'
  | 'isPrimary';

export interface TableMap {
  /** File names, in lower case and without ending. */
  readonly files: readonly string[];
  /** Heading of each field, in lower case; several where versions differ, the first is the one to write. */
  readonly columns: Partial<Record<ExchangeField, readonly string[]>>;
  readonly required: readonly ExchangeField[];
  /** Fields that the file does not hold because its name says them. */
  readonly fixed?: Partial<Record<ExchangeField, string>>;
  /** Says only who is whose guardian, and is dropped with the guardians unless their telephone is mapped. */
  readonly ofGuardians?: true;
}

/**
 * One way in which programs write rosters as a set of tables: header maps and words, read by one reader.
 *
 * A new kind of set is a new entry of `DIALECTS`, not a new branch.
 */
export interface Dialect {
  readonly name: 'oneroster' | 'sds' | 'sdsOld';
  readonly tables: readonly (readonly [TableName, TableMap])[];
  /** Types of unit that are a school here; the others (district, department) hang above or below. */
  readonly schoolTypes: readonly string[];
  readonly homeroomTypes: readonly string[];
  readonly pupilRoles: readonly string[];
  readonly staffRoles: readonly string[];
  /** Staff who decide over others: imported as teachers, appointed by hand. */
  readonly leadingRoles: readonly string[];
  readonly guardianRoles: readonly string[];
}

/** Tables that hold only what online lessons do not need; counted and left out, whole. */
export const SENSITIVE_TABLES: Readonly<Record<string, SensitiveKind>> = {
  demographics: 'birthday',
  userflags: 'hardship',
  relationships: 'guardianDetails',
  guardianrelationship: 'guardianDetails',
  user: 'guardianDetails',
};

/** Columns of any table that are recognised and left out. */
export const SENSITIVE_COLUMNS: Readonly<Record<string, SensitiveKind>> = {
  password: 'password',
  email: 'onlineContact',
  sms: 'phone',
  phone: 'phone',
  agents: 'guardianDetails',
  agentids: 'guardianDetails',
  agentsourcedids: 'guardianDetails',
  pronouns: 'household',
  birthdate: 'birthday',
  'secondary email': 'onlineContact',
  userids: 'identityNumber',
  userid: 'identityNumber',
};

/** As which field the check screen names a column; the others carry keys that mean nothing to a reader. */
export const SHOWN_AS: Partial<Record<TableName, Partial<Record<ExchangeField, RosterField>>>> = {
  users: {
    number: 'number',
    familyName: 'name',
    givenName: 'name',
    fullName: 'name',
    role: 'role',
    grades: 'yearGroup',
    agentIds: 'guardianName',
    phone: 'guardianPhone',
  },
  roles: { role: 'role' },
  classes: { name: 'class' },
  guardianships: { guardianId: 'guardianName' },
};
