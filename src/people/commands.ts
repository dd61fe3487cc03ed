import { operatorActor } from '../platform/actor.ts';
import type { Command, CommandResult } from '../platform/capability.ts';
import type { ServerContext } from '../platform/context.ts';
import { AppError } from '../platform/errors.ts';
import { createStaffAccount, disableAccount, resetAccount } from './service.ts';
import { appointmentRoles, type AppointmentRole } from './roles.ts';

/** Reads `--name value` pairs; words without dashes are positional. */
function readOptions(args: readonly string[]): { options: Map<string, string>; words: string[] } {
  const options = new Map<string, string>();
  const words: string[] = [];
  for (let i = 0; i < args.length; i += 1) {
    const word = args[i] ?? '';
    if (word.startsWith('--')) options.set(word.slice(2), args[(i += 1)] ?? '');
    else words.push(word);
  }
  return { options, words };
}

async function refusable(run: () => Promise<CommandResult>): Promise<CommandResult> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { exitCode: 1, json: { error: error.code, message: error.message }, text: error.message };
  }
}

export const peopleCommands: readonly Command[] = [
  {
    name: 'user create',
    usage: 'user create --org CODE --role ROLE --name NAME --number NUMBER',
    summary: {
      'zh-CN': '建一个教职工账号，打印领取卡',
      en: 'Create a staff account and print its claim card',
    },
    run: (ctx: ServerContext, args) =>
      refusable(async () => {
        const { options } = readOptions(args);
        const role = options.get('role') ?? '';
        if (!appointmentRoles.includes(role as AppointmentRole)) {
          throw new AppError(400, 'role_unknown', `--role must be one of: ${appointmentRoles.join(', ')}.`);
        }
        const card = await createStaffAccount(ctx, operatorActor(), {
          orgCode: options.get('org') ?? '',
          role: role as AppointmentRole,
          name: options.get('name') ?? '',
          number: options.get('number') ?? '',
        });
        return {
          exitCode: 0,
          json: {
            created: 1,
            loginName: card.loginName,
            claimUrl: `${ctx.config.publicUrl}/claim/${card.token}`,
            spoken: card.spoken,
          },
          text: `${card.loginName}  ${ctx.config.publicUrl}/claim/${card.token}  ${card.spoken}`,
        };
      }),
  },
  {
    name: 'user disable',
    usage: 'user disable LOGIN_NAME',
    summary: {
      'zh-CN': '停用账号，所有设备立即退出',
      en: 'Disable an account; every device is signed out at once',
    },
    run: (ctx, args) =>
      refusable(async () => {
        await disableAccount(ctx, operatorActor(), { loginName: args[0] ?? '' });
        return { exitCode: 0, json: { changed: 1 }, text: `${args[0]}: disabled.` };
      }),
  },
  {
    name: 'user reset',
    usage: 'user reset LOGIN_NAME',
    summary: {
      'zh-CN': '发一张新的领取卡，旧的失效',
      en: 'Make a new claim card; older ones and all sessions end',
    },
    run: (ctx, args) =>
      refusable(async () => {
        const card = await resetAccount(ctx, operatorActor(), { loginName: args[0] ?? '' });
        return {
          exitCode: 0,
          json: {
            changed: 1,
            loginName: card.loginName,
            claimUrl: `${ctx.config.publicUrl}/claim/${card.token}`,
            spoken: card.spoken,
          },
          text: `${card.loginName}  ${ctx.config.publicUrl}/claim/${card.token}  ${card.spoken}`,
        };
      }),
  },
];
