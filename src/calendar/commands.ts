import { randomUUID } from 'node:crypto';
import { operatorActor } from '../platform/actor.ts';
import type { Command, CommandResult } from '../platform/capability.ts';
import type { ServerContext } from '../platform/context.ts';
import { AppError } from '../platform/errors.ts';
import { problemText } from '../platform/i18n/server-words.ts';
import { inLanguage } from '../platform/terminal.ts';
import { saveTerm } from './edit.ts';
import { selectTermsOf } from './queries.ts';
import { mondayOf } from './rules/days.ts';

const USAGE = 'term create --org CODE --title TITLE --first DAY --last DAY [--week1 MONDAY]';
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Terms from the command line, so that a timetable can come in before anybody has signed in. */
export const calendarCommands: readonly Command[] = [
  {
    name: 'term create',
    usage: USAGE,
    summary: {
      'zh-CN': '建一个学期（日期写成 2026-09-01）；同名学期再写一次就是修改',
      en: 'Create a term (days as 2026-09-01); the same title again changes it',
    },
    run: createTerm,
  },
];

async function createTerm(ctx: ServerContext, args: readonly string[]): Promise<CommandResult> {
  const option = (name: string): string | undefined => {
    const at = args.indexOf(`--${name}`);
    return at < 0 ? undefined : args[at + 1];
  };
  const [code, title, firstDay, lastDay] = ['org', 'title', 'first', 'last'].map(option);
  if (!code || !title || !firstDay || !lastDay || !DAY.test(firstDay) || !DAY.test(lastDay)) {
    return refused('usage', USAGE);
  }
  const org = await ctx.db.selectFrom('orgs').select('id').where('code', '=', code).executeTakeFirst();
  if (!org) return refused('org_not_found', `There is no unit with the code ${code}.`);
  const known = (await selectTermsOf(ctx.db, org.id)).find((term) => term.title === title);
  try {
    const term = await saveTerm(ctx, operatorActor(), {
      id: known?.id ?? randomUUID(),
      orgId: org.id,
      title,
      firstDay,
      lastDay,
      week1Monday: option('week1') ?? mondayOf(firstDay),
    });
    const counts = known ? { created: 0, changed: 1 } : { created: 1, changed: 0 };
    return {
      exitCode: 0,
      json: { ...counts, id: term.id, title },
      text: `${title}  ${term.firstDay} – ${term.lastDay}`,
    };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const words = (locale: 'zh-CN' | 'en') => problemText(locale, error.code, error.params) ?? error.message;
    return refused(error.code, inLanguage({ zh: words('zh-CN'), en: words('en') }));
  }
}

function refused(code: string, message: string): CommandResult {
  return { exitCode: 1, json: { error: code, message }, text: message };
}
