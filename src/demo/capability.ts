import { operatorActor } from '../platform/actor.ts';
import type { Capability, Command } from '../platform/capability.ts';
import { readArguments } from '../platform/command-line.ts';
import { inLanguage } from '../platform/terminal.ts';
import { demoActions } from './actions.ts';
import { demoEntries } from './entries.ts';
import { demoRoutes } from './routes.ts';
import { fillPast } from './history.ts';
import { teachDemoLesson } from './live.ts';
import { lookEverySeconds, teachRunning } from './running.ts';
import { countPersons, hasDemo, loadDemo, removeDemo } from './service.ts';

const commands: readonly Command[] = [
  {
    name: 'demo load',
    usage: 'demo load',
    summary: { 'zh-CN': '在空库里装入演示县。', en: 'Loads the demo county into an empty database.' },
    async run(ctx, args) {
      readArguments(args, { usage: 'demo load', words: 0 });
      const { loaded, day } = await loadDemo(ctx, operatorActor());
      const persons = await countPersons(ctx.db);
      // For a server that runs beside us; else the next start does it by itself.
      if (loaded) await ctx.jobs.send('demo.teach', {}, { singletonKey: 'teach' });
      await ctx.jobs.send('demo.past', {}, { singletonKey: 'past' });
      return {
        exitCode: 0,
        counts: { read: persons, [loaded ? 'created' : 'unchanged']: persons },
        json: { day },
        text: loaded
          ? inLanguage({
              zh: `演示县已装入，${persons} 人；时间停在 ${day}。`,
              en: `The demo county is loaded, ${persons} persons; its clock stands at ${day}.`,
            })
          : inLanguage({ zh: '演示县早已装入。', en: 'The demo county is there already.' }),
      };
    },
  },
  {
    name: 'demo remove',
    usage: 'demo remove',
    summary: {
      'zh-CN': '移除演示县的一切，恢复真实时间。',
      en: 'Removes everything of the demo county and returns to real time.',
    },
    async run(ctx, args) {
      readArguments(args, { usage: 'demo remove', words: 0 });
      const persons = await countPersons(ctx.db);
      const { removed } = await removeDemo(ctx, operatorActor());
      return {
        exitCode: 0,
        counts: { read: persons, leaving: persons },
        json: { rows: removed },
        text:
          removed === 0
            ? inLanguage({ zh: '没有演示县。', en: 'There is no demo county.' })
            : inLanguage({
                zh: `演示县已移除，${persons} 人，${removed} 行；时间恢复为真实时间。`,
                en: `The demo county is removed, ${persons} persons, ${removed} rows; time is real again.`,
              }),
      };
    },
  },
];

const roleWords: Record<(typeof demoEntries)[number]['kind'], { zh: string; en: string }> = {
  pupil: { zh: '学生', en: 'pupil' },
  guardian: { zh: '家长', en: 'guardian' },
  teacher: { zh: '任课教师', en: 'teacher' },
  classTeacher: { zh: '班主任', en: 'class teacher' },
  schoolAdmin: { zh: '学校管理员', en: 'school administrator' },
  principal: { zh: '校长', en: 'principal' },
  bureauOfficer: { zh: '县教育局', en: 'county bureau' },
  counsellor: { zh: '大学辅导员', en: 'university counsellor' },
};

let stopTeaching: (() => Promise<void>) | undefined;

export const demo: Capability = {
  name: 'demo',
  actions: demoActions,
  routes: demoRoutes,
  commands,
  async firstStart(ctx) {
    const empty = (await ctx.db.selectFrom('orgs').select('id').limit(1).executeTakeFirst()) === undefined;
    if (ctx.config.demo && (empty || (await hasDemo(ctx.db)))) {
      await loadDemo(ctx, operatorActor());
      stopTeaching = teachDemoLesson(ctx);
      await ctx.jobs.send('demo.past', {}, { singletonKey: 'past' });
    }
  },
  async jobs(ctx) {
    // Last week's facts are filled in the background, so that the first start is quick.
    await ctx.jobs.define('demo.past', { everySeconds: 300 }, async (_data, stopping) => {
      if (await hasDemo(ctx.db)) await fillPast(ctx, stopping);
    });
    await ctx.jobs.define('demo.running', { everySeconds: lookEverySeconds }, async () => {
      if (await hasDemo(ctx.db)) await teachRunning(ctx);
    });
    // Sent when the command line has loaded the demo beside this server.
    await ctx.jobs.define('demo.teach', {}, async () => {
      await stopTeaching?.();
      stopTeaching = (await hasDemo(ctx.db)) ? teachDemoLesson(ctx) : undefined;
    });
  },
  async stop() {
    await stopTeaching?.();
    stopTeaching = undefined;
  },
  async startLines(ctx) {
    if (!(await hasDemo(ctx.db))) return [];
    return demoEntries.map(({ kind, loginName }) => ({
      zh: `${roleWords[kind].zh}  ${loginName}（登录页一键进入）`,
      en: `${roleWords[kind].en}  ${loginName} (one tap on the sign-in page)`,
    }));
  },
};
