import { expect, test } from 'vitest';

import { countTests } from './counts.ts';

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
