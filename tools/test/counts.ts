/** Tests of one stage. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** Full names of the tests that were skipped. */
  readonly skippedTests: readonly string[];
}

interface Assertion {
  readonly fullName: string;
  readonly status: string;
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly Assertion[];
  }[];
}

/**
 * Counts the tests in vitest's JSON report so that no failure is missed: a file that did not load counts
 * as one failed, and so does a run that ended badly without naming a test.
 *
 * @param report - the parsed report, `null` when there is none.
 * @param code - exit code of vitest, `null` when it was killed.
 */
export function countTests(report: unknown, code: number | null): Counts {
  if (!isReport(report)) return { passed: 0, failed: 1, skippedTests: [] };
  const unloaded = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + unloaded;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skippedTests: report.testResults
      .flatMap((file) => file.assertionResults)
      .filter(({ status }) => status !== 'passed' && status !== 'failed')
      .map(({ fullName }) => fullName),
  };
}

/** Paths of the files in which something failed; empty when there is no report or none is named. */
export function failedFiles(report: unknown): string[] {
  if (!isReport(report)) return [];
  return report.testResults.filter(({ status }) => status === 'failed').map(({ name }) => name);
}

/** The report of a run with some of its files replaced by a later run of these files alone. */
export function withFilesAgain(report: unknown, again: unknown): unknown {
  if (!isReport(report) || !isReport(again)) return report;
  const repeated = new Set(again.testResults.map(({ name }) => name));
  const testResults = [...report.testResults.filter(({ name }) => !repeated.has(name)), ...again.testResults];
  const count = (wanted: string) =>
    testResults.flatMap((file) => file.assertionResults).filter(({ status }) => status === wanted).length;
  return { numPassedTests: count('passed'), numFailedTests: count('failed'), testResults } satisfies Report;
}

function isReport(value: unknown): value is Report {
  return (
    typeof value === 'object' &&
    value !== null &&
    'numPassedTests' in value &&
    'testResults' in value &&
    Array.isArray(value.testResults)
  );
}
