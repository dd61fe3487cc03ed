import writeXlsxFile, { type CellObject } from 'write-excel-file/node';
import type { Actor } from '../../platform/actor.ts';
import { authorize } from '../../platform/authorize.ts';
import type { ServerContext } from '../../platform/context.ts';
import { say } from '../../platform/i18n/server-words.ts';
import type { Locale } from '../../platform/i18n/words.ts';
import { importUnits } from '../actions.ts';

/** Chinese headings in both languages: they are what the reader of the file knows. */
const HEADINGS = [
  ['学校代码', 16],
  ['学校名称', 28],
  ['学校类别', 16],
  ['区县代码', 12],
  ['区县', 16],
  ['上级学校', 24],
] as const;

function cell(value: string, style: Partial<CellObject> = {}): CellObject {
  return { ...style, value, type: String, format: '@' };
}

/** An empty list of schools to fill in, and how to; all cells are text, so that codes keep their zeros. */
export async function schoolsTemplate(
  ctx: ServerContext,
  actor: Actor,
  { orgId }: { orgId: string },
  locale: Locale,
): Promise<Uint8Array> {
  await authorize(ctx.db, actor, importUnits, { orgId });
  const head = HEADINGS.map(([text]) => cell(text, { fontWeight: 'bold', backgroundColor: '#e3efeb' }));
  const blank = Array.from({ length: 100 }, () => HEADINGS.map(() => cell('')));
  const notes = say(locale, 'rosters.schools.templateNotes').split('\n');
  return new Uint8Array(
    await writeXlsxFile([
      {
        sheet: say(locale, 'rosters.schools.templateSheet'),
        data: [head, ...blank],
        columns: HEADINGS.map(([, width]) => ({ width })),
        stickyRowsCount: 1,
      },
      {
        sheet: say(locale, 'rosters.template.help'),
        data: notes.map((line) => [cell(line, { wrap: true })]),
        columns: [{ width: 90 }],
      },
    ]).toBuffer(),
  );
}
