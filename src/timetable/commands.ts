import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { operatorActor } from '../platform/actor.ts';
import type { Command, CommandProblem, CommandResult } from '../platform/capability.ts';
import { readArguments, refusalResult, terminalText } from '../platform/command-line.ts';
import type { ServerContext } from '../platform/context.ts';
import { AppError } from '../platform/errors.ts';
import { say } from '../platform/i18n/server-words.ts';
import { inLanguage } from '../platform/terminal.ts';
import { columnLetters } from '../rosters/workbook/workbook.ts';
import { importMatrix } from './service/import-matrix.ts';
import type { MatrixReport } from './service/import-report.ts';

const usage = 'timetable import FILE --org CODE [--dry-run] [--create-teachers]';
const shownProblems = 50;

export const timetableCommands: readonly Command[] = [
  {
    name: 'timetable import',
    usage,
    summary: {
      'zh-CN': '导入班级课程表或整学期的上课清单（xlsx、xls、csv、json），写成草稿；--dry-run 只检查。',
      en: 'Imports a class timetable or the list of a term (xlsx, xls, csv, json) as a draft; --dry-run only checks.',
    },
    async run(ctx, args) {
      const { words, options, flags } = readArguments(args, {
        usage,
        words: 1,
        options: { org: true },
        flags: ['dry-run', 'create-teachers'],
      });
      const [file = ''] = words;
      const dryRun = flags.has('dry-run');
      try {
        const createTeachers = flags.has('create-teachers');
        return await importFile(ctx, { file, code: options.org ?? '', dryRun, createTeachers });
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return refusalResult(error, path.basename(file));
      }
    },
  },
];

async function importFile(
  ctx: ServerContext,
  {
    file,
    code,
    dryRun,
    createTeachers,
  }: { file: string; code: string; dryRun: boolean; createTeachers: boolean },
): Promise<CommandResult> {
  const school = await ctx.db
    .selectFrom('orgs')
    .select('id')
    .where('code', '=', code)
    .where('kind', '=', 'school')
    .executeTakeFirst();
  if (!school) {
    throw new AppError(404, 'school_not_found', `There is no school of code "${code}".`, {
      params: { code },
    });
  }
  const fileName = path.basename(file);
  const bytes = await readFileOf(file);
  const input = { schoolId: school.id, fileName, bytes, dryRun, createTeachers };
  try {
    return resultOf(await importMatrix(ctx, operatorActor(), input), { dryRun, isBlocked: false });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'import_blocked') throw error;
    return resultOf(error.cause as MatrixReport, { dryRun, isBlocked: true });
  }
}

async function readFileOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new AppError(400, 'timetable_file_unreadable', `The file ${file} cannot be read.`, {
      params: { file },
      cause,
    });
  }
}

/** Also says whether it must be corrected before anything is written. */
interface TimetableProblem extends CommandProblem {
  readonly severity: 'must' | 'look';
}

function resultOf(
  { problems: found, questions: _questions, makesBells, kind, ...counts }: MatrixReport,
  { dryRun, isBlocked }: { dryRun: boolean; isBlocked: boolean },
): CommandResult {
  const problems = found.map(({ file, sheet, row, column, code, severity, params }): TimetableProblem => ({
    file,
    sheet,
    row,
    column: column === null ? null : columnLetters(column),
    code,
    severity,
    message: terminalText(code, { ...params }) ?? code,
  }));
  const must = problems.filter(({ severity }) => severity === 'must').length;
  const isRefused = isBlocked || must > 0;
  const done = dryRun ? 'checked' : 'done';
  const ofKind =
    kind === 'term' ? (`timetable.cli.term.${done}` as const) : (`timetable.cli.${done}` as const);
  const key = isRefused ? 'timetable.cli.refused' : ofKind;
  const params = { ...counts, must };
  const text = [
    inLanguage({ zh: say('zh-CN', key, params), en: say('en', key, params) }),
    ...problems.slice(0, shownProblems).map(lineOf),
    ...(problems.length > shownProblems ? [`… ${problems.length - shownProblems}`] : []),
  ].join('\n');
  return { exitCode: isRefused ? 1 : 0, counts, problems, json: { makesBells, kind }, text };
}

function lineOf({ sheet, row, column, severity, message }: TimetableProblem): string {
  const place = [sheet, row === null ? null : `${column ?? ''}${row}`].filter(Boolean).join(' ');
  return `${severity === 'must' ? '✗' : '!'} ${place}: ${message.replaceAll('\n', ' · ')}`;
}
