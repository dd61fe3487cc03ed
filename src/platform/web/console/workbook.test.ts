import { read, utils } from '@e965/xlsx';
import { expect, test } from 'vitest';
import { workbookOf } from './workbook.ts';

test('what goes in is read back: rare characters, numbers as text, gaps, nothing as a formula', () => {
  const rows = [
    ['姓名', '学号', '缺课'],
    ['𬱖<念>&"真"', '00020210104', 3],
    ['=1+1', null, 0],
    [' 前后有空格 ', '\u0007', 2.5],
  ];
  const { Sheets, SheetNames } = read(workbookOf('三（2）班/名单', rows));
  expect(SheetNames).toEqual(['三（2）班 名单']);
  const sheet = Sheets[SheetNames[0] ?? ''] ?? {};
  expect(utils.sheet_to_json(sheet, { header: 1, defval: null })).toEqual([
    rows[0],
    rows[1],
    rows[2],
    [' 前后有空格 ', '', 2.5],
  ]);
  expect(sheet['A3']).toMatchObject({ t: 's', v: '=1+1' });
  expect(sheet['A3']).not.toHaveProperty('f');
});
