import { classKey, type CurrentRoster, type LeavingRule } from '../rules/plan-roster.ts';
import { gatherProblems } from '../rules/gather-problems.ts';
import type { RosterProblem, RosterRead } from '../rules/roster-row.ts';
import { entityIds, type CurrentSchool, type SectionsRead } from '../rules/sections.ts';
import { readClasses } from './read-classes.ts';
import { readPeople } from './read-people.ts';
import type { FoundSet } from './recognise.ts';
import { readRecords, tableModes } from './records.ts';
import { referenceProblems, rolesIn, rolesMissing } from './references.ts';
import { findSchool } from './school.ts';

export interface SetRead {
  readonly read: RosterRead;
  readonly sections: SectionsRead;
  readonly leaving: LeavingRule;
  /** Ids of the set's units that are the school or hang below it. */
  readonly units: readonly string[];
}

/**
 * Reads a set of roster tables as the roster of one school: its people with their home classes, its classes and who is
 * in them. Units and people of other schools in the same set are counted and left out.
 *
 * @param current - the school's roster; ids of an earlier set find people whose number changed since.
 * @param onRow - called for each record, for somebody who waits.
 * @returns rows as a workbook gives them, so that they are compared, checked and written in one way. Never throws for bad
 *   input.
 */
export function readSet(
  set: FoundSet,
  current: CurrentRoster,
  school: CurrentSchool,
  onRow: () => void = () => {},
): SetRead {
  const { modes, problems: manifestProblems } = tableModes(set);
  const read = readRecords(set, onRow);
  const { records } = read;
  const problems: RosterProblem[] = [...set.problems, ...manifestProblems, ...read.problems];
  problems.push(...rolesMissing(set, modes));
  const found = findSchool(records, set.dialect, school, modes.orgs === 'delta');
  problems.push(...found.problems);
  const classIds = new Map(current.classes.map((one) => [classKey(one), one.id]));
  const classes = readClasses(records, set.dialect, { units: found.units, current, school, classIds });
  problems.push(...classes.problems);
  const people = readPeople(records, set.dialect, {
    units: found.units,
    classes,
    current,
    school,
    isDelta: modes.users === 'delta',
    hasGuardians: set.hasGuardians,
    rolesIn: rolesIn(set),
  });
  problems.push(...people.problems);
  const own = [...classIds.values(), ...school.sections.map(({ id }) => id)];
  const persons = current.persons.map(({ id }) => id);
  // A set that is not of this school would only repeat that for every row.
  if (found.problems.length === 0)
    problems.push(
      ...referenceProblems(set, read, {
        units: found.units,
        modes,
        known: {
          users: entityIds(school, 'person', persons),
          classes: entityIds(school, 'class', own),
          orgs: entityIds(school, 'org', [school.school.id]),
        },
        isGuardian: (id) => people.guardians.has(id),
      }),
    );
  const isDelta = modes.users === 'delta';
  const peopleSheets = new Set(set.tables.filter(({ name }) => name === 'users').map(({ sheet }) => sheet));
  const isOfPeople = (sheet: string) => peopleSheets.has(sheet);
  return {
    read: {
      rows: people.rows,
      problems: gatherProblems(problems, isOfPeople),
      columns: set.reports,
      read: people.rows.length,
      merged: 0,
      sheets: set.tables.map(({ name, sheet, body, headerRow }) => ({
        name: sheet,
        kind: name === 'users' ? ('pupil' as const) : ('staff' as const),
        rows: body.length,
        headerRow,
      })),
    },
    sections: {
      sections: classes.sections,
      members: people.members,
      membersComplete: modes.members !== 'delta' && records.members.length > 0,
    },
    units: [...(found.units ?? [])].filter((id) => read.ids.orgs.has(id)),
    leaving: isDelta || records.users.length === 0 ? { numbers: people.gone } : 'school',
  };
}
