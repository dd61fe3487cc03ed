import { randomUUID } from 'node:crypto';
import { operatorActor } from '../platform/actor.ts';
import type { Command } from '../platform/capability.ts';
import { readArguments, wrongUsage } from '../platform/command-line.ts';
import { AppError } from '../platform/errors.ts';
import { saveTerm } from './edit.ts';
import { selectTermsOf } from './queries.ts';
import { mondayOf } from './rules/days.ts';

const usage = 'term create --org CODE --title TITLE --first DAY --last DAY [--week1 MONDAY]';
const dayForm = /^\d{4}-\d{2}-\d{2}$/;

/** Terms from the command line, so that a timetable can come in before anybody has signed in. */
export const calendarCommands: readonly Command[] = [
  {
    name: 'term create',
    usage,
    summary: {
      'zh-CN': '建一个学期（日期写成 2026-09-01）；同名学期再写一次就是修改。',
      en: 'Creates a term (days as 2026-09-01); the same title again changes it.',
    },
    async run(ctx, args) {
      const { options } = readArguments(args, {
        usage,
        words: 0,
        options: { org: true, title: true, first: true, last: true, week1: false },
      });
      const { org: code = '', title = '', first = '', last = '', week1 } = options;
      const days = [first, last, ...(week1 === undefined ? [] : [week1])];
      if (!days.every((day) => dayForm.test(day))) throw wrongUsage(usage);
      const org = await ctx.db.selectFrom('orgs').select('id').where('code', '=', code).executeTakeFirst();
      if (!org) {
        throw new AppError(404, 'org_not_found', `There is no unit of code "${code}".`, { params: { code } });
      }
      const known = (await selectTermsOf(ctx.db, org.id)).find((term) => term.title === title);
      const term = await saveTerm(ctx, operatorActor(), {
        id: known?.id ?? randomUUID(),
        orgId: org.id,
        title,
        firstDay: first,
        lastDay: last,
        week1Monday: week1 ?? mondayOf(first),
      });
      return {
        exitCode: 0,
        counts: { read: 1, [known ? 'changed' : 'created']: 1 },
        json: { id: term.id, title },
        text: `${title}  ${term.firstDay} – ${term.lastDay}`,
      };
    },
  },
];
