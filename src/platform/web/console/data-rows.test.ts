import { expect, test } from 'vitest';
import { shownRows, viewOf, withView, type ReadableColumn, type TableView } from './data-rows.ts';

interface Row {
  readonly name: string;
  readonly adult: string | null;
  readonly missed: number;
}
const columns: readonly ReadableColumn<Row>[] = [
  { key: 'name', title: 'Name', text: ({ name }) => name },
  { key: 'adult', title: 'Adult', text: ({ adult }) => adult },
  { key: 'missed', title: 'Missed', text: ({ missed }) => missed },
];
const rows: readonly Row[] = [
  { name: '三（10）班', adult: '周雨桐', missed: 2 },
  { name: '三（2）班', adult: null, missed: 10 },
  { name: '四（1）班', adult: '林佳禾', missed: 0 },
];
const all: TableView = { find: '', sort: null, filters: {}, page: 1 };
const names = (view: Partial<TableView>) =>
  shownRows(rows, columns, { ...all, ...view }).map(({ name }) => name);

test.each<[string, Partial<TableView>, string[]]>([
  ['as the server sorted', {}, ['三（10）班', '三（2）班', '四（1）班']],
  ['every word in some column', { find: '三 周' }, ['三（10）班']],
  ['nothing that is not there', { find: '五' }, []],
  [
    'numbers in names as numbers',
    { sort: { key: 'name', isDown: false } },
    ['三（2）班', '三（10）班', '四（1）班'],
  ],
  [
    'numbers as numbers, downwards',
    { sort: { key: 'missed', isDown: true } },
    ['三（2）班', '三（10）班', '四（1）班'],
  ],
  [
    'the unknown last, upwards',
    { sort: { key: 'adult', isDown: false } },
    ['四（1）班', '三（10）班', '三（2）班'],
  ],
  [
    'the unknown last, downwards',
    { sort: { key: 'adult', isDown: true } },
    ['三（10）班', '四（1）班', '三（2）班'],
  ],
  ['only what a filter lets pass', { filters: { adult: ['林佳禾', ''] } }, ['三（2）班', '四（1）班']],
])('%s', (_, view, expected) => {
  expect(names(view)).toEqual(expected);
});

test('a view survives the address, beside what else stands there; what fits no column is left out', () => {
  const view: TableView = {
    find: '沈',
    sort: { key: 'missed', isDown: true },
    filters: { adult: ['周雨桐', ''] },
    page: 3,
  };
  const search = withView(new URLSearchParams('class=7&only.name=x&page=9'), view);
  expect(search.get('class')).toBe('7');
  expect(viewOf(search, columns)).toEqual(view);
  expect(viewOf(new URLSearchParams('sort=-age&only.age=9&page=-2'), columns)).toEqual(all);
  expect(withView(search, all).toString()).toBe('class=7');
});
