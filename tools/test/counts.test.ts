import { expect, test } from 'vitest';

import { countTests } from './counts.ts';

const report = (
  passed: number,
  failed: number,
  files: { status: string; assertionResults: unknown[] }[],
) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: 1,
  numTodoTests: 0,
  testResults: files,
});

test.each([
  {
    why: 'all passed',
    code: 0,
    given: report(3, 0, [{ status: 'passed', assertionResults: [1] }]),
    is: [3, 0, 1],
  },
  {
    why: 'one failed',
    code: 1,
    given: report(2, 1, [{ status: 'failed', assertionResults: [1] }]),
    is: [2, 1, 1],
  },
  {
    why: 'a file did not load',
    code: 1,
    given: report(2, 0, [{ status: 'failed', assertionResults: [] }]),
    is: [2, 1, 1],
  },
  { why: 'ended badly without naming a test', code: 1, given: report(2, 0, []), is: [2, 1, 1] },
  { why: 'no report', code: 1, given: null, is: [0, 1, 0] },
  { why: 'no report although it ended well', code: 0, given: null, is: [0, 1, 0] },
  { why: 'killed', code: null, given: report(5, 0, []), is: [5, 1, 1] },
])('$why', ({ code, given, is }) => {
  const { passed, failed, skippedTests } = countTests(given, code);
  expect([passed, failed, skippedTests]).toEqual(is);
});
