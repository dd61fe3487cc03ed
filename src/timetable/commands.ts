import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { operatorActor } from '../platform/actor.ts';
import type { Command, CommandResult } from '../platform/capability.ts';
import type { ServerContext } from '../platform/context.ts';
import { AppError } from '../platform/errors.ts';
import { problemText } from '../platform/i18n/server-words.ts';
import { inLanguage } from '../platform/terminal.ts';
import { columnLetters } from '../rosters/workbook/workbook.ts';
import { importMatrix, type MatrixReport } from './service/import-matrix.ts';

export const timetableCommands: readonly Command[] = [
  {
    name: 'timetable import',
    usage: 'timetable import FILE --org CODE [--dry-run]',
    summary: {
      'zh-CN': '导入一张课程表，写成草稿；--dry-run 只检查',
      en: 'Import a class timetable as a draft; --dry-run only checks',
    },
    run: runImport,
  },
];

const NOTHING = {
  read: 0,
  created: 0,
  changed: 0,
  unchanged: 0,
  leaving: 0,
  dropped: 0,
  merged: 0,
  draft: 0,
};

async function runImport(ctx: ServerContext, args: readonly string[]): Promise<CommandResult> {
  const dryRun = args.includes('--dry-run');
  const orgAt = args.indexOf('--org');
  const code = orgAt < 0 ? undefined : args[orgAt + 1];
  const file = args.find((word, index) => !word.startsWith('--') && index !== orgAt + 1);
  if (!file || !code) return refused('', 'usage', 'timetable import FILE --org CODE [--dry-run]');
  const fileName = path.basename(file);
  const school = await ctx.db
    .selectFrom('orgs')
    .select('id')
    .where('code', '=', code)
    .where('kind', '=', 'school')
    .executeTakeFirst();
  if (!school) return refused(fileName, 'org_not_found', `There is no school with the code ${code}.`);
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    return refused(fileName, 'file_not_readable', `${file} cannot be read (${reason}).`);
  }
  const input = { schoolId: school.id, fileName, bytes, dryRun };
  try {
    return done(await importMatrix(ctx, operatorActor(), input));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'import_blocked') return done(error.cause as MatrixReport, error);
    return refused(fileName, error.code, inBoth(error.code, error.params, error.message));
  }
}

function inBoth(code: string, params: AppError['params'], otherwise: string): string {
  const en = problemText('en', code, params) ?? otherwise;
  return inLanguage({ zh: problemText('zh-CN', code, params) ?? otherwise, en });
}

/** The whole file is refused: nothing was read of it. */
function refused(file: string, code: string, message: string): CommandResult {
  const problem = { file, sheet: null, row: null, column: null, code, severity: 'must', message };
  return { exitCode: 1, json: { ...NOTHING, error: code, problems: [problem] }, text: message };
}

function done(report: MatrixReport, blocked?: AppError): CommandResult {
  const { problems: found, questions: _questions, makesBells, ...counts } = report;
  const problems = found.map(({ params, suggestion: _suggestion, ...row }) => ({
    ...row,
    column: row.column === null ? null : columnLetters(row.column),
    message: inBoth(row.code, params, row.code),
  }));
  const isRefused = blocked !== undefined || problems.some(({ severity }) => severity === 'must');
  const lines = [
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', '),
    ...problems.map(
      ({ sheet, row, column, message }) =>
        `${[sheet, row, column].filter((part) => part !== null).join(':')}  ${message.replaceAll('\n', ' · ')}`,
    ),
  ];
  return {
    exitCode: isRefused ? 1 : 0,
    json: { ...counts, makesBells, ...(isRefused ? { error: 'import_blocked' } : {}), problems },
    text: lines.join('\n'),
  };
}
