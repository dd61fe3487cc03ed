import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { problemText } from './server-words.ts';
import { LOCALES, wordParams, type WordParams } from './words.ts';

const SOURCE = join(import.meta.dirname, '../..');
/** `new AppError(404, 'code'` and `notFound('code'`, over line breaks. */
const REFUSAL = /(?:new AppError\(\s*\d{3}|\bnotFound\()\s*,?\s*'([a-z][a-z0-9_]*)'/g;

const codes = new Set<string>();
for (const path of readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })) {
  if (!path.endsWith('.ts') || path.endsWith('.test.ts')) continue;
  for (const [, code] of readFileSync(join(SOURCE, path), 'utf8').matchAll(REFUSAL))
    if (code) codes.add(code);
}

/** Stands for every value a text may ask for. */
const anything = new Proxy({} as Record<string, string>, { get: () => '7', has: () => true }) as WordParams;

test('the product refuses in many ways', () => {
  expect(codes.size).toBeGreaterThan(20);
});

test.each([...codes].sort())('a refusal with %s says in both languages what happened', (code) => {
  for (const locale of LOCALES) {
    const text = problemText(locale, code, anything);
    expect([locale, text]).not.toContain(undefined);
    expect(wordParams(text ?? '')).toEqual([]);
  }
});
