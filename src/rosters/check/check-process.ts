import { draftRows } from '../rules/draft-rows.ts';
import { planRoster } from '../rules/plan-roster.ts';
import { readRoster } from '../rules/read-roster.ts';
import { answerApart } from '../workbook/apart.ts';
import { parse } from '../workbook/parse.ts';
import type { CheckProcessRequest, FileCheck } from './check-file.ts';

async function check(request: CheckProcessRequest, bytes: Uint8Array): Promise<FileCheck> {
  const { current, choices, newClasses, kind, limits } = request;
  const parsed = await parse({ bytes, kind, limits });
  if (!parsed.ok) return parsed;
  const { format, encoding } = parsed.workbook;
  const knownNumbers = new Set(current.persons.map((person) => person.number));
  const read = readRoster(parsed.workbook, { choices, knownNumbers });
  const plan = planRoster(read, current, { newClasses });
  return {
    ok: true,
    checked: {
      format,
      encoding,
      sheets: read.sheets,
      columns: read.columns,
      rows: draftRows(read, plan, current),
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
