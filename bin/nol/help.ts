import type { Command, CommandResult } from '../../src/platform/capability.ts';
import { settings } from '../../src/platform/config.ts';
import type { Sentence } from '../../src/platform/start-refusal.ts';
import { inLanguage } from '../../src/platform/terminal.ts';

/** What the help needs to know of a command. */
export type Described = Pick<Command, 'name' | 'usage' | 'summary'>;

/** `help`, `help settings` or `help <command>`. */
export function help(commands: readonly Described[], topic: readonly string[]): CommandResult {
  const name = topic.join(' ');
  if (name === '') return overview(commands);
  if (name === 'settings') return settingsHelp();
  const matching = commands.filter((command) => command.name === name || command.name.startsWith(`${name} `));
  return matching.length > 0 ? overview(matching) : unknownCommand(topic);
}

/** What was typed is no command: refused, so that a script with a slip in it does not go on as if it were done. */
export function unknownCommand(typed: readonly string[]): CommandResult {
  const name = typed.join(' ');
  const message = inLanguage({
    zh: `没有命令“${name}”。全部命令：npm run nol -- help`,
    en: `There is no command "${name}". All commands: npm run nol -- help`,
  });
  const problem = { file: null, sheet: null, row: null, column: null, code: 'unknown_command', message };
  return { exitCode: 1, problems: [problem], text: message };
}

function overview(commands: readonly Described[]): CommandResult {
  const listed = commands.map((command) => ({
    name: command.name,
    usage: command.usage,
    summary: { zh: command.summary['zh-CN'], en: command.summary.en },
  }));
  const lines = listed.map(({ usage, summary }) => `  ${usage}\n${indented(summary)}`);
  const heading = inLanguage({
    zh: '用法：npm run nol -- <命令> [--json]；退出码：0 完成，1 输入有问题而拒绝，2 失败。',
    en: 'Usage: npm run nol -- <command> [--json]; exit code 0 done, 1 refused because of the input, 2 failed.',
  });
  return { exitCode: 0, json: { commands: listed }, text: [heading, '', ...lines].join('\n') };
}

function settingsHelp(): CommandResult {
  const lines = settings.map((setting) => {
    const fallback = setting.fallback === '' ? '' : ` (${setting.fallback})`;
    return `  ${setting.name}${fallback}\n${indented(setting)}`;
  });
  const heading = inLanguage({
    zh: '设置取自环境变量；括号内是默认值。',
    en: 'Settings come from the environment; the default stands in parentheses.',
  });
  return { exitCode: 0, json: { settings }, text: [heading, '', ...lines].join('\n') };
}

function indented(sentence: Sentence): string {
  return inLanguage(sentence)
    .split('\n')
    .map((line) => `      ${line}`)
    .join('\n');
}
