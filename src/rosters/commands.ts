import { createHash, randomUUID } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { operatorActor } from '../platform/actor.ts';
import type { Command, CommandProblem, CommandResult } from '../platform/capability.ts';
import { readArguments, refusalResult, wrongUsage } from '../platform/command-line.ts';
import type { ServerContext } from '../platform/context.ts';
import { AppError } from '../platform/errors.ts';
import { say } from '../platform/i18n/server-words.ts';
import { inLanguage } from '../platform/terminal.ts';
import type { CheckedFile } from './check/check-file.ts';
import type { CheckOptions } from './contract.ts';
import { exportRoster } from './export/service.ts';
import { problemSentence } from './problem-sentence.ts';
import { checkWorkbook, keepDraft } from './service.ts';
import { confirmRoster } from './service-confirm.ts';
import { tablesOfFolder } from './tables-of-folder.ts';
import type { LeavingAct } from './tables.ts';
import { columnLetters } from './workbook/workbook.ts';
import { countsOf, sortProblems } from './write-draft.ts';
import { sectionCounts } from './write-sections.ts';

const usage = 'roster import FILE --org CODE [--dry-run] [--create-classes] [--leaving keep|end]';

/** Also says whether it must be corrected before anything is written. */
interface RosterProblem extends CommandProblem {
  readonly severity: 'must' | 'look';
}

function problemsOf(file: string, checked: CheckedFile): RosterProblem[] {
  return sortProblems(checked.problems).map(({ sheet, row, column, code, severity, params }) => ({
    file,
    sheet,
    row,
    column: column === null ? null : columnLetters(column),
    code,
    severity,
    message: inLanguage({
      zh: problemSentence('zh-CN', code, params),
      en: problemSentence('en', code, params),
    }),
  }));
}

function lines(problems: readonly RosterProblem[]): string[] {
  return problems.slice(0, 50).map(({ sheet, row, column, severity, message }) => {
    const place = [sheet, row === null ? null : `${column ?? ''}${row}`].filter(Boolean).join(' ');
    return `${severity === 'must' ? '✗' : '!'} ${place}: ${message.replaceAll('\n', ' · ')}`;
  });
}

/** The file, or the tables of a folder as one archive. */
async function readFileOf(file: string): Promise<Uint8Array> {
  try {
    return (await stat(file)).isDirectory() ? await tablesOfFolder(file) : await readFile(file);
  } catch (cause) {
    throw new AppError(400, 'roster_file_unreadable', `The file ${file} cannot be read.`, {
      params: { file },
      cause,
    });
  }
}

interface Asked {
  readonly file: string;
  readonly org: string;
  readonly dryRun: boolean;
  readonly leaving: LeavingAct;
  readonly createClasses: boolean;
}

async function importRoster(ctx: ServerContext, asked: Asked): Promise<CommandResult> {
  const actor = operatorActor();
  const fileName = path.basename(asked.file);
  const file = { fileName, bytes: await readFileOf(asked.file) };
  const org = { id: await orgIdOf(ctx, asked.org) };
  const options: CheckOptions = { choices: [], createClasses: asked.createClasses };
  const check = await checkWorkbook(ctx, actor, { orgId: org.id, file, options });
  const { checked } = check;
  const { must, look, ...counts } = countsOf(checked);
  const problems = problemsOf(fileName, checked);
  const isRefused = must > 0;
  if (!isRefused && !asked.dryRun) {
    const request = {
      actor,
      key: randomUUID(),
      requestHash: createHash('sha256').update(file.bytes).digest(),
    };
    const draft = await keepDraft(ctx, actor, { orgId: org.id, fileName, check, request });
    await confirmRoster(ctx, actor, { draftId: draft.id, leaving: asked.leaving, atOnce: true });
  }
  // What stands only on paper: nothing when it was written.
  const draft = isRefused || asked.dryRun ? counts.created + counts.changed : 0;
  const key = isRefused ? 'rosters.cli.refused' : asked.dryRun ? 'rosters.cli.checked' : 'rosters.cli.done';
  const params = { ...counts, must, look };
  const { sections, members } = sectionCounts(checked.sections);
  const classParams = {
    ...sections,
    membersCreated: members.created,
    membersUnchanged: members.unchanged,
    membersEnded: members.ended,
  };
  const hasClasses = checked.sections.sections.length > 0;
  const classText = inLanguage({
    zh: say('zh-CN', 'rosters.cli.sections', classParams),
    en: say('en', 'rosters.cli.sections', classParams),
  });
  const text = [
    inLanguage({ zh: say('zh-CN', key, params), en: say('en', key, params) }),
    ...(hasClasses ? [classText] : []),
    ...lines(problems),
    ...(problems.length > 50 ? [`… ${problems.length - 50}`] : []),
  ].join('\n');
  const json = hasClasses ? { sections, members } : {};
  return { exitCode: isRefused ? 1 : 0, counts: { ...counts, draft }, json, problems, text };
}

const exportUsage = 'roster export --org CODE --to FILE (.zip: OneRoster 1.2, .xlsx: workbook)';

async function orgIdOf(ctx: ServerContext, code: string): Promise<string> {
  const org = await ctx.db.selectFrom('orgs').select('id').where('code', '=', code).executeTakeFirst();
  if (!org)
    throw new AppError(404, 'org_not_found', `There is no unit of code "${code}".`, { params: { code } });
  return org.id;
}

const exportCommand: Command = {
  name: 'roster export',
  usage: exportUsage,
  summary: {
    'zh-CN': '导出名册：.zip 为 OneRoster 1.2，.xlsx 为工作簿；两者都能原样导回。',
    en: 'Exports a roster: .zip is OneRoster 1.2, .xlsx a workbook; both can be imported again without a change.',
  },
  async run(ctx, args) {
    const { options } = readArguments(args, {
      usage: exportUsage,
      words: 0,
      options: { org: true, to: true },
    });
    const { org = '', to = '' } = options;
    const format = /\.zip$/i.test(to) ? 'oneroster' : /\.xlsx$/i.test(to) ? 'workbook' : null;
    if (!format) throw wrongUsage(exportUsage);
    try {
      const orgId = await orgIdOf(ctx, org);
      const file = await exportRoster(ctx, operatorActor(), { orgId, format, locale: 'zh-CN' });
      await writeFileOf(to, file.bytes);
      const { people, classes } = file;
      const params = { people, classes, file: path.basename(to) };
      const text = inLanguage({
        zh: say('zh-CN', 'rosters.cli.exported', params),
        en: say('en', 'rosters.cli.exported', params),
      });
      return { exitCode: 0, json: { people, classes, format }, text };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return refusalResult(error, path.basename(to));
    }
  },
};

/** Never over a file that is there. */
async function writeFileOf(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(file, bytes, { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    throw new AppError(400, 'roster_file_unwritable', `The file ${file} cannot be written.`, {
      params: { file },
      cause,
    });
  }
}

export const rostersCommands: readonly Command[] = [
  {
    name: 'roster import',
    usage,
    summary: {
      'zh-CN': '导入名册：先核对，有必须改的问题就一行也不写；--dry-run 只核对。',
      en: 'Imports a roster: checked first, nothing is written while something must be corrected; --dry-run only checks.',
    },
    async run(ctx, args) {
      const { words, options, flags } = readArguments(args, {
        usage,
        words: 1,
        options: { org: true, leaving: false },
        flags: ['dry-run', 'create-classes'],
      });
      const [file = ''] = words;
      const { org = '', leaving = 'keep' } = options;
      if (leaving !== 'keep' && leaving !== 'end') throw wrongUsage(usage);
      const dryRun = flags.has('dry-run');
      const createClasses = flags.has('create-classes');
      try {
        return await importRoster(ctx, { file, org, dryRun, leaving, createClasses });
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return refusalResult(error, path.basename(file));
      }
    },
  },
  exportCommand,
];
