import { parseArgs } from 'node:util';

import { StartRefusal } from '../../src/platform/start-refusal.ts';

/**
 * Reads `--name value` of a command that takes these options and nothing else.
 *
 * @param names - options, those that may be given several times included.
 * @returns the values of each option, in order; an option not given has none.
 * @throws {StartRefusal} `bad_option`, naming the word and what the command takes.
 */
export function readOptions<Name extends string>(
  args: readonly string[],
  names: readonly Name[],
  usage: string,
): Record<Name, string[]> {
  try {
    const options = Object.fromEntries(
      names.map((name) => [name, { type: 'string', multiple: true } as const]),
    );
    const { values } = parseArgs({ args: [...args], options, allowPositionals: false });
    return Object.fromEntries(names.map((name) => [name, values[name] ?? []])) as Record<Name, string[]>;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('. ')[0] : String(error);
    throw badOption(usage, reason ?? '', reason ?? '', error);
  }
}

/** A word of the command line that the command cannot work with. */
export function badOption(usage: string, zh: string, en: string, cause?: unknown): StartRefusal {
  return new StartRefusal(
    'bad_option',
    {
      zh: `${zh}。用法：npm run nol -- ${usage}`,
      en: `${en}. Usage: npm run nol -- ${usage}`,
    },
    { cause, exitCode: 1 },
  );
}
