import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { encodeGb18030 } from '../testing/gb18030.ts';
import { sharedFile } from '../testing/shared-data.ts';
import {
  craftedZip,
  manyRowsBytes,
  passwordProtectedXls,
  passwordProtectedXlsx,
  workbookBytes,
  zipBomb,
} from '../testing/workbooks.ts';
import { WORKBOOK_LIMITS, type WorkbookLimits } from './limits.ts';
import { readWorkbook } from './read-workbook.ts';
import { cellOf, columnLetters, type Workbook } from './workbook.ts';

async function opened(bytes: Uint8Array, limits?: Partial<WorkbookLimits>): Promise<Workbook> {
  const read = await readWorkbook(bytes, { ...WORKBOOK_LIMITS, ...limits });
  if (!read.ok) throw new Error(`refused: ${read.refusal.code}`);
  return read.workbook;
}

async function refusalOf(bytes: Uint8Array, limits?: Partial<WorkbookLimits>): Promise<string> {
  const read = await readWorkbook(bytes, { ...WORKBOOK_LIMITS, ...limits });
  return read.ok ? 'read' : read.refusal.code;
}

function textsOf(workbook: Workbook, sheet = 0): (readonly string[])[] {
  return workbook.sheets[sheet]?.rows.map((row) => row.texts) ?? [];
}

const utf8 = (text: string) => new TextEncoder().encode(text);
const TABLE = [
  ['学号', '姓名', '班级'],
  ['007', '石𬱖', '三（2）班'],
  ['008', '䶮镕', '三（2）班'],
];
const CSV = TABLE.map((row) => row.join(',')).join('\r\n');
const HTML = `<html><head><meta http-equiv="Content-Type" content="text/html; charset=CHARSET"></head><body>
<table><tr>${TABLE.map((row) => row.map((v) => `<td>${v}</td>`).join('')).join('</tr><tr>')}</tr></table></body></html>`;

test.each([
  { what: 'an .xlsx', bytes: () => workbookBytes({ 名册: TABLE }), format: 'xlsx' },
  {
    what: 'an old binary .xls',
    bytes: () => workbookBytes({ 名册: TABLE }, { type: 'biff8' }),
    format: 'xls',
  },
  { what: 'an .xlsb', bytes: () => workbookBytes({ 名册: TABLE }, { type: 'xlsb' }), format: 'xlsx' },
  {
    what: 'an OpenDocument table',
    bytes: () => workbookBytes({ 名册: TABLE }, { type: 'ods' }),
    format: 'ods',
  },
  {
    what: 'an XML table of 2003',
    bytes: () => workbookBytes({ 名册: TABLE }, { type: 'xlml' }),
    format: 'xml',
  },
  {
    what: 'a web page in GBK called .xls',
    bytes: () => encodeGb18030(HTML.replace('CHARSET', 'gb2312')),
    format: 'html',
  },
  {
    what: 'a web page in GBK that ends neither cells nor rows',
    bytes: () => encodeGb18030(HTML.replace('CHARSET', 'gb2312').replace(/<\/t[dr]>/g, '')),
    format: 'html',
  },
  {
    what: 'a web page in UTF-8 called .xls',
    bytes: () => utf8(HTML.replace('CHARSET', 'utf-8')),
    format: 'html',
  },
  {
    what: 'a UTF-8 page that still says gb2312',
    bytes: () => utf8(HTML.replace('CHARSET', 'gb2312')),
    format: 'html',
  },
  { what: 'CSV in UTF-8', bytes: () => utf8(CSV), format: 'csv' },
  { what: 'CSV in UTF-8 with mark', bytes: () => utf8(`\ufeff${CSV}`), format: 'csv' },
  { what: 'CSV in GB18030', bytes: () => encodeGb18030(CSV), format: 'csv' },
  {
    what: 'CSV in UTF-16 with mark',
    bytes: () => new Uint8Array(Buffer.from(`\ufeff${CSV}`, 'utf16le')),
    format: 'csv',
  },
  {
    what: 'CSV in UTF-16 without mark',
    bytes: () => new Uint8Array(Buffer.from(CSV, 'utf16le')),
    format: 'csv',
  },
  { what: 'CSV with two marks', bytes: () => utf8(`\ufeff\ufeff${CSV}`), format: 'csv' },
  { what: 'CSV with CR alone', bytes: () => encodeGb18030(CSV.replaceAll('\r\n', '\r')), format: 'csv' },
  { what: 'CSV with mixed ends', bytes: () => utf8(`${CSV.replace('\r\n', '\n')}\r`), format: 'csv' },
  { what: 'tab-separated text', bytes: () => encodeGb18030(CSV.replaceAll(',', '\t')), format: 'csv' },
])('$what is read with every character and every leading zero', async ({ bytes, format }) => {
  const workbook = await opened(bytes());
  expect([workbook.format, textsOf(workbook)]).toEqual([format, TABLE]);
});

test('a few broken bytes in UTF-8 are lost characters, not another encoding', async () => {
  const bytes = utf8(`学号,姓名,班级\n${'1,石敢当,三（2）班\n'.repeat(30)}`);
  bytes[bytes.length - 20] = 0xff;
  const workbook = await opened(bytes);
  expect([workbook.encoding, textsOf(workbook)[0]]).toEqual(['utf-8', TABLE[0]]);
  expect(textsOf(workbook).at(-1)?.join('')).toContain('\ufffd');
});

test('spaces, full-width digits and invisible marks are brought into one form', async () => {
  const workbook = await opened(
    workbookBytes({
      名册: [
        ['　学　号', '姓名\u200b '],
        ['２０２４０１', 'e\u0301　李'],
      ],
    }),
  );
  expect(textsOf(workbook)).toEqual([
    ['学 号', '姓名'],
    ['202401', 'é 李'],
  ]);
});

test('a number shown as 2.0240E+07 keeps its exact digits', async () => {
  const workbook = await opened(
    workbookBytes(
      { 名册: [['学号'], [20240315], [7], [202403150012]] },
      {
        touch: (sheet) => Object.assign(sheet['A3'] ?? {}, { z: '000' }),
      },
    ),
  );
  expect(textsOf(workbook)).toEqual([['学号'], ['20240315'], ['007'], ['202403150012']]);
  const row = workbook.sheets[0]?.rows[1];
  expect(row && cellOf(row, 1)).toMatchObject({ kind: 'number', raw: '20240315', formula: false });
});

test('a class name that the spreadsheet turned into a date is marked as one', async () => {
  const workbook = await opened(
    workbookBytes(
      { 名册: [['班级'], [45353]] },
      {
        touch: (sheet) => Object.assign(sheet['A2'] ?? {}, { z: 'm/d' }),
      },
    ),
  );
  const row = workbook.sheets[0]?.rows[1];
  expect(row && cellOf(row, 1)).toMatchObject({ kind: 'date', raw: '2024-03-02' });
});

test('a formula is not computed: its stored result is taken and marked, an error is marked as an error', async () => {
  const workbook = await opened(
    workbookBytes(
      {
        名册: [
          ['姓名', '学号'],
          ['甲', 'x'],
          ['乙', 'x'],
        ],
      },
      {
        touch: (sheet) => {
          sheet['B2'] = { t: 's', v: '202401', f: 'CONCAT("2024","01")' };
          sheet['B3'] = { t: 'e', v: 42, w: '#N/A', f: 'VLOOKUP(A3,Z:Z,1,0)' };
        },
      },
    ),
  );
  const [, first, second] = workbook.sheets[0]?.rows ?? [];
  expect(first && cellOf(first, 2)).toMatchObject({ text: '202401', formula: true, kind: 'text' });
  expect(second && cellOf(second, 2)).toMatchObject({ text: '', formula: true, kind: 'error', raw: '#N/A' });
});

test('a merged range fills its cells and says where it begins', async () => {
  const workbook = await opened(
    workbookBytes(
      {
        名册: [
          ['班级', '姓名'],
          ['三（2）班', '甲'],
          [null, '乙'],
          [null, '丙'],
        ],
      },
      {
        touch: (sheet) => {
          sheet['!merges'] = [
            { s: { r: 1, c: 0 }, e: { r: 3, c: 0 } },
            { s: { r: 0, c: 3 }, e: { r: 1_048_575, c: 3 } },
          ];
        },
      },
    ),
  );
  expect(textsOf(workbook).map((row) => row[0])).toEqual(['班级', '三（2）班', '三（2）班', '三（2）班']);
  const last = workbook.sheets[0]?.rows[3];
  expect(last && cellOf(last, 1).merged).toEqual({ row: 2, column: 1, rows: 3, columns: 1 });
});

test('a ragged text table keeps the width of each record and the line it stands on', async () => {
  const workbook = await opened(utf8('学号,姓名,班级\n1,"甲\n乙",三班\n\n2,丙\n3,丁,三班,多,余'));
  expect(workbook.sheets[0]?.rows.map((row) => [row.row, row.width])).toEqual([
    [1, 3],
    [2, 3],
    [5, 2],
    [6, 5],
  ]);
});

test.each([
  { why: 'no bytes', bytes: () => new Uint8Array(), code: 'workbook_empty_file' },
  { why: 'only spaces', bytes: () => utf8(' \r\n\t '), code: 'workbook_no_rows' },
  {
    why: 'a workbook without a filled cell',
    bytes: () => workbookBytes({ 空: [[null]] }),
    code: 'workbook_no_rows',
  },
  { why: 'a PDF', bytes: () => utf8('%PDF-1.7 …'), code: 'workbook_is_pdf' },
  {
    why: 'a web page without a table',
    bytes: () => utf8('<html><p>404</p></html>'),
    code: 'workbook_not_a_spreadsheet',
  },
  {
    why: 'random bytes',
    bytes: () => Uint8Array.from({ length: 4000 }, (_, i) => (i * 197 + 31) % 256),
    code: 'workbook_not_a_spreadsheet',
  },
  {
    why: 'an .xlsx with an open password',
    bytes: passwordProtectedXlsx,
    code: 'workbook_password_protected',
  },
  { why: 'an .xls with an open password', bytes: passwordProtectedXls, code: 'workbook_password_protected' },
  {
    why: 'half an .xlsx',
    bytes: () => workbookBytes({ 名册: TABLE }).slice(0, 900),
    code: 'workbook_damaged',
  },
  {
    why: 'a quotation mark left open',
    bytes: () => utf8(`姓名,班级\n"甲,三班\n${'乙,三班\n'.repeat(50)}`),
    code: 'workbook_csv_quote_not_closed',
  },
])('$why is refused as $code', async ({ bytes, code }) => {
  expect(await refusalOf(bytes())).toBe(code);
});

test.each([
  { why: '256 MB of spaces in one sheet', bytes: zipBomb(256 * 1024 * 1024) },
  {
    why: '65,535 parts',
    bytes: craftedZip(
      Array.from({ length: 65_535 }, (_, i) => ({
        name: `xl/worksheets/sheet${i}.xml`,
        packed: new Uint8Array(),
        declaredBytes: 0,
        deflated: false,
      })),
    ),
  },
  {
    why: 'parts that overlap',
    bytes: craftedZip(
      Array.from({ length: 50 }, (_, i) => ({
        name: `xl/worksheets/sheet${i}.xml`,
        packed: deflateRawSync(Buffer.from(Array.from({ length: 5000 }, (_, n) => (n * 7919) % 251))),
        declaredBytes: 5000,
        deflated: true,
        overlaps: i > 0,
      })),
    ),
  },
])('a zip bomb ($why) is refused before anything is inflated', async ({ bytes }) => {
  const before = process.memoryUsage.rss();
  expect(await refusalOf(bytes)).toBe('workbook_zip_bomb');
  expect(process.memoryUsage.rss() - before).toBeLessThan(50 * 1024 * 1024);
});

test('a part that inflates to more than it declares is stopped at the declared size', async () => {
  const bytes = zipBomb(128 * 1024 * 1024, 4096);
  const before = process.memoryUsage.rss();
  expect(await refusalOf(bytes)).toBe('workbook_damaged');
  expect(process.memoryUsage.rss() - before).toBeLessThan(120 * 1024 * 1024);
});

test('an encrypted part is named as a password', async () => {
  const packed = new Uint8Array(13);
  const part = { packed, declaredBytes: 1, deflated: false, flags: 1 };
  expect(await refusalOf(craftedZip([{ name: 'xl/workbook.xml', ...part }]))).toBe(
    'workbook_password_protected',
  );
});

test('a workbook over a cap is refused as too large', async () => {
  const rows = Array.from({ length: 300 }, (_, i) => [`2024${i}`, '甲', '三（2）班']);
  const bytes = workbookBytes({ 名册: rows });
  expect(await refusalOf(bytes, { cells: 500 })).toBe('workbook_too_large');
  expect(await refusalOf(bytes, { rowsPerSheet: 200 })).toBe('workbook_too_large');
  expect(await refusalOf(bytes, { fileBytes: 1000 })).toBe('workbook_too_large');
  expect(await refusalOf(bytes, { columns: 2 })).toBe('workbook_too_large');
});

test('reading that takes too long is stopped', async () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => [`2024${i}`, '甲', '三（2）班']);
  expect(await refusalOf(workbookBytes({ 名册: rows }), { timeMs: 5 })).toBe('workbook_timeout');
});

test('a parser that runs out of memory takes nothing with it', async () => {
  const rows = Array.from({ length: 60_000 }, (_, i) => [`2024${i}`, `甲${i}`, i, i * 2, i * 3, `x${i}`]);
  expect(await refusalOf(manyRowsBytes(rows), { heapMegabytes: 32 })).toBe('workbook_too_large');
}, 60_000);

test('a roster of 58,162 rows is read in time and leaves the parent small', async () => {
  const rows = Array.from({ length: 58_162 }, (_, i) => [
    20240000 + i,
    `学生${i}`,
    i % 2 ? '男' : '女',
    '三年级',
    `三（${(i % 9) + 1}）班`,
    '家长',
    '备注',
    String(i),
  ]);
  const bytes = manyRowsBytes([['学号', '姓名', '性别', '年级', '班级', '家长', '备注', '序号'], ...rows]);
  const before = process.memoryUsage.rss();
  const workbook = await opened(bytes);
  expect(workbook.sheets[0]?.rows.length).toBe(58_163);
  expect(workbook.sheets[0]?.rows[1]?.texts.slice(0, 3)).toEqual(['20240000', '学生0', '女']);
  expect(process.memoryUsage.rss() - before).toBeLessThan(450 * 1024 * 1024);
}, 60_000);

test.each([
  [1, 'A'],
  [26, 'Z'],
  [27, 'AA'],
  [702, 'ZZ'],
  [703, 'AAA'],
])('column %i is called %s', (column, letters) => {
  expect(columnLetters(column)).toBe(letters);
});

const familyNames = sharedFile('names-cn/Chinese_Family_Name_1k.xlsx');
test.skipIf(!familyNames)('a real workbook of 1,074 family names is read whole', async () => {
  const workbook = await opened(new Uint8Array(readFileSync(familyNames ?? '')));
  expect(workbook.sheets[0]?.rows.length).toBe(1075);
});

const oddArchive = sharedFile('zip-oddities/test_7zip_927.zip');
test.skipIf(!oddArchive)('a real archive is no workbook', async () => {
  expect(await refusalOf(new Uint8Array(readFileSync(oddArchive ?? '')))).toBe('workbook_is_archive');
});
