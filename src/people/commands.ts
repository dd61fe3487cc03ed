import { operatorActor } from '../platform/actor.ts';
import type { Command, CommandResult } from '../platform/capability.ts';
import { readArguments } from '../platform/command-line.ts';
import type { ServerContext } from '../platform/context.ts';
import { AppError } from '../platform/errors.ts';
import { inLanguage } from '../platform/terminal.ts';
import type { ClaimCard } from './claims.ts';
import { createStaffAccount, disableAccount, resetAccount } from './service-accounts.ts';
import { appointmentRoles, type AppointmentRole } from './roles.ts';

const createUsage = 'user create --org CODE --role ROLE --name NAME --number NUMBER';
const disableUsage = 'user disable LOGIN_NAME';
const resetUsage = 'user reset LOGIN_NAME';

export const peopleCommands: readonly Command[] = [
  {
    name: 'user create',
    usage: createUsage,
    summary: {
      'zh-CN': `建一个教职工账号，打印领取卡。角色：${appointmentRoles.join('、')}。`,
      en: `Creates a staff account and prints its claim card. Roles: ${appointmentRoles.join(', ')}.`,
    },
    async run(ctx, args) {
      const { options } = readArguments(args, {
        usage: createUsage,
        words: 0,
        options: { org: true, role: true, name: true, number: true },
      });
      const { card, outcome } = await createStaffAccount(ctx, operatorActor(), {
        orgCode: options.org ?? '',
        role: requireRole(options.role ?? ''),
        name: options.name ?? '',
        number: options.number ?? '',
      });
      return { ...withCard(ctx, card), counts: { read: 1, [outcome]: 1 } };
    },
  },
  {
    name: 'user disable',
    usage: disableUsage,
    summary: {
      'zh-CN': '停用账号，所有设备立即退出。',
      en: 'Disables an account; every device is signed out at once.',
    },
    async run(ctx, args) {
      const [loginName = ''] = readArguments(args, { usage: disableUsage, words: 1 }).words;
      const { changed } = await disableAccount(ctx, operatorActor(), { loginName });
      return {
        exitCode: 0,
        counts: { read: 1, [changed ? 'changed' : 'unchanged']: 1 },
        text: changed
          ? inLanguage({ zh: `${loginName} 已停用。`, en: `${loginName} is disabled.` })
          : inLanguage({ zh: `${loginName} 早已停用。`, en: `${loginName} was disabled before.` }),
      };
    },
  },
  {
    name: 'user reset',
    usage: resetUsage,
    summary: {
      'zh-CN': '发一张重设卡，三十分钟内用一次；旧卡失效，所有设备退出。',
      en: 'Makes a reset card, good once within thirty minutes; older cards and all sessions end.',
    },
    async run(ctx, args) {
      const [loginName = ''] = readArguments(args, { usage: resetUsage, words: 1 }).words;
      const card = await resetAccount(ctx, operatorActor(), { loginName });
      return { ...withCard(ctx, card), counts: { read: 1, changed: 1 } };
    },
  },
];

function requireRole(text: string): AppointmentRole {
  const role = appointmentRoles.find((one) => one === text);
  if (role === undefined) {
    const roles = appointmentRoles.join(', ');
    throw new AppError(400, 'role_unknown', `There is no role "${text}".`, { params: { role: text, roles } });
  }
  return role;
}

function withCard(ctx: ServerContext, card: ClaimCard): CommandResult {
  const { loginName, spoken } = card;
  const claimUrl = `${ctx.config.publicUrl}/claim/${card.token}`;
  return { exitCode: 0, json: { loginName, claimUrl, spoken }, text: `${loginName}  ${claimUrl}  ${spoken}` };
}
