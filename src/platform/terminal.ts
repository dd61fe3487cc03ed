import { StartRefusal, type Sentence } from './start-refusal.ts';

/** `both`: the environment names neither language. */
export type TerminalLanguage = 'zh' | 'en' | 'both';

/** Language of the terminal, from LC_ALL, LC_MESSAGES or LANG. */
export function terminalLanguage(env: NodeJS.ProcessEnv = process.env): TerminalLanguage {
  const name = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '';
  if (/^zh/i.test(name)) return 'zh';
  return /^en/i.test(name) ? 'en' : 'both';
}

/** A sentence as the terminal shows it: one line, or Chinese first and English below. */
export function inLanguage(sentence: Sentence, language: TerminalLanguage = terminalLanguage()): string {
  if (language === 'both' && sentence.zh !== sentence.en) return `${sentence.zh}\n${sentence.en}`;
  if (language === 'both') return sentence.en;
  return sentence[language];
}

/**
 * What a person at the terminal gets to read about an error, and how the process ends.
 *
 * A refusal is its sentence; anything else is a bug and shows its stack.
 */
export function explain(error: unknown): { text: string; exitCode: number } {
  if (error instanceof StartRefusal) return { text: inLanguage(error.sentence), exitCode: error.exitCode };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const sentence = inLanguage({ zh: '程序出错：', en: 'The program failed:' });
  return { text: `${sentence}\n${stack}`, exitCode: 2 };
}
