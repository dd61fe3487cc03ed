import type { ClassName } from './class-name.ts';

export type MemberRole = 'pupil' | 'teacher' | 'assistant' | 'classTeacher';

/** A class as a table of classes names it, beside the people of the roster rows. */
export interface SectionRead {
  /** Unique in the file; members refer to it. */
  readonly key: string;
  /** Id in the system the file came from; `null` when the file has none. */
  readonly externalId: string | null;
  readonly kind: 'homeroom' | 'scheduled';
  readonly name: string;
  /** Of a homeroom class: the form in which classes are compared. */
  readonly class: ClassName | null;
  readonly course: { readonly code: string; readonly title: string; readonly subject: string | null } | null;
  readonly yearGroup: string | null;
  readonly termId: string | null;
  /** Last day, `YYYY-MM-DD`, when the term's end is known and lies ahead. */
  readonly endsOn: string | null;
  /** The file says that it is no more. */
  readonly gone: boolean;
  readonly sheet: string;
  readonly row: number;
}

/** Somebody in a class, beyond a pupil's home class, which stands in the roster row. */
export interface MemberRead {
  readonly sectionKey: string;
  /** School number of the person, in the file or in the present roster. */
  readonly number: string;
  readonly role: MemberRole;
  readonly gone: boolean;
  readonly sheet: string;
  readonly row: number;
}

/** What a file says of classes and of who is in them. */
export interface SectionsRead {
  readonly sections: readonly SectionRead[];
  readonly members: readonly MemberRead[];
  /** The file holds all members of its classes, so that those it does not name are no longer in them. */
  readonly membersComplete: boolean;
}

/** The school as it stands, beyond its people and homeroom classes. */
export interface CurrentSchool {
  readonly school: { readonly id: string; readonly code: string; readonly name: string };
  /** The school's day, `YYYY-MM-DD`. */
  readonly today: string;
  readonly terms: readonly {
    readonly id: string;
    readonly title: string;
    readonly firstDay: string;
    readonly lastDay: string;
  }[];
  readonly sections: readonly { readonly id: string; readonly name: string }[];
  /** Who is in the school's classes today; home classes and guests of other schools left out. */
  readonly members: readonly {
    readonly classId: string;
    readonly personId: string;
    readonly role: string;
  }[];
  readonly externalIds: readonly {
    readonly kind: string;
    readonly externalId: string;
    readonly entityId: string;
  }[];
}

export interface PlannedSection {
  readonly section: SectionRead;
  /** `null`: made by the import. */
  readonly classId: string | null;
  readonly outcome: 'created' | 'changed' | 'unchanged' | 'ended';
  readonly nameBefore: string | null;
}

export interface PlannedMember {
  readonly sectionKey: string;
  /** Set for classes that exist and for members whom the file does not name. */
  readonly classId: string | null;
  /** `null`: by number, of a person whom the import makes. */
  readonly personId: string | null;
  readonly number: string;
  readonly role: string;
  readonly outcome: 'created' | 'unchanged' | 'ended';
  readonly sheet: string | null;
  readonly row: number | null;
}

export interface SectionPlan {
  readonly sections: readonly PlannedSection[];
  readonly members: readonly PlannedMember[];
}

/** Ids in another system, and this system's own, which an export carries where there is no other. */
export function entityIds(
  current: CurrentSchool,
  kind: 'person' | 'class' | 'org',
  own: readonly string[],
): Map<string, string> {
  const ids = new Map(own.map((id) => [id, id]));
  for (const one of current.externalIds) if (one.kind === kind) ids.set(one.externalId, one.entityId);
  return ids;
}

function plainName(name: string): string {
  return name.replace(/\s+/g, '').toLowerCase();
}

/**
 * What a file would change of classes and their members.
 *
 * @param classIds - ids of the school's homeroom classes by key.
 * @param personIds - ids of the school's people by number in lower case.
 */
export function planSections(
  read: SectionsRead,
  current: CurrentSchool,
  classIds: ReadonlyMap<string, string>,
  personIds: ReadonlyMap<string, string>,
): SectionPlan {
  const known = entityIds(current, 'class', [...classIds.values(), ...current.sections.map(({ id }) => id)]);
  const byName = new Map(current.sections.map(({ id, name }) => [plainName(name), id]));
  const names = new Map(current.sections.map(({ id, name }) => [id, name]));
  const sections = new Map<string, PlannedSection>();
  for (const section of read.sections) {
    const byKey = section.class ? classIds.get(section.class.key) : byName.get(plainName(section.name));
    const found = (section.externalId === null ? undefined : known.get(section.externalId)) ?? byKey;
    const classId = found ?? null;
    if (section.gone && (!classId || section.kind === 'homeroom')) continue;
    const nameBefore = classId === null ? null : (names.get(classId) ?? null);
    const renamed = section.kind === 'scheduled' && nameBefore !== null && nameBefore !== section.name;
    const outcome = section.gone ? 'ended' : classId === null ? 'created' : renamed ? 'changed' : 'unchanged';
    sections.set(section.key, { section, classId, outcome, nameBefore: renamed ? nameBefore : null });
  }
  return { sections: [...sections.values()], members: planMembers(read, current, sections, personIds) };
}

function planMembers(
  read: SectionsRead,
  current: CurrentSchool,
  sections: ReadonlyMap<string, PlannedSection>,
  personIds: ReadonlyMap<string, string>,
): PlannedMember[] {
  const key = (classId: string, personId: string, role: string) => `${classId} ${personId} ${role}`;
  const present = new Map(current.members.map((one) => [key(one.classId, one.personId, one.role), one]));
  const named = new Set<string>();
  const planned: PlannedMember[] = [];
  const seen = new Set<string>();
  for (const { sectionKey, number, role, gone, sheet, row } of read.members) {
    const section = sections.get(sectionKey);
    if (!section || section.outcome === 'ended') continue;
    const once = `${sectionKey} ${number.toLowerCase()} ${role}`;
    if (seen.has(once)) continue;
    seen.add(once);
    const personId = personIds.get(number.toLowerCase()) ?? null;
    const { classId } = section;
    const here = classId !== null && personId !== null ? key(classId, personId, role) : null;
    const isIn = here !== null && present.has(here);
    if (here !== null) named.add(here);
    if (gone && !isIn) continue;
    const outcome = gone ? 'ended' : isIn ? 'unchanged' : 'created';
    planned.push({ sectionKey, classId, personId, number, role, outcome, sheet, row });
  }
  const led = new Set(
    read.members.filter(({ role }) => role === 'classTeacher').map((one) => one.sectionKey),
  );
  const whole = new Map(
    [...sections.values()].flatMap(({ section, classId, outcome }) =>
      classId !== null && (read.membersComplete || outcome === 'ended') ? [[classId, section] as const] : [],
    ),
  );
  for (const [at, { classId, personId, role }] of present) {
    const section = whole.get(classId);
    if (section === undefined || named.has(at)) continue;
    // Of a homeroom class only the class teacher is compared, and only where the file names one.
    if (section.kind === 'homeroom' && (role !== 'classTeacher' || !led.has(section.key))) continue;
    const nobody = { sectionKey: section.key, number: '', sheet: null, row: null };
    planned.push({ ...nobody, classId, personId, role, outcome: 'ended' });
  }
  return planned;
}
