import type { DraftRow } from '../rules/draft-rows.ts';
import { parseClassName } from '../rules/class-name.ts';
import type { RosterProblem, RosterRow, Sex } from '../rules/roster-row.ts';
import type { PlannedMember, PlannedSection, SectionRead } from '../rules/sections.ts';
import type { UndoClass, UndoMember, UndoRow, UndoSource } from './select-undo.ts';

/** A compensating import: what must be written so that the roster is again what it was before another import. */
export interface UndoPlan {
  readonly rows: readonly DraftRow[];
  readonly problems: readonly RosterProblem[];
  /** People whom the import made and who leave again. */
  readonly leaving: readonly string[];
  readonly sections: readonly PlannedSection[];
  readonly members: readonly PlannedMember[];
}

function classNameOf(one: UndoClass | undefined): RosterRow['class'] {
  if (!one) return null;
  const key = parseClassName(one.name, one.yearGroup ?? '')?.key ?? one.name.toLowerCase();
  return { key, name: one.name, yearGroup: one.yearGroup, classNo: one.classNo };
}

interface Place {
  readonly kind: 'pupil' | 'staff';
  readonly number: string;
  readonly sheet: string;
  readonly row: number;
}

function rosterRow(
  { kind, number, sheet, row }: Place,
  name: string,
  sex: Sex | null,
  to: UndoClass | undefined,
): RosterRow {
  return {
    kind,
    number,
    uncertainNumber: null,
    name,
    sex,
    class: classNameOf(to),
    guardianName: null,
    guardianPhone: null,
    role: null,
    sheet,
    row,
    at: {},
    given: {},
    blocked: false,
  };
}

/** The state that the import left is still there, so that putting back the one before takes nothing from anybody. */
function isAsLeft({ before, name, nowName, entersClass, kind, classId, nowClassId }: UndoRow): boolean {
  const nameStands = before.name === undefined || nowName === name;
  const classStands = !entersClass || kind === 'staff' || nowClassId === classId;
  return nameStands && classStands;
}

/**
 * Plans how to take an import back.
 *
 * Nothing is deleted that left a trace: people who have signed in since, or of whom facts are recorded, stay as they are,
 * as do things that somebody changed after the import; each is said. Classes and guardians that the import made stay too.
 */
export function planUndo(source: UndoSource): UndoPlan {
  const problems: RosterProblem[] = [];
  const rows: DraftRow[] = [];
  const leaving: string[] = [];
  const staying = new Set<string>();
  const say = (
    code: RosterProblem['code'],
    place: { sheet: string; row: number } | null,
    params: RosterProblem['params'],
  ) => {
    const at = place ? { sheet: place.sheet, row: place.row } : { sheet: null, row: null };
    problems.push({ code, severity: 'look', ...at, column: null, params, suggestion: null });
  };
  for (const row of source.rows) {
    const { outcome, personId, number, name, before, entersClass, kind } = row;
    if (outcome === 'created') {
      if (row.hasFacts || row.signedIn) {
        staying.add(personId);
        say(row.hasFacts ? 'roster_undo_facts' : 'roster_undo_signed_in', row, { name: row.nowName, number });
      } else leaving.push(personId);
      continue;
    }
    const movesBack = entersClass && kind === 'pupil';
    if (before.name === undefined && before.sex === undefined && !movesBack) continue;
    if (!isAsLeft(row)) {
      staying.add(personId);
      say('roster_undo_changed_since', row, { name: row.nowName, number });
      continue;
    }
    const target = before.classId ? source.classes.get(before.classId) : undefined;
    if (movesBack && before.classId && !target) {
      say('roster_undo_class_gone', row, { name, number });
      continue;
    }
    const now = row.nowClassId ? source.classes.get(row.nowClassId) : undefined;
    rows.push({
      row: rosterRow(row, before.name ?? row.nowName, before.sex ?? row.nowSex, movesBack ? target : now),
      outcome: 'changed',
      personId,
      classId: movesBack ? (before.classId ?? null) : row.nowClassId,
      entersClass: movesBack,
      before: {
        ...(before.name === undefined ? {} : { name: row.nowName }),
        ...(before.sex === undefined ? {} : { sex: row.nowSex }),
        ...(movesBack ? { classId: row.nowClassId, ...(now ? { className: now.name } : {}) } : {}),
      },
    });
  }
  for (const { personId, number, name, sex, classId, nowClassId } of source.leavers) {
    const place = { kind: 'pupil' as const, number, sheet: '', row: 0 };
    const target = classId === null ? undefined : source.classes.get(classId);
    if (nowClassId !== null) say('roster_undo_changed_since', null, { name, number });
    else if (!target) say('roster_undo_class_gone', null, { name, number });
    else {
      rows.push({
        row: rosterRow(place, name, sex, target),
        outcome: 'changed',
        personId,
        classId,
        entersClass: true,
        before: { classId: null },
      });
    }
  }
  if (source.classesMade > 0) say('roster_undo_classes_kept', null, { count: source.classesMade });
  if (source.guardians > 0) say('roster_undo_guardians', null, { count: source.guardians });
  const roles = source.rows.filter(
    (row) => row.kind === 'staff' && row.outcome === 'changed' && row.entersClass,
  );
  if (roles.length > 0) say('roster_undo_roles', null, { count: roles.length });
  const sections = [...renamedBack(source)];
  const members = source.members.flatMap((member) => memberBack(member, source, staying, leaving));
  return { rows, problems, leaving, sections, members };
}

function* renamedBack({ renamed }: UndoSource): Generator<PlannedSection> {
  for (const { id, name, before, now } of renamed) {
    if (now !== name) continue;
    const section: SectionRead = {
      key: id,
      externalId: null,
      kind: 'scheduled',
      name: before,
      class: null,
      course: null,
      yearGroup: null,
      termId: null,
      endsOn: null,
      gone: false,
      sheet: '',
      row: 0,
    };
    yield { section, classId: id, outcome: 'changed', nameBefore: now };
  }
}

/** Who came into a class goes, who went comes back; people who leave altogether go with all their classes. */
function memberBack(
  { classId, personId, number, role, outcome, isIn }: UndoMember,
  source: UndoSource,
  staying: ReadonlySet<string>,
  leaving: readonly string[],
): PlannedMember[] {
  if (!source.classes.has(classId) || staying.has(personId)) return [];
  const back = outcome === 'created' ? 'ended' : 'created';
  if (back === 'ended' ? !isIn : isIn || leaving.includes(personId)) return [];
  return [{ sectionKey: classId, classId, personId, number, role, outcome: back, sheet: null, row: null }];
}
