import { classKey, type CurrentPerson, type CurrentRoster, type RosterPlan } from './plan-roster.ts';
import type { RosterRead, RosterRow, Sex } from './roster-row.ts';

export type DraftOutcome = 'created' | 'changed' | 'unchanged' | 'blocked';

/** One row of a checked workbook with what would become of it. */
export interface DraftRow {
  readonly row: RosterRow;
  readonly outcome: DraftOutcome;
  /** The person it changes; `null` for a new one. */
  readonly personId: string | null;
  /** The class it names, when the school has it. */
  readonly classId: string | null;
  readonly entersClass: boolean;
  /** Pinyin readings of a new person's name, so that they are written with the person and not after them. */
  readonly readings?: readonly string[];
  /** What stands there now, of the things that change. */
  readonly before: {
    readonly name?: string;
    readonly className?: string;
    /** For taking the import back: the class left, `null` when there was none; the sex that stood there. */
    readonly classId?: string | null;
    readonly sex?: Sex | null;
  };
}

/** Joins the rows of a workbook with what the plan says of them, in the order of the file. */
export function draftRows(read: RosterRead, plan: RosterPlan, current: CurrentRoster): DraftRow[] {
  const classIds = new Map(current.classes.map((c) => [classKey(c), c.id]));
  const place = (row: RosterRow) => `${row.sheet}\n${row.row}\n${row.at.name ?? ''}`;
  const planned = new Map<string, DraftRow>();
  const put = (
    row: RosterRow,
    outcome: DraftOutcome,
    person: CurrentPerson | null,
    more: Partial<DraftRow> = {},
  ) => {
    const classId = row.class ? (classIds.get(row.class.key) ?? null) : null;
    const entersClass = outcome === 'created' && row.class !== null;
    const base = { row, outcome, personId: person?.id ?? null, classId, entersClass, before: {} };
    planned.set(place(row), { ...base, ...more });
  };
  for (const row of plan.created) put(row, 'created', null);
  for (const { row, person } of plan.unchanged) put(row, 'unchanged', person);
  for (const { row, person, name, sex, movesFrom, entersClass } of plan.changed) {
    const before = {
      ...(name === null ? {} : { name: person.name }),
      ...(sex === null ? {} : { sex: person.sex }),
      ...(entersClass && row.kind === 'pupil' ? { classId: person.classId } : {}),
      ...(movesFrom === null ? {} : { className: movesFrom.name }),
    };
    put(row, 'changed', person, { entersClass, before });
  }
  return read.rows.map((row) => {
    const found = planned.get(place(row));
    if (found) return found;
    const classId = row.class ? (classIds.get(row.class.key) ?? null) : null;
    return { row, outcome: 'blocked', personId: null, classId, entersClass: false, before: {} };
  });
}
