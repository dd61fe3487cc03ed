import type { ClassName } from '../rules/class-name.ts';
import type { RosterProblem, RosterRow } from '../rules/roster-row.ts';
import type { MemberRead, MemberRole, SectionRead } from '../rules/sections.ts';
import type { Dialect } from './dialect.ts';
import type { ClassesRead } from './read-classes.ts';
import { kindOfRole, type KnownUser } from './roles.ts';
import { recordProblem, running, setProblem, type ExchangeRecord, type Records } from './records.ts';

export interface MembersContext {
  readonly classes: ClassesRead;
  readonly today: string;
  /** Users of the set who are not imported: guardians, people of other schools, those who left. */
  readonly leftOut: ReadonlySet<string>;
  readonly rows: ReadonlyMap<string, RosterRow>;
  /** A user of the set or, by an earlier set, of the school. */
  readonly userOf: (id: string) => KnownUser | undefined;
}

export interface MembersRead {
  readonly members: readonly MemberRead[];
  /** Home class of pupils by id of the user. */
  readonly homes: ReadonlyMap<string, ClassName>;
  readonly homeAt: ReadonlyMap<string, { readonly sheet: string; readonly row: number }>;
  readonly problems: readonly RosterProblem[];
}

const ASSISTANTS = new Set(['aide', 'proctor', 'teacherassistant', 'paraprofessional']);

/** Role in the class, and whether the person is of the other kind (a teacher enrolled as a pupil). */
function roleIn(
  section: SectionRead,
  user: KnownUser,
  dialect: Dialect,
  role: string,
): { role: MemberRole | null; differs: boolean } | null {
  const kind = kindOfRole(dialect, role);
  if (kind === null) return null;
  if (kind === 'guardian') return { role: null, differs: false };
  if (kind === 'pupil') return { role: 'pupil', differs: user.kind === 'staff' };
  // A pupil does not become a teacher by a row of a table.
  if (user.kind === 'pupil') return { role: null, differs: true };
  if (ASSISTANTS.has(role.toLowerCase())) return { role: 'assistant', differs: false };
  return { role: section.kind === 'homeroom' ? 'classTeacher' : 'teacher', differs: false };
}

interface Home {
  readonly class: ClassName;
  readonly isPrimary: boolean;
  readonly record: ExchangeRecord;
}

/** Reads the enrollments of the school's classes. */
export function readMembers(records: Records, dialect: Dialect, context: MembersContext): MembersRead {
  const { classes, userOf, leftOut } = context;
  const problems: RosterProblem[] = [];
  const members: MemberRead[] = [];
  const homes = new Map<string, Home>();
  const counts = running(records.members, context.today, problems);
  let skipped = 0;
  for (const record of records.members) {
    const section = classes.find(record.get('classId'));
    if (section === 'elsewhere') continue;
    const userId = record.get('userId');
    // What names nothing is said by `referenceProblems`; a class with a problem of its own is said there.
    if (!section) continue;
    if (leftOut.has(userId)) {
      skipped += 1;
      continue;
    }
    const user = userOf(userId);
    if (!user) continue;
    const found = roleIn(section, user, dialect, record.get('role'));
    if (!found) {
      const params = { shown: record.get('role').slice(0, 30) };
      problems.push(recordProblem(record, 'roster_role_unknown', 'look', 'role', params));
      continue;
    }
    if (found.differs) {
      const params = { name: user.name, className: section.name, role: record.get('role').slice(0, 20) };
      problems.push(recordProblem(record, 'roster_role_differs', 'look', 'role', params));
    }
    if (found.role === null) {
      if (!found.differs) skipped += 1;
      continue;
    }
    const gone = record.gone || !counts(record);
    if (section.kind === 'homeroom' && section.class && found.role === 'pupil' && user.kind === 'pupil') {
      if (gone || section.gone) continue;
      const home = {
        class: section.class,
        isPrimary: /^(true|1|yes)$/i.test(record.get('isPrimary')),
        record,
      };
      takeHome(userId, home, user, homes, problems);
      continue;
    }
    members.push({
      sectionKey: section.key,
      number: user.number,
      role: found.role,
      gone,
      sheet: record.sheet,
      row: record.row,
    });
  }
  if (skipped > 0) problems.push(setProblem('roster_members_left_out', 'look', { count: skipped }));
  return {
    members,
    homes: new Map([...homes].map(([id, home]) => [id, home.class])),
    homeAt: new Map([...homes].map(([id, { record }]) => [id, { sheet: record.sheet, row: record.row }])),
    problems,
  };
}

/** A pupil has one home class: the one marked as primary where the set names several. */
function takeHome(
  userId: string,
  home: Home,
  user: KnownUser,
  homes: Map<string, Home>,
  problems: RosterProblem[],
): void {
  const other = homes.get(userId);
  if (!other || other.class.key === home.class.key) homes.set(userId, home);
  else if (home.isPrimary && !other.isPrimary) homes.set(userId, home);
  else if (home.isPrimary === other.isPrimary) {
    const params = {
      name: user.name,
      number: user.number,
      otherClass: other.class.name,
      otherRow: other.record.row,
      className: home.class.name,
    };
    problems.push(recordProblem(home.record, 'roster_two_classes', 'must', 'classId', params));
  }
}
