import { expect, test } from 'vitest';
import { jsonOf, readArguments, refusalResult } from './command-line.ts';
import { AppError } from './errors.ts';

const form = {
  usage: 'roster import FILE --org CODE [--leaving keep|end] [--dry-run]',
  words: 1,
  options: { org: true, leaving: false },
  flags: ['dry-run'],
} as const;

test('words, options and flags are told apart, in any order', () => {
  const { words, options, flags } = readArguments(['--dry-run', '--org', 'qscz', '名册.xlsx'], form);
  expect(words).toEqual(['名册.xlsx']);
  expect(options).toEqual({ org: 'qscz' });
  expect([...flags]).toEqual(['dry-run']);
});

test.each([
  { why: 'nothing', args: [] },
  { why: 'no file', args: ['--org', 'qscz'] },
  { why: 'an option that must be there', args: ['a.xlsx'] },
  { why: 'an option without its value', args: ['a.xlsx', '--org'] },
  { why: 'an option in place of a value', args: ['a.xlsx', '--org', '--dry-run'] },
  { why: 'an empty value', args: ['a.xlsx', '--org', ''] },
  { why: 'a misspelt flag', args: ['a.xlsx', '--org', 'qscz', '--dryrun'] },
  { why: 'a second file', args: ['a.xlsx', 'b.xlsx', '--org', 'qscz'] },
  { why: 'a name every object has', args: ['a.xlsx', '--org', 'qscz', '--constructor', 'x'] },
])('$why is refused with the way to write it', ({ args }) => {
  expect(() => readArguments(args, form)).toThrow(
    expect.objectContaining({ code: 'command_usage', params: { usage: form.usage } }),
  );
});

test('--json prints every count, what the command adds, and its problems', () => {
  expect(jsonOf({ exitCode: 0, counts: { read: 2, created: 1 }, json: { id: 'x' }, text: '' })).toEqual({
    read: 2,
    created: 1,
    changed: 0,
    unchanged: 0,
    leaving: 0,
    dropped: 0,
    merged: 0,
    draft: 0,
    id: 'x',
    problems: [],
  });
});

test('a refusal names file and code, and is the fault of the input or of the server', () => {
  const refused = refusalResult(new AppError(404, 'account_not_found', 'There is none.'), 'a.xlsx');
  expect(refused).toMatchObject({
    exitCode: 1,
    problems: [{ file: 'a.xlsx', code: 'account_not_found', row: null }],
  });
  expect(refusalResult(new AppError(503, 'database_unavailable', 'Starting.')).exitCode).toBe(2);
});
