import { operatorActor } from '../platform/actor.ts';
import type { Command } from '../platform/capability.ts';
import { readArguments, wrongUsage } from '../platform/command-line.ts';
import { inLanguage } from '../platform/terminal.ts';
import { askForSupport, endSupportNow, makeSupportToken, SUPPORT_MINUTES } from './support.ts';

const askUsage = 'support ask SCHOOL_CODE --reason TEXT [--minutes N]';
const openUsage = 'support open GRANT_ID';
const endUsage = 'support end GRANT_ID';

/** The operator asks a school for leave to look, uses it, and gives it back. */
export const supportCommands: readonly Command[] = [
  {
    name: 'support ask',
    usage: askUsage,
    summary: {
      'zh-CN': `请学校管理员允许查看其数据：只读，最长 ${SUPPORT_MINUTES.most} 分钟，每次查看学校都看得到。`,
      en: `Asks a school's administrator for leave to look: reading only, ${SUPPORT_MINUTES.most} minutes at most, all of it shown to the school.`,
    },
    async run(ctx, args) {
      const { words, options } = readArguments(args, {
        usage: askUsage,
        words: 1,
        options: { reason: true, minutes: false },
      });
      const grant = await askForSupport(ctx, operatorActor(), {
        orgCode: words[0] ?? '',
        reason: options.reason ?? '',
        minutes: Number(options.minutes ?? 60),
      });
      const said = {
        zh: `已请求。学校管理员在“技术支持”页面同意后，运行 support open ${grant.id}`,
        en: `Asked. Once the school's administrator agrees on the page Support, run: support open ${grant.id}`,
      };
      return { exitCode: 0, counts: { created: 1 }, json: { grantId: grant.id }, text: inLanguage(said) };
    },
  },
  {
    name: 'support open',
    usage: openUsage,
    summary: {
      'zh-CN': '打印学校已同意的查看口令；在请求头 nol-support 中使用，到时自动失效。',
      en: 'Prints the token of leave a school has given; sent in the header nol-support, it ends by itself.',
    },
    async run(ctx, args) {
      const { words } = readArguments(args, { usage: openUsage, words: 1 });
      const { grant, token } = await makeSupportToken(ctx, operatorActor(), {
        grantId: idOf(words[0], openUsage),
      });
      const endsAt = grant.endsAt?.toISOString() ?? '';
      return {
        exitCode: 0,
        json: { token, endsAt, orgId: grant.orgId },
        text: `nol-support: ${token}\n${endsAt}`,
      };
    },
  },
  {
    name: 'support end',
    usage: endUsage,
    summary: {
      'zh-CN': '立即结束查看，或收回请求。',
      en: 'Ends leave to look at once, or takes the question back.',
    },
    async run(ctx, args) {
      const { words } = readArguments(args, { usage: endUsage, words: 1 });
      const grant = await endSupportNow(ctx, operatorActor(), { grantId: idOf(words[0], endUsage) });
      const said = { zh: '已结束。', en: 'Ended.' };
      return { exitCode: 0, counts: { changed: 1 }, json: { state: grant.state }, text: inLanguage(said) };
    },
  },
];

function idOf(word: string | undefined, usage: string): string {
  if (!/^[0-9a-f-]{36}$/.test(word ?? '')) throw wrongUsage(usage);
  return word ?? '';
}
