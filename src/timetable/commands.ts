import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { operatorActor } from '../platform/actor.ts';
import type { Command, CommandResult } from '../platform/capability.ts';
import type { ServerContext } from '../platform/context.ts';
import { AppError } from '../platform/errors.ts';
import { problemText } from '../platform/i18n/server-words.ts';
import { reportIn } from './import-routes.ts';
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

async function runImport(ctx: ServerContext, args: readonly string[]): Promise<CommandResult> {
  const dryRun = args.includes('--dry-run');
  const orgAt = args.indexOf('--org');
  const code = orgAt < 0 ? undefined : args[orgAt + 1];
  const file = args.find((word, index) => !word.startsWith('--') && index !== orgAt + 1);
  if (!file || !code) return refused('usage', 'timetable import FILE --org CODE [--dry-run]');
  const school = await ctx.db
    .selectFrom('orgs')
    .select('id')
    .where('code', '=', code)
    .where('kind', '=', 'school')
    .executeTakeFirst();
  if (!school) return refused('org_not_found', `There is no school with the code ${code}.`);
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    return refused('file_not_readable', `${file} cannot be read (${reason}).`);
  }
  const input = { schoolId: school.id, fileName: path.basename(file), bytes, dryRun };
  try {
    return done(await importMatrix(ctx, operatorActor(), input));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'import_blocked') return done(error.cause as MatrixReport, error);
    return refused(error.code, problemText('en', error.code, error.params) ?? error.message);
  }
}

function refused(code: string, message: string): CommandResult {
  return { exitCode: 1, json: { error: code, message, problems: [] }, text: message };
}

function done(report: MatrixReport, blocked?: AppError): CommandResult {
  const { problems, questions: _questions, makesBells, ...counts } = reportIn('en', report);
  const isRefused = blocked !== undefined || problems.some(({ severity }) => severity === 'must');
  const lines = [
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', '),
    ...problems.map(
      ({ sheet, row, column, message }) =>
        `${[sheet, row, column].filter((part) => part !== null).join(':')}  ${message}`,
    ),
  ];
  return {
    exitCode: isRefused ? 1 : 0,
    json: { ...counts, makesBells, ...(isRefused ? { error: 'import_blocked' } : {}), problems },
    text: lines.join('\n'),
  };
}
