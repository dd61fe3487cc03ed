import { draftRows } from '../rules/draft-rows.ts';
import { readingsOf } from '../../people/readings.ts';
import { readSet } from '../exchange/read-set.ts';
import { recogniseSet } from '../exchange/recognise.ts';
import { classKey, planRoster } from '../rules/plan-roster.ts';
import { readRoster } from '../rules/read-roster.ts';
import { findSectionLists } from '../rules/section-list.ts';
import type { RosterRead } from '../rules/roster-row.ts';
import { planSections, type SectionsRead } from '../rules/sections.ts';
import { answerApart } from '../workbook/apart.ts';
import { parse } from '../workbook/parse.ts';
import type { Workbook } from '../workbook/workbook.ts';
import type { CheckProcessRequest, FileCheck } from './check-file.ts';

/** A set of tables knows its classes and says who is in it; a workbook of lists leaves both to the comparison. */
function readAny(workbook: Workbook, { current, school, choices, learned, newClasses }: CheckProcessRequest) {
  const set = recogniseSet(workbook);
  if (set) return { ...readSet(set, current, school), newClasses: 'all' as const, kind: set.dialect.name };
  const lists = findSectionLists(workbook.sheets, school);
  const knownNumbers = new Set(current.persons.map((person) => person.number));
  const sheets = workbook.sheets.filter((sheet) => !lists.sheets.has(sheet));
  const people = readRoster({ ...workbook, sheets }, { choices, learned, knownNumbers });
  const kinds = new Map(
    [...current.persons, ...people.rows].map(({ number, kind }) => [number.toLowerCase(), kind]),
  );
  const listed = lists.read((number) => {
    const kind = kinds.get(number.toLowerCase());
    return kind === 'guardian' ? undefined : kind;
  });
  const read: RosterRead = {
    ...people,
    // A list of enrollments alone has no people of its own; its rows are what was read.
    read: people.read === 0 ? listed.members.length : people.read,
    problems: [...people.problems, ...listed.problems],
    columns: [...people.columns, ...listed.columns],
  };
  const sections: SectionsRead = { ...listed, membersComplete: listed.members.length > 0 };
  return { read, sections, leaving: 'guess' as const, newClasses, kind: 'lists' as const };
}

async function check(request: CheckProcessRequest, bytes: Uint8Array): Promise<FileCheck> {
  const { current, school, kind, limits } = request;
  const parsed = await parse({ bytes, kind, limits });
  if (!parsed.ok) return parsed;
  const { format, encoding } = parsed.workbook;
  const { read, sections, leaving, newClasses, kind: content } = readAny(parsed.workbook, request);
  const plan = planRoster(read, current, { newClasses, leaving });
  const classIds = new Map(current.classes.map((one) => [classKey(one), one.id]));
  const personIds = new Map(current.persons.map(({ number, id }) => [number.toLowerCase(), id]));
  return {
    ok: true,
    checked: {
      format,
      content,
      encoding,
      sheets: read.sheets,
      columns: read.columns,
      rows: draftRows(read, plan, current).map((row) =>
        row.outcome === 'created' ? { ...row, readings: readingsOf(row.row.name) } : row,
      ),
      sections: planSections(sections, school, classIds, personIds),
      problems: plan.problems,
      leaving: plan.leaving.map((person) => person.id),
      newClasses: plan.newClasses.map((c) => c.name),
      scope: plan.scope,
      read: read.read,
      merged: read.merged,
    },
  };
}

await answerApart(check);
