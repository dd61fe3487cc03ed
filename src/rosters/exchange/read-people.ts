import { readName } from '../rules/person-name.ts';
import type { CurrentPerson, CurrentRoster } from '../rules/plan-roster.ts';
import type { RosterProblem, RosterRow } from '../rules/roster-row.ts';
import { readSchoolNumber } from '../rules/school-number.ts';
import { entityIds, type CurrentSchool, type MemberRead } from '../rules/sections.ts';
import { isRegisterNumber, looksLikeIdentityNumber } from '../rules/sensitive.ts';
import type { Dialect } from './dialect.ts';
import { joinName } from './names.ts';
import { linksOf, readGuardians } from './read-guardians.ts';
import type { ClassesRead } from './read-classes.ts';
import { readMembers } from './read-members.ts';
import { kindOfRole, plainRole } from './roles.ts';
import { idList, recordProblem, running, setProblem, type ExchangeRecord, type Records } from './records.ts';
import type { Units } from './school.ts';

export interface PeopleContext {
  readonly units: Units;
  readonly classes: ClassesRead;
  readonly current: CurrentRoster;
  readonly school: CurrentSchool;
  readonly isDelta: boolean;
  /** The guardians' telephone was mapped on purpose. */
  readonly hasGuardians: boolean;
  /** Table that holds the roles; `null`: there is none, and the set is refused as a whole, not person by person. */
  readonly rolesIn: string | null;
}

export interface PeopleRead {
  readonly rows: readonly RosterRow[];
  readonly members: readonly MemberRead[];
  readonly problems: readonly RosterProblem[];
  /** Numbers, in lower case, of people of the school who the set says have left. */
  readonly gone: ReadonlySet<string>;
  /** Ids of users who are guardians only. */
  readonly guardians: ReadonlySet<string>;
}

/** Stands for no unit at all; `''` is a table that does not name units. */
const NO_UNIT = ' ';

/** Words that every dialect has. */
const ROLE_OF_KIND = { pupil: 'student', staff: 'teacher', guardian: undefined } as const;

interface RoleHeld {
  readonly orgId: string;
  readonly role: string;
  readonly isPrimary: boolean;
}

/** Roles of each user: from a table of roles, from the users themselves, or from both. */
function rolesByUser(records: Records, today: string, problems: RosterProblem[]): Map<string, RoleHeld[]> {
  const byUser = new Map<string, RoleHeld[]>();
  const put = (userId: string, held: RoleHeld) => {
    const list = byUser.get(userId);
    if (list) list.push(held);
    else byUser.set(userId, [held]);
  };
  const counts = running(records.roles, today, problems);
  for (const record of records.roles) {
    if (record.gone || !counts(record)) continue;
    const isPrimary = /^(primary|true|1|yes)$/i.test(record.get('isPrimary'));
    put(record.get('userId'), { orgId: record.get('orgId'), role: record.get('role'), isPrimary });
  }
  for (const record of records.users) {
    const role = record.get('role');
    if (role === '') continue;
    const orgIds = idList(record.get('orgIds'));
    for (const orgId of orgIds) put(record.get('id'), { orgId, role, isPrimary: false });
    // Without a unit only guardians are anybody: whose pupil else it is cannot be known.
    if (orgIds.length === 0) put(record.get('id'), { orgId: NO_UNIT, role, isPrimary: false });
  }
  return byUser;
}

/** The school number among what a record says of a person: their number, else their id, else their user name. */
function numberOf(record: ExchangeRecord): { number: string; from: 'number' | 'id' | 'userName' } | null {
  const [userName = ''] = record.get('userName').split('@');
  const candidates = [
    ['number', record.get('number')],
    ['id', record.get('id')],
    ['userName', userName],
  ] as const;
  for (const [from, text] of candidates) {
    const cell = { text, raw: text, kind: 'text', formula: false, merged: null, row: 1, column: 1 } as const;
    const reading = readSchoolNumber(cell);
    if (reading.state === 'read' && !reading.restored) return { number: reading.number, from };
  }
  return null;
}

function nameOf(record: ExchangeRecord): string {
  const parts = { familyName: record.get('familyName'), givenName: record.get('givenName') };
  return record.get('fullName') || joinName(parts, record.get('middleName'));
}

/** What is left out, counted and said once. */
interface LeftOut {
  guardians: number;
  elsewhere: number;
  disabled: number;
  fromId: number;
}

function countProblems(left: LeftOut, hasGuardians: boolean): RosterProblem[] {
  const said = [
    ['roster_guardians_left_out', hasGuardians ? 0 : left.guardians],
    ['roster_other_schools', left.elsewhere],
    ['roster_accounts_disabled', left.disabled],
    ['roster_number_from_id', left.fromId],
  ] as const;
  return said.flatMap(([code, count]) => (count > 0 ? [setProblem(code, 'look', { count })] : []));
}

/** Reads users and enrollments: roster rows with the home class of each pupil, and the members of all classes. */
export function readPeople(records: Records, dialect: Dialect, context: PeopleContext): PeopleRead {
  const { units, current, school } = context;
  const problems: RosterProblem[] = [];
  const roles = rolesByUser(records, school.today, problems);
  const known = entityIds(
    school,
    'person',
    current.persons.map(({ id }) => id),
  );
  const persons = new Map(current.persons.map((person) => [person.id, person]));
  const inClasses = new Map<string, string>();
  for (const member of records.members) {
    const section = context.classes.find(member.get('classId'));
    if (section && section !== 'elsewhere') inClasses.set(member.get('userId'), member.get('role'));
  }
  const isGuardian = (held: readonly RoleHeld[]) =>
    held.some(({ role }) => kindOfRole(dialect, role) === 'guardian');
  const related = new Set(records.guardianships.map((record) => record.get('guardianId')));
  const guardians: ExchangeRecord[] = [];
  const gone = new Set<string>();
  const left: LeftOut = { guardians: 0, elsewhere: 0, disabled: 0, fromId: 0 };
  const rows = new Map<string, RosterRow>();
  const leftOut = new Set<string>();
  const numbers = new Map<string, RosterRow>();
  for (const record of records.users) {
    const id = record.get('id');
    const person = persons.get(known.get(id) ?? '');
    const isDisabled = /^(false|0|no|否)$/i.test(record.get('enabled'));
    if (record.gone || isDisabled) {
      if (person) gone.add(person.number.toLowerCase());
      if (isDisabled && !record.gone) left.disabled += 1;
      leftOut.add(id);
      continue;
    }
    const held = roles.get(id) ?? [];
    const here = held.filter(
      ({ orgId }) =>
        units === null ||
        orgId === '' ||
        units.has(orgId) ||
        (person !== undefined && records.orgs.length === 0),
    );
    const role =
      here.find(({ isPrimary }) => isPrimary)?.role ??
      here.find((one) => kindOfRole(dialect, one.role) === 'staff')?.role ??
      here[0]?.role ??
      // In a set of changes somebody who is known keeps their part.
      (held.length === 0 ? (inClasses.get(id) ?? ROLE_OF_KIND[person?.kind ?? 'guardian']) : undefined);
    // Guardians are of no unit, or of their child's.
    if (role === undefined && (isGuardian(held) || related.has(id))) {
      left.guardians += 1;
      guardians.push(record);
      leftOut.add(id);
      continue;
    }
    if (role === undefined && held.length === 0) {
      const params = { table: context.rolesIn ?? 'roles' };
      if (context.rolesIn !== null || context.isDelta)
        problems.push(recordProblem(record, 'roster_role_missing', 'look', 'id', params));
      leftOut.add(id);
      continue;
    }
    if (role === undefined) {
      left.elsewhere += 1;
      leftOut.add(id);
      continue;
    }
    const kind = kindOfRole(dialect, role);
    if (kind === null || kind === 'guardian') {
      if (kind === 'guardian') {
        left.guardians += 1;
        guardians.push(record);
      } else {
        const params = { shown: role.slice(0, 30) };
        problems.push(recordProblem(record, 'roster_role_unknown', 'look', 'role', params));
      }
      leftOut.add(id);
      continue;
    }
    const row = personRow(record, { kind, role, dialect, person, problems, left });
    const other = numbers.get(row.number.toLowerCase());
    if (row.number !== '' && other) {
      const params = {
        number: row.number,
        name: row.name,
        otherRow: other.row,
        otherSheet: other.sheet,
        otherName: other.name,
        otherClass: '',
      };
      problems.push(recordProblem(record, 'roster_number_duplicate', 'must', 'number', params));
      rows.set(id, { ...row, blocked: true });
      continue;
    }
    if (row.number !== '') numbers.set(row.number.toLowerCase(), row);
    rows.set(id, row);
  }
  const memberRead = readMembers(records, dialect, {
    classes: context.classes,
    today: school.today,
    leftOut,
    rows,
    userOf: (id) => {
      const row = rows.get(id);
      if (row) return row;
      const person = persons.get(known.get(id) ?? '');
      return person && person.kind !== 'guardian' ? { ...person, kind: person.kind } : undefined;
    },
  });
  const leads = new Set(
    memberRead.members
      .filter(({ role, gone: over }) => role === 'classTeacher' && !over)
      .map((one) => one.number),
  );
  const guardianIds = new Set(guardians.map((record) => record.get('id')));
  const ofPupils = context.hasGuardians
    ? readGuardians(records, guardians, {
        links: linksOf(records, (id) => guardianIds.has(id)),
        isPupil: (id) => rows.get(id)?.kind === 'pupil',
        nameOf,
      })
    : null;
  if (ofPupils) problems.push(...ofPupils.problems);
  const placed = [...rows].map(([id, row]): RosterRow => ({
    ...row,
    guardians: ofPupils?.byPupil.get(id) ?? [],
    class: memberRead.homes.get(id) ?? row.class,
    role: leads.has(row.number) ? ('classTeacher' as const) : row.role,
  }));
  for (const [id, home] of memberRead.homes) {
    const person = persons.get(known.get(id) ?? '');
    if (!rows.has(id) && person) placed.push(movedRow(person, id, home, memberRead.homeAt.get(id)));
  }
  const homeless = placed.filter((row) => row.kind === 'pupil' && row.class === null && !row.blocked).length;
  const pupils = placed.filter((row) => row.kind === 'pupil').length;
  if (homeless > 0 && !context.isDelta) {
    problems.push(setProblem('roster_no_home_class', 'look', { count: homeless, pupils }));
  }
  return {
    rows: placed,
    members: memberRead.members,
    problems: [...problems, ...memberRead.problems, ...countProblems(left, context.hasGuardians)],
    gone,
    guardians: guardianIds,
  };
}

function personRow(
  record: ExchangeRecord,
  {
    kind,
    role,
    dialect,
    person,
    problems,
    left,
  }: {
    kind: 'pupil' | 'staff';
    role: string;
    dialect: Dialect;
    person: CurrentPerson | undefined;
    problems: RosterProblem[];
    left: LeftOut;
  },
): RosterRow {
  let blocked = false;
  const must = (code: RosterProblem['code'], field: 'id' | 'number' | 'familyName', params = {}) => {
    blocked = true;
    problems.push(recordProblem(record, code, 'must', field, params));
  };
  const id = record.get('id');
  const isIdentity = looksLikeIdentityNumber(id) || isRegisterNumber(id);
  if (isIdentity) must('roster_number_identity', 'id');
  const found = isIdentity ? null : numberOf(record);
  if (!found && !isIdentity) must('roster_number_odd', 'number', { shown: id.slice(0, 32) });
  if (found && found.from !== 'number' && !person) left.fromId += 1;
  const number = person?.number ?? found?.number ?? '';
  if (person && found?.from === 'number' && found.number.toLowerCase() !== person.number.toLowerCase()) {
    const params = { number: person.number, shown: found.number };
    problems.push(recordProblem(record, 'roster_number_kept', 'look', 'number', params));
  }
  const { name, doubt, characters } = readName(nameOf(record));
  if (name === '') must('roster_name_missing', 'familyName');
  else if (doubt === 'lost') must('roster_name_lost', 'familyName', { name, characters });
  else if (doubt === 'rare' || doubt === 'odd') {
    const code = doubt === 'rare' ? 'roster_name_rare' : 'roster_name_odd';
    problems.push(recordProblem(record, code, 'look', 'familyName', { name, characters }));
  }
  if (dialect.leadingRoles.includes(plainRole(role))) {
    const params = { role: role.slice(0, 20) };
    problems.push(recordProblem(record, 'roster_role_not_granted', 'look', 'role', params));
  }
  const at = { number: record.at('number') ?? record.at('id') ?? 1, name: record.at('familyName') ?? 1 };
  return {
    kind,
    number,
    uncertainNumber: null,
    name,
    sex: null,
    class: null,
    guardianName: null,
    guardianPhone: null,
    role: kind === 'staff' ? 'teacher' : null,
    sheet: record.sheet,
    row: record.row,
    at,
    given: { number, name, role },
    blocked,
    externalId: isIdentity ? null : id,
  };
}

/** The row of somebody whom a set of changes only moves into another home class. */
function movedRow(
  person: CurrentPerson,
  externalId: string,
  home: RosterRow['class'],
  place: { sheet: string; row: number } | undefined,
): RosterRow {
  return {
    kind: person.kind === 'staff' ? 'staff' : 'pupil',
    number: person.number,
    uncertainNumber: null,
    name: person.name,
    sex: null,
    class: home,
    guardianName: null,
    guardianPhone: null,
    role: null,
    sheet: place?.sheet ?? '',
    row: place?.row ?? 0,
    at: {},
    given: { number: person.number, name: person.name },
    blocked: false,
    externalId,
  };
}
