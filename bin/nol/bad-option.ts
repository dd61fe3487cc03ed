import { StartRefusal } from '../../src/platform/start-refusal.ts';

/** A value on the command line that the command cannot work with. */
export function badOption(usage: string, zh: string, en: string): StartRefusal {
  return new StartRefusal(
    'bad_option',
    {
      zh: `${zh}。用法：npm run nol -- ${usage}`,
      en: `${en}. Usage: npm run nol -- ${usage}`,
    },
    { exitCode: 1 },
  );
}
