import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attachmentHeader } from './download-name.ts';

/** The name a browser takes: the extended form of RFC 8187, read by its grammar. */
function readName(header: string): string {
  const grammar =
    /^attachment; filename="[\w.-]+"; filename\*=UTF-8''((?:[A-Za-z0-9!#$&+\-.^_`|~]|%[0-9A-F]{2})+)$/;
  const [, value] = grammar.exec(header) ?? [];
  if (value === undefined) throw new Error(`no such header may go out: ${header}`);
  return decodeURIComponent(value);
}

test.each([
  ['滨海中学 名册 2026-11-25.xlsx', '滨海中学 名册 2026-11-25.xlsx'],
  ["O'Brien (1)*.zip", "O'Brien (1).zip"],
  ['石𬱖 👩‍👩‍👧.xlsx', '石𬱖 👩 👩 👧.xlsx'],
  ['"a"; filename="b.exe".xlsx', 'a ; filename= b.exe.xlsx'],
  ['a\r\nset-cookie: x=1\r\n\r\n<script>.xlsx', 'a set-cookie x=1 script.xlsx'],
  ['../../etc/passwd.csv', 'etc passwd.csv'],
  ['C:\\windows\\system.csv', 'C windows system.csv'],
  ['名册\u202Excod.exe.xlsx', '名册 xcod.exe.xlsx'],
  ['a\u0000b\u2028c.zip', 'a b c.zip'],
  ['.htaccess', 'roster.htaccess'],
  ['', 'roster'],
  [`${'数'.repeat(300)}.xlsx`, `${'数'.repeat(80)}.xlsx`],
])('%j is offered as %j', (name, offered) => {
  expect(readName(attachmentHeader(name, 'roster'))).toBe(offered);
});

test('whatever the name, one line of ASCII goes out and what was kept of the name comes back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (name) => {
      const header = attachmentHeader(`${name}.xlsx`, 'roster');
      expect(header).toMatch(/^[\x20-\x7e]+$/);
      expect(readName(header)).toMatch(/^[^\r\n/\\"]+\.xlsx$/u);
    }),
    { numRuns: 2_000 },
  );
});
