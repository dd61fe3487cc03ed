import { expect, test } from 'vitest';
import { withEndTags } from './end-tags.ts';

test('cells and rows that were left open end where the next begins', () => {
  expect(withEndTags('<TABLE><tr><th>学号<th align=left>姓名<TR><td>007<td>甲</table>')).toBe(
    '<TABLE><tr><th>学号</th><th align=left>姓名</th></tr><TR><td>007</td><td>甲</td></tr></table>',
  );
});

test('cells alone may be left open, and a table inside a cell stays inside', () => {
  expect(withEndTags('<table><tr><td>1<td><table><tr><td>a<td>b</tr></table><td>2</tr></table>')).toBe(
    '<table><tr><td>1</td><td><table><tr><td>a</td><td>b</td></tr></table></td><td>2</td></tr></table>',
  );
});

test('a page that ends all its cells stays as it is', () => {
  const page = '<table><tr><td>a</td><th>b</th></tr><tr><td>c</td></tr></table>';
  expect(withEndTags(page)).toBe(page);
});
