import type { CommandCounts, CommandResult } from './capability.ts';
import { AppError } from './errors.ts';
import { problemText } from './i18n/server-words.ts';
import { inLanguage } from './terminal.ts';

/** The one object that `--json` prints. */
export function jsonOf({ counts, problems = [], json }: CommandResult): Record<string, unknown> {
  const none: CommandCounts = {
    read: 0,
    created: 0,
    changed: 0,
    unchanged: 0,
    leaving: 0,
    dropped: 0,
    merged: 0,
    draft: 0,
  };
  return { ...none, ...counts, ...json, problems };
}

/** What a refusal says at the terminal. */
export function terminalText(code: string, params: Readonly<Record<string, string | number>>): string | null {
  const [zh, en] = [problemText('zh-CN', code, params), problemText('en', code, params)];
  return zh === undefined || en === undefined ? null : inLanguage({ zh, en });
}

/** A refusal as a command ends with it. @param file - name of the file it is about. */
export function refusalResult(error: AppError, file: string | null = null): CommandResult {
  const message = terminalText(error.code, error.params) ?? error.message;
  const problem = { file, sheet: null, row: null, column: null, code: error.code, message };
  return { exitCode: error.status >= 500 ? 2 : 1, problems: [problem], text: message };
}

interface Form<Option extends string, Flag extends string> {
  readonly usage: string;
  /** How many words stand without dashes. */
  readonly words: number;
  /** `--name value`; `true`: it must be there. */
  readonly options?: Readonly<Record<Option, boolean>>;
  /** `--name` alone. */
  readonly flags?: readonly Flag[];
}

interface Typed<Option extends string, Flag extends string> {
  readonly words: readonly string[];
  readonly options: Readonly<Partial<Record<Option, string>>>;
  readonly flags: ReadonlySet<Flag>;
}

/** What is said to a command that was written in another way than it can be. */
export function wrongUsage(usage: string): AppError {
  return new AppError(400, 'command_usage', `Usage: npm run nol -- ${usage}`, { params: { usage } });
}

/**
 * Takes apart what was typed after a command's name.
 *
 * @throws {AppError} 400 `command_usage` for a missing or unknown word, option or value: a misspelt `--dry-run` must not
 *   be taken for none.
 */
export function readArguments<Option extends string = never, Flag extends string = never>(
  args: readonly string[],
  { usage, words: wordCount, options: known = {} as Record<Option, boolean>, flags = [] }: Form<Option, Flag>,
): Typed<Option, Flag> {
  const words: string[] = [];
  const options: Partial<Record<Option, string>> = {};
  const given = new Set<Flag>();
  for (let i = 0; i < args.length; i += 1) {
    const word = args[i] ?? '';
    const name = word.slice(2);
    if (!word.startsWith('--')) words.push(word);
    else if (flags.includes(name as Flag)) given.add(name as Flag);
    else {
      const value = args[(i += 1)];
      if (!Object.hasOwn(known, name) || value === undefined || value.startsWith('--'))
        throw wrongUsage(usage);
      options[name as Option] = value;
    }
  }
  const isComplete = Object.entries(known).every(([name, must]) => !must || options[name as Option]);
  if (words.length !== wordCount || words.includes('') || !isComplete) throw wrongUsage(usage);
  return { words, options, flags: given };
}
