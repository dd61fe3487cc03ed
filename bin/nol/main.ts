import type { CommandResult } from '../../src/platform/capability.ts';
import { readConfig } from '../../src/platform/config.ts';
import { doctor } from './doctor.ts';
import { findCommand } from './find-command.ts';
import { help, type Described } from './help.ts';
import { commands, resultOfError, runCommand } from './run-command.ts';

const own: readonly Described[] = [
  {
    name: 'help',
    usage: 'help [settings | <command>]',
    summary: { 'zh-CN': '列出命令或设置。', en: 'Lists the commands or the settings.' },
  },
  {
    name: 'doctor',
    usage: 'doctor',
    summary: {
      'zh-CN': '检查 Node、磁盘、数据库、迁移、端口、时钟和构建，并说明如何处理。',
      en: 'Checks Node, disk, database, migrations, port, clock and build, and says what to do.',
    },
  },
];

export async function main(typed: readonly string[]): Promise<void> {
  const all = [...own, ...commands];
  const { command, args, json } = findCommand(all, typed);
  const result = await answer(command, args).catch(resultOfError);
  // One object, whatever happened; text for people goes to stderr when it is no success.
  if (json) process.stdout.write(`${JSON.stringify(result.json)}\n`);
  else (result.exitCode === 0 ? process.stdout : process.stderr).write(`${result.text}\n`);
  process.exitCode = result.exitCode;
}

async function answer(command: Described | null, args: readonly string[]): Promise<CommandResult> {
  const all = [...own, ...commands];
  if (command === null) return args.length === 0 ? help(all, []) : help(all, [args[0] ?? '']);
  if (command.name === 'help') return help(all, args);
  const config = readConfig(process.env, 'local');
  if (command.name === 'doctor') return doctor(config);
  const found = commands.find(({ name }) => name === command.name);
  if (found === undefined) return help(all, [command.name]);
  return runCommand(found, args, config);
}
