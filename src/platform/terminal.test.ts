import { expect, test } from 'vitest';

import { StartRefusal } from './start-refusal.ts';
import { explain, inLanguage, terminalLanguage } from './terminal.ts';

test.each([
  { env: { LANG: 'zh_CN.UTF-8' }, language: 'zh' },
  { env: { LANG: 'zh_CN.UTF-8', LC_ALL: 'en_US.UTF-8' }, language: 'en' },
  { env: { LANG: 'C.UTF-8' }, language: 'both' },
  { env: {}, language: 'both' },
])('with $env the terminal speaks $language', ({ env, language }) => {
  expect(terminalLanguage(env)).toBe(language);
});

test('a sentence that is the same in both languages is said once', () => {
  expect(inLanguage({ zh: '是', en: 'yes' }, 'both')).toBe('是\nyes');
  expect(inLanguage({ zh: 'Node 24', en: 'Node 24' }, 'both')).toBe('Node 24');
});

test('a refusal is its sentence and nothing else, a bug shows where it happened', () => {
  const refusal = new StartRefusal('port_taken', { zh: '端口被占用。', en: 'The port is taken.' });
  expect(explain(refusal).text).not.toContain(' at ');
  expect(explain(refusal).exitCode).toBe(2);
  expect(explain(new TypeError('x is not a function')).text).toContain('terminal.test.ts');
});
