import { expect, test } from 'vitest';
import { parseClassName } from './class-name.ts';
import { planRoster, type CurrentPerson, type CurrentRoster } from './plan-roster.ts';
import type { RosterRead, RosterRow } from './roster-row.ts';

const CLASSES = [
  { id: 'c31', name: '三（1）班', yearGroup: '3', classNo: 1 },
  { id: 'c32', name: '三（2）班', yearGroup: '3', classNo: 2 },
];

function aPerson(number: string, name: string, classId: string | null = 'c31'): CurrentPerson {
  return {
    id: `p${number}`,
    kind: 'pupil',
    number,
    name,
    sex: 'female',
    classId,
    leads: [],
    guardianTails: [],
  };
}

function aRow(number: string, name: string, className: string, more: Partial<RosterRow> = {}): RosterRow {
  return {
    kind: 'pupil',
    number,
    uncertainNumber: null,
    name,
    sex: null,
    class: parseClassName(className),
    guardianName: null,
    guardianPhone: null,
    role: null,
    sheet: '名册',
    row: 2,
    at: { number: 1, name: 2, class: 3 },
    given: {},
    blocked: false,
    ...more,
  };
}

function aRead(rows: RosterRow[], problems: RosterRead['problems'] = []): RosterRead {
  return { rows, problems, columns: [], read: rows.length, merged: 0, sheets: [] };
}

function rosterOf(persons: CurrentPerson[]): CurrentRoster {
  return { persons, classes: CLASSES };
}

test('new, changed, moved, unchanged and missing pupils are told apart', () => {
  const current = rosterOf([
    aPerson('1', '沈可欣'),
    aPerson('2', '韦长庚'),
    aPerson('3', '谭一鸣'),
    aPerson('4', '祝秋实'),
  ]);
  const plan = planRoster(
    aRead([
      aRow('1', '沈可欣', '三(1)班'),
      aRow('2', '韦长赓', '三（1）班'),
      aRow('3', '谭一鸣', '三年级2班'),
      aRow('5', '阮如初', '三（2）班'),
    ]),
    current,
  );
  expect(plan.unchanged.map((u) => u.row.number)).toEqual(['1']);
  expect(plan.changed.map((c) => [c.row.number, c.name, c.movesFrom?.id ?? null])).toEqual([
    ['2', '韦长赓', null],
    ['3', null, 'c31'],
  ]);
  expect(plan.moved.map((m) => m.row.number)).toEqual(['3']);
  expect(plan.created.map((row) => row.number)).toEqual(['5']);
  expect(plan.leaving.map((person) => person.number)).toEqual(['4']);
  expect(plan.problems.map((p) => p.code)).toEqual(['roster_moved']);
});

test('the same roster again changes nothing', () => {
  const current = rosterOf([aPerson('1', '沈可欣'), aPerson('2', '韦长庚', 'c32')]);
  const plan = planRoster(aRead([aRow('1', '沈可欣', '3.1'), aRow('2', '韦长庚', '三年二班')]), current);
  expect([plan.created, plan.changed, plan.leaving, plan.newClasses, plan.problems]).toEqual([
    [],
    [],
    [],
    [],
    [],
  ]);
});

test('a roster of one class says nothing about the others', () => {
  const current = rosterOf([
    aPerson('1', '沈可欣'),
    aPerson('2', '韦长庚'),
    aPerson('3', '谭一鸣', 'c32'),
    aPerson('4', '祝秋实', 'c33'),
  ]);
  const plan = planRoster(aRead([aRow('1', '沈可欣', '三（1）班')]), {
    ...current,
    classes: [...CLASSES, { id: 'c33', name: '三（3）班', yearGroup: '3', classNo: 3 }],
  });
  expect([plan.scope, plan.leaving.map((p) => p.number)]).toEqual(['classesInFile', ['2']]);
});

test('a blocked row changes nothing and its pupil does not look gone', () => {
  const plan = planRoster(
    aRead([aRow('1', '', '三（1）班', { blocked: true })]),
    rosterOf([aPerson('1', '沈可欣')]),
  );
  expect([plan.created, plan.changed, plan.leaving]).toEqual([[], [], []]);
});

test('a class the school does not have is new, or a problem where classes are fixed', () => {
  const read = aRead([aRow('1', '沈可欣', '四（9）班')]);
  expect(planRoster(read, rosterOf([])).newClasses.map((c) => c.name)).toEqual(['四（9）班']);
  const fixed = planRoster(read, rosterOf([]), { newClasses: 'none' });
  expect([fixed.created, fixed.problems.map((p) => [p.code, p.severity])]).toEqual([
    [],
    [['roster_class_unknown', 'must']],
  ]);
});

test('a class beside others of its year is probably misspelt, a first class of a year is new', () => {
  const read = aRead([aRow('1', '沈可欣', '三（9）班'), aRow('2', '韦长庚', '一（1）班')]);
  const plan = planRoster(read, rosterOf([]));
  expect(plan.newClasses.map((c) => c.name)).toEqual(['一（1）班']);
  expect(plan.problems).toMatchObject([{ code: 'roster_class_unknown', params: { className: '三（9）班' } }]);
  expect(planRoster(read, rosterOf([]), { newClasses: 'all' }).newClasses.length).toBe(2);
  const whole = aRead(['1', '2', '3', '4', '5'].map((number) => aRow(number, `学生${number}`, '三（9）班')));
  expect(planRoster(whole, rosterOf([])).newClasses.map((c) => c.name)).toEqual(['三（9）班']);
});

test('a guardian telephone that is new or another one is a change', () => {
  const known = { ...aPerson('1', '沈可欣'), guardianTails: ['0001'] };
  const withPhone = (phone: string) => aRead([aRow('1', '沈可欣', '三（1）班', { guardianPhone: phone })]);
  expect(planRoster(withPhone('13800000001'), rosterOf([known])).changed).toEqual([]);
  expect(planRoster(withPhone('13800000002'), rosterOf([known])).changed.map((c) => c.newContact)).toEqual([
    true,
  ]);
});

test('2.0240E+07 is restored when one pupil of that name and class fits, and only then', () => {
  const row = aRow('', '祝秋实', '三（1）班', {
    uncertainNumber: { prefix: '2024', length: 8 },
    blocked: true,
  });
  const problem = {
    code: 'roster_number_uncertain',
    severity: 'must',
    sheet: '名册',
    row: 2,
    column: 1,
    params: { shown: '2.0240E+07' },
    suggestion: null,
  } as const;
  const plan = planRoster(aRead([row], [problem]), rosterOf([aPerson('20240315', '祝秋实')]));
  expect(plan.problems).toMatchObject([
    { code: 'roster_number_restored', severity: 'look', suggestion: '20240315' },
  ]);
  expect(plan.unchanged.map((u) => u.row.number)).toEqual(['20240315']);
  const twice = planRoster(
    aRead([row], [problem]),
    rosterOf([aPerson('20240315', '祝秋实'), aPerson('20240316', '祝秋实')]),
  );
  expect(twice.problems).toMatchObject([{ code: 'roster_number_uncertain', severity: 'must' }]);
});

test('a wholly different name under a known number, and a known name under a new number, are worth a look', () => {
  const current = rosterOf([aPerson('1', '沈可欣'), aPerson('2', '韦长庚')]);
  const plan = planRoster(
    aRead([aRow('1', '骆立夏', '三（1）班'), aRow('9', '韦长庚', '三（1）班')]),
    current,
  );
  expect(plan.problems.map((p) => p.code)).toEqual(['roster_renamed', 'roster_maybe_renumbered']);
});

test('a pupil cannot take the number of a teacher', () => {
  const plan = planRoster(
    aRead([aRow('T1', '沈可欣', '三（1）班')]),
    rosterOf([{ ...aPerson('T1', '岑玉珍', null), kind: 'staff' }]),
  );
  expect([plan.created, plan.problems.map((p) => [p.code, p.severity])]).toEqual([
    [],
    [['roster_number_of_staff', 'must']],
  ]);
});

test('58,162 rows are planned at once', () => {
  const rows = Array.from({ length: 58_162 }, (_, i) =>
    aRow(String(20_240_000 + i), `学生${i}`, `三（${(i % 2) + 1}）班`),
  );
  const persons = rows.slice(0, 50_000).map((row, i) => aPerson(row.number, row.name, i % 2 ? 'c32' : 'c31'));
  const plan = planRoster(aRead(rows), rosterOf(persons));
  expect([plan.created.length, plan.unchanged.length]).toEqual([8_162, 50_000]);
});
