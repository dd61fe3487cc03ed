import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { operatorActor } from '../platform/actor.ts';
import type { Command, CommandResult } from '../platform/capability.ts';
import type { ServerContext } from '../platform/context.ts';
import { AppError } from '../platform/errors.ts';
import { problemText, say } from '../platform/i18n/server-words.ts';
import { inLanguage } from '../platform/terminal.ts';
import type { CheckedFile } from './check/check-file.ts';
import type { CheckOptions } from './contract.ts';
import { checkWorkbook, confirmRoster, keepDraft } from './service.ts';
import type { LeavingAct } from './tables.ts';
import { columnLetters } from './workbook/workbook.ts';
import { countsOf, sortProblems } from './write-draft.ts';

interface Asked {
  readonly file: string;
  readonly org: string;
  readonly dryRun: boolean;
  readonly leaving: LeavingAct;
  readonly createClasses: boolean;
}

/** @throws {AppError} 400 `roster_usage` with the right form. */
function readArguments(args: readonly string[]): Asked {
  const words = [...args];
  const flag = (name: string): boolean => {
    const at = words.indexOf(name);
    if (at >= 0) words.splice(at, 1);
    return at >= 0;
  };
  const value = (name: string): string | undefined => {
    const at = words.indexOf(name);
    return at < 0 ? undefined : words.splice(at, 2)[1];
  };
  const dryRun = flag('--dry-run');
  const createClasses = flag('--create-classes');
  const org = value('--org');
  const leaving = value('--leaving') ?? 'keep';
  const [file, ...rest] = words;
  if (!file || !org || rest.length > 0 || (leaving !== 'keep' && leaving !== 'end')) {
    throw new AppError(400, 'roster_usage', `Write: nol ${USAGE}`);
  }
  return { file, org, dryRun, leaving, createClasses };
}

const USAGE = 'roster import FILE --org CODE [--dry-run] [--create-classes] [--leaving keep|end]';

interface PrintedProblem {
  readonly file: string;
  readonly sheet: string | null;
  readonly row: number | null;
  readonly column: string | null;
  readonly code: string;
  readonly severity: 'must' | 'look';
  readonly message: string;
}

function bothLanguages(code: string, params: Record<string, string | number>): string {
  const zh = problemText('zh-CN', code, params) ?? code;
  return inLanguage({ zh, en: problemText('en', code, params) ?? code });
}

function printed(file: string, checked: CheckedFile): PrintedProblem[] {
  return sortProblems(checked.problems).map(({ sheet, row, column, code, severity, params }) => ({
    file,
    sheet,
    row,
    column: column === null ? null : columnLetters(column),
    code,
    severity,
    message: bothLanguages(code, { ...params }),
  }));
}

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

/** A file that could not be read, or rows that must be corrected: nothing was written. */
function refusal(file: string, error: AppError): CommandResult {
  const message = bothLanguages(error.code, { ...error.params });
  const problem = { file, sheet: null, row: null, column: null, code: error.code, severity: 'must', message };
  return { exitCode: 1, json: { ...NOTHING, problems: [problem] }, text: message };
}

function lines(problems: readonly PrintedProblem[]): string[] {
  return problems.slice(0, 50).map(({ sheet, row, column, severity, message }) => {
    const place = [sheet, row === null ? null : `${column ?? ''}${row}`].filter(Boolean).join(' ');
    return `${severity === 'must' ? '✗' : '!'} ${place}: ${message.replaceAll('\n', ' · ')}`;
  });
}

async function readFileOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new AppError(400, 'roster_file_unreadable', `The file ${file} cannot be read.`, {
      params: { file },
      cause,
    });
  }
}

async function importRoster(ctx: ServerContext, asked: Asked): Promise<CommandResult> {
  const actor = operatorActor();
  const fileName = path.basename(asked.file);
  const file = { fileName, bytes: await readFileOf(asked.file) };
  const org = await ctx.db.selectFrom('orgs').select('id').where('code', '=', asked.org).executeTakeFirst();
  if (!org)
    throw new AppError(404, 'org_not_found', `There is no unit of code "${asked.org}".`, {
      params: { code: asked.org },
    });
  const options: CheckOptions = { choices: [], createClasses: asked.createClasses };
  const check = await checkWorkbook(ctx, actor, { orgId: org.id, file, options });
  const { checked } = check;
  const { must, look, ...counts } = countsOf(checked);
  const problems = printed(fileName, checked);
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
  const text = [
    inLanguage({ zh: say('zh-CN', key, params), en: say('en', key, params) }),
    ...lines(problems),
    ...(problems.length > 50 ? [`… ${problems.length - 50}`] : []),
  ].join('\n');
  return { exitCode: isRefused ? 1 : 0, json: { ...counts, draft, problems }, text };
}

export const rostersCommands: readonly Command[] = [
  {
    name: 'roster import',
    usage: USAGE,
    summary: {
      'zh-CN': '导入名册：先核对，有必须改的问题就一行也不写；--dry-run 只核对。',
      en: 'Imports a roster: checked first, nothing is written while something must be corrected; --dry-run only checks.',
    },
    async run(ctx, args) {
      let file = args[0] ?? '';
      try {
        const asked = readArguments(args);
        file = path.basename(asked.file);
        return await importRoster(ctx, asked);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return refusal(file, error);
      }
    },
  },
];
