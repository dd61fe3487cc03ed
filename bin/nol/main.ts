import type { CommandResult } from '../../src/platform/capability.ts';
import { readConfig } from '../../src/platform/config.ts';
import { jsonOf } from '../../src/platform/command-line.ts';
import { findCommand } from './find-command.ts';
import { help, unknownCommand, type Described } from './help.ts';
import { ownCommands } from './own-commands.ts';
import { commands, resultOfError, runCommand } from './run-command.ts';

const helpCommand: Described = {
  name: 'help',
  usage: 'help [settings | <command>]',
  summary: { 'zh-CN': '列出命令或设置。', en: 'Lists the commands or the settings.' },
};

export async function main(typed: readonly string[]): Promise<void> {
  const { command, args, json } = findCommand([helpCommand, ...ownCommands, ...commands], typed);
  const result = await answer(command, args).catch(resultOfError);
  // One object, whatever happened; text for people goes to stderr when it is no success.
  if (json) process.stdout.write(`${JSON.stringify(jsonOf(result))}\n`);
  else (result.exitCode === 0 ? process.stdout : process.stderr).write(`${result.text}\n`);
  process.exitCode = result.exitCode;
}

async function answer(command: Described | null, args: readonly string[]): Promise<CommandResult> {
  const all = [helpCommand, ...ownCommands, ...commands];
  if (command === null) return args.length === 0 ? help(all, []) : unknownCommand(args);
  if (command.name === 'help') return help(all, args);
  const config = readConfig(process.env, 'local');
  const own = ownCommands.find(({ name }) => name === command.name);
  if (own !== undefined) return own.run(config, args);
  const found = commands.find(({ name }) => name === command.name);
  if (found === undefined) return help(all, [command.name]);
  return runCommand(found, args, config);
}
