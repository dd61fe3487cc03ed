import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { operatorActor } from '../../platform/actor.ts';
import type { Command, CommandProblem, CommandResult } from '../../platform/capability.ts';
import { readArguments, refusalResult, terminalText } from '../../platform/command-line.ts';
import type { ServerContext } from '../../platform/context.ts';
import { AppError } from '../../platform/errors.ts';
import { say } from '../../platform/i18n/server-words.ts';
import { inLanguage } from '../../platform/terminal.ts';
import { columnLetters } from '../workbook/workbook.ts';
import { importSchools, type SchoolsReport } from './service.ts';

const usage = 'org import FILE --org CODE [--dry-run]';
const SHOWN = 50;

export const schoolCommands: readonly Command[] = [
  {
    name: 'org import',
    usage,
    summary: {
      'zh-CN': '按表格导入区县、市、省下的学校和校区；--dry-run 只检查。',
      en: 'Takes in the schools and campuses below a county, city or province; --dry-run only checks.',
    },
    async run(ctx, args) {
      const { words, options, flags } = readArguments(args, {
        usage,
        words: 1,
        options: { org: true },
        flags: ['dry-run'],
      });
      const [file = ''] = words;
      try {
        return await importFile(ctx, { file, code: options.org ?? '', dryRun: flags.has('dry-run') });
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return refusalResult(error, path.basename(file));
      }
    },
  },
];

async function importFile(
  ctx: ServerContext,
  { file, code, dryRun }: { file: string; code: string; dryRun: boolean },
): Promise<CommandResult> {
  const org = await ctx.db.selectFrom('orgs').select('id').where('code', '=', code).executeTakeFirst();
  if (!org) {
    throw new AppError(404, 'org_not_found', `There is no unit of code "${code}".`, { params: { code } });
  }
  const bytes = await readFile(file).catch((cause: unknown) => {
    const message = `The file ${file} cannot be read.`;
    throw new AppError(400, 'roster_file_unreadable', message, { params: { file }, cause });
  });
  const fileName = path.basename(file);
  try {
    const report = await importSchools(ctx, operatorActor(), { orgId: org.id, bytes, dryRun });
    return resultOf(report, { fileName, dryRun });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'schools_blocked') throw error;
    return resultOf(error.cause as SchoolsReport, { fileName, dryRun });
  }
}

function resultOf(
  report: SchoolsReport,
  { fileName, dryRun }: { fileName: string; dryRun: boolean },
): CommandResult {
  const { problems: found, must, look, newDivisions, ...counts } = report;
  const problems = found.map(
    ({ sheet, row, column, code, severity, params }): CommandProblem & { severity: 'must' | 'look' } => ({
      file: fileName,
      sheet,
      row,
      column: column === null ? null : columnLetters(column),
      code,
      severity,
      message: terminalText(code, { ...params }) ?? code,
    }),
  );
  const isRefused = must > 0;
  const outcome = isRefused ? 'refused' : dryRun ? 'checked' : 'done';
  const key = `rosters.schools.cli.${outcome}` as const;
  const params = { ...counts, must, look, newDivisions };
  const lines = problems.slice(0, SHOWN).map(({ sheet, row, column, severity, message }) => {
    const place = [sheet, row === null ? null : `${column ?? ''}${row}`].filter(Boolean).join(' ');
    return `${severity === 'must' ? '✗' : '!'} ${place}: ${message.replaceAll('\n', ' · ')}`;
  });
  const more = problems.length > SHOWN ? [`… ${problems.length - SHOWN}`] : [];
  const draft = isRefused || dryRun ? counts.created + counts.changed : 0;
  return {
    exitCode: isRefused ? 1 : 0,
    counts: { ...counts, draft },
    problems,
    json: { newDivisions },
    text: [inLanguage({ zh: say('zh-CN', key, params), en: say('en', key, params) }), ...lines, ...more].join(
      '\n',
    ),
  };
}
