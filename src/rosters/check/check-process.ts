import { draftRows } from '../rules/draft-rows.ts';
import { readingsOf } from '../../people/readings.ts';
import { readSet } from '../exchange/read-set.ts';
import { recogniseSet } from '../exchange/recognise.ts';
import { classKey, planRoster } from '../rules/plan-roster.ts';
import { readRoster } from '../rules/read-roster.ts';
import { gatherProblems } from '../rules/gather-problems.ts';
import { findSectionLists } from '../rules/section-list.ts';
import type { RosterRead } from '../rules/roster-row.ts';
import { planSections, type SectionsRead } from '../rules/sections.ts';
import { answerApart, type ApartReport } from '../workbook/apart.ts';
import { parse } from '../workbook/parse.ts';
import type { Workbook } from '../workbook/workbook.ts';
import type { CheckProcessRequest, FileCheck } from './check-file.ts';

/** A set of tables knows its classes and says who is in it; a workbook of lists leaves both to the comparison. */
function readAny(
  workbook: Workbook,
  { current, school, choices, learned, newClasses }: CheckProcessRequest,
  onRow: () => void,
) {
  const set = recogniseSet(workbook, choices);
  if (set)
    return { ...readSet(set, current, school, onRow), newClasses: 'all' as const, kind: set.dialect.name };
  const lists = findSectionLists(workbook.sheets, school);
  const knownNumbers = new Set(current.persons.map((person) => person.number));
  const sheets = workbook.sheets.filter((sheet) => !lists.sheets.has(sheet));
  const people = readRoster({ ...workbook, sheets }, { choices, learned, knownNumbers, onRow });
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
    problems: [...people.problems, ...gatherProblems(listed.problems)],
    columns: [...people.columns, ...listed.columns],
  };
  const sections: SectionsRead = { ...listed, membersComplete: listed.members.length > 0 };
  return { read, sections, leaving: 'guess' as const, newClasses, kind: 'lists' as const, units: [] };
}

/** Rows between two reports: a screen shows no more of them. */
const EVERY = 1_000;

async function check(
  request: CheckProcessRequest,
  bytes: Uint8Array,
  report: (at: ApartReport) => void,
): Promise<FileCheck> {
  const { current, school, kind, limits } = request;
  report({ phase: 'reading', done: 0, total: 0 });
  const parsed = await parse({ bytes, kind, limits });
  if (!parsed.ok) return parsed;
  const { format, encoding, sheets } = parsed.workbook;
  const total = sheets.reduce((sum, { rows }) => sum + rows.length, 0);
  let done = 0;
  const onRow = () => {
    done += 1;
    if (done % EVERY === 0) report({ phase: 'rows', done, total });
  };
  report({ phase: 'rows', done, total });
  const {
    read,
    sections,
    leaving,
    newClasses,
    units,
    kind: content,
  } = readAny(parsed.workbook, request, onRow);
  report({ phase: 'comparing', done: total, total });
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
      units,
      read: read.read,
      merged: read.merged,
    },
  };
}

await answerApart(check);
