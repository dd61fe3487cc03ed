import { cleanup, render, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { speak } from '../../platform/web/testing/words.ts';
import type { RosterDraft, RosterLines } from '../contract.ts';
import { ColumnCards } from './column-cards.tsx';
import { LineTable } from './draft-lines.tsx';

beforeEach(() => speak('zh-CN'));
afterEach(cleanup);

function aLine(change: Partial<RosterLines['lines'][number]> = {}): RosterLines['lines'][number] {
  return {
    n: 1,
    sheet: '名册',
    row: 3,
    column: null,
    number: '20240101',
    name: '沈可欣',
    className: '三（2）班',
    outcome: 'created',
    beforeName: null,
    beforeClassName: null,
    guardianTail: null,
    code: null,
    severity: null,
    message: null,
    suggestion: null,
    ...change,
  };
}

test('a row that must be corrected says where, why and what to write instead', () => {
  const line = aLine({
    outcome: 'problem',
    code: 'roster_number_restored',
    severity: 'must',
    column: 'A',
    message: '学号变了形',
    suggestion: '20240315',
  });
  render(<LineTable lines={[line]} list="problems" act={() => null} />);
  const row = screen.getAllByRole('row')[1];
  expect(row?.textContent).toBe('3 A沈可欣三（2）班20240101必须改 学号变了形采用 20240315');
});

test('a change shows what stands there now and what comes', () => {
  const line = aLine({ outcome: 'changed', beforeName: '沈可心', beforeClassName: '三（1）班' });
  render(<LineTable lines={[line]} list="changed" act={() => null} />);
  expect(screen.getByText('沈可心 → 沈可欣；三（1）班 → 三（2）班')).toBeTruthy();
});

const columns: RosterDraft['columns'] = [
  {
    sheet: '一班',
    column: 1,
    letters: 'A',
    header: '学号',
    use: 'field',
    field: 'number',
    sensitive: null,
    cells: 40,
    learned: false,
  },
  {
    sheet: '一班',
    column: 5,
    letters: 'E',
    header: '身份证号',
    use: 'dropped',
    field: null,
    sensitive: 'identityNumber',
    cells: 40,
    learned: false,
  },
  {
    sheet: '二班',
    column: 5,
    letters: 'E',
    header: '身份证号',
    use: 'dropped',
    field: null,
    sensitive: 'identityNumber',
    cells: 38,
    learned: false,
  },
  {
    sheet: '一班',
    column: 7,
    letters: 'G',
    header: '家长电话',
    use: 'dropped',
    field: null,
    sensitive: 'phone',
    cells: 40,
    learned: false,
  },
];

test('dropped columns are named once with their cells, and only a telephone can be mapped', () => {
  const mapped: object[] = [];
  render(
    <ColumnCards
      draft={{ columns, content: 'lists' } as RosterDraft}
      hasFile
      isBusy={false}
      onMapPhone={({ sheet, column }) => mapped.push({ sheet, column })}
      onReadAs={() => {}}
    />,
  );
  const dropped = within(screen.getByRole('region', { name: '已丢弃的敏感列' }));
  expect(dropped.getAllByRole('listitem').map((item) => item.textContent)).toEqual([
    '身份证号 78 格',
    '家长电话 40 格读入作跟进联系方式',
  ]);
  dropped.getByRole('button').click();
  expect(mapped).toEqual([{ sheet: '一班', column: 7 }]);
});
