import { expect, test } from 'vitest';

import { countTests, failedFiles, withFilesAgain } from './counts.ts';

const passed = { status: 'passed', fullName: 'a pupil is reached' };
const skipped = { status: 'skipped', fullName: 'a full disk is named' };
const report = (good: number, bad: number, files: { status: string; assertionResults: object[] }[]) => ({
  numPassedTests: good,
  numFailedTests: bad,
  testResults: files,
});

test.each([
  {
    why: 'all passed',
    code: 0,
    given: report(3, 0, [{ status: 'passed', assertionResults: [passed] }]),
    is: [3, 0],
  },
  {
    why: 'one failed',
    code: 1,
    given: report(2, 1, [{ status: 'failed', assertionResults: [passed] }]),
    is: [2, 1],
  },
  {
    why: 'a file did not load',
    code: 1,
    given: report(2, 0, [{ status: 'failed', assertionResults: [] }]),
    is: [2, 1],
  },
  { why: 'ended badly without naming a test', code: 1, given: report(2, 0, []), is: [2, 1] },
  { why: 'no report', code: 1, given: null, is: [0, 1] },
  { why: 'no report although it ended well', code: 0, given: null, is: [0, 1] },
  { why: 'killed', code: null, given: report(5, 0, []), is: [5, 1] },
])('$why', ({ code, given, is }) => {
  const counts = countTests(given, code);
  expect([counts.passed, counts.failed]).toEqual(is);
});

test('skipped tests are named', () => {
  const given = report(1, 0, [{ status: 'passed', assertionResults: [passed, skipped] }]);
  expect(countTests(given, 0).skippedTests).toEqual(['a full disk is named']);
});

test('a file that failed counts as it did the second time, the others as they did the first', () => {
  const file = (name: string, status: string, ...tests: string[]) => ({
    name,
    status,
    assertionResults: tests.map((each) => ({ status: each, fullName: `${name} ${each}` })),
  });
  const first = report(3, 1, [
    file('a', 'passed', 'passed', 'passed'),
    file('b', 'failed', 'passed', 'failed'),
    file('c', 'failed'),
  ]);
  expect(failedFiles(first)).toEqual(['b', 'c']);
  const mended = report(3, 0, [file('b', 'passed', 'passed', 'passed'), file('c', 'passed', 'passed')]);
  expect(countTests(withFilesAgain(first, mended), 0)).toMatchObject({ passed: 5, failed: 0 });
  const broken = report(1, 1, [file('b', 'failed', 'passed', 'failed'), file('c', 'failed')]);
  expect(countTests(withFilesAgain(first, broken), 1)).toMatchObject({ passed: 3, failed: 2 });
  expect(countTests(withFilesAgain(first, null), null), 'the second run did not end').toMatchObject({
    failed: 2,
  });
});
