import { operatorActor } from '../platform/actor.ts';
import type { Capability, Command } from '../platform/capability.ts';
import { AppError } from '../platform/errors.ts';
import { demoActions } from './actions.ts';
import { demoEntries } from './entries.ts';
import { demoRoutes } from './routes.ts';
import { fillPast } from './history.ts';
import { teachDemoLesson } from './live.ts';
import { hasDemo, loadDemo, removeDemo } from './service.ts';

const commands: readonly Command[] = [
  {
    name: 'demo load',
    usage: 'demo load',
    summary: { 'zh-CN': '在空库里载入演示县', en: 'Load the demo county into an empty cell' },
    async run(ctx) {
      try {
        const { loaded, day } = await loadDemo(ctx, operatorActor());
        return {
          exitCode: 0,
          json: { created: loaded ? 1 : 0, day },
          text: loaded
            ? `Demo county loaded; its clock stands at ${day}.`
            : 'The demo county is there already.',
        };
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return { exitCode: 1, json: { error: error.code, message: error.message }, text: error.message };
      }
    },
  },
  {
    name: 'demo remove',
    usage: 'demo remove',
    summary: {
      'zh-CN': '移除演示县的一切，恢复真实时间',
      en: 'Remove everything of the demo county and return to real time',
    },
    async run(ctx) {
      const { removed } = await removeDemo(ctx, operatorActor());
      return { exitCode: 0, json: { leaving: removed }, text: `Demo removed (${removed} rows).` };
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
