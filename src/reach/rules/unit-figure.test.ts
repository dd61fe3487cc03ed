import { expect, test } from 'vitest';
import {
  differencesOf,
  reportedMeasures,
  type ReportedFigures,
  type ReportedMeasure,
} from './unit-figure.ts';

const unit = {
  orgId: 'a',
  name: '青石镇初级中学',
  code: '1',
  data: 'reports' as const,
  lastFactAt: null,
  expected: 30,
  reached: 28,
  reachedLate: 0,
  excused: 0,
  unreached: 2,
  pending: 0,
};
const figures = (of: Partial<Record<ReportedMeasure, number>>, units = [unit]): ReportedFigures => ({
  measures: {
    ...(Object.fromEntries(reportedMeasures.map((measure) => [measure, 0])) as Record<
      ReportedMeasure,
      number
    >),
    ...of,
  },
  ways: [],
  units,
  silent: [],
});

test('two equal issues differ in nothing', () => {
  expect(differencesOf(figures({ expected: 30 }), figures({ expected: 30 }))).toEqual([]);
});

test('a recording heard in the evening changes the county first and then its school', () => {
  const evening = { ...unit, reached: 29, reachedLate: 1, unreached: 1 };
  expect(
    differencesOf(figures({ reached: 28, unreached: 2 }), figures({ reached: 29, unreached: 1 }, [evening])),
  ).toEqual([
    { unitName: null, measure: 'reached', from: 28, to: 29 },
    { unitName: null, measure: 'unreached', from: 2, to: 1 },
    { unitName: unit.name, measure: 'reached', from: 28, to: 29 },
    { unitName: unit.name, measure: 'reachedLate', from: 0, to: 1 },
    { unitName: unit.name, measure: 'unreached', from: 2, to: 1 },
  ]);
});

test('a school that reported nothing at first counts from nothing', () => {
  expect(differencesOf(figures({}, []), figures({}))).toContainEqual({
    unitName: unit.name,
    measure: 'expected',
    from: 0,
    to: 30,
  });
});
