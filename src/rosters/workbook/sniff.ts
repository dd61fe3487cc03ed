import type { WorkbookRefusalCode } from './refusal.ts';

export type FileKind =
  | { readonly kind: 'empty' | 'zip' | 'ole' | 'text' }
  | { readonly kind: 'other'; readonly code: WorkbookRefusalCode };

const OTHER_MAGICS: readonly [bytes: readonly number[], code: WorkbookRefusalCode][] = [
  [[0x25, 0x50, 0x44, 0x46], 'workbook_is_pdf'],
  [[0x89, 0x50, 0x4e, 0x47], 'workbook_is_image'],
  [[0xff, 0xd8, 0xff], 'workbook_is_image'],
  [[0x47, 0x49, 0x46, 0x38], 'workbook_is_image'],
  [[0x52, 0x61, 0x72, 0x21], 'workbook_is_archive'],
  [[0x37, 0x7a, 0xbc, 0xaf], 'workbook_is_archive'],
  [[0x1f, 0x8b], 'workbook_is_archive'],
  [[0x4d, 0x5a], 'workbook_not_a_spreadsheet'],
  [[0x7f, 0x45, 0x4c, 0x46], 'workbook_not_a_spreadsheet'],
  // What a decoder of text would take for one line of a table: programs, a film, bzip2, and texts that are run or drawn.
  [[0xcf, 0xfa, 0xed, 0xfe], 'workbook_not_a_spreadsheet'],
  [[0xca, 0xfe, 0xba, 0xbe], 'workbook_not_a_spreadsheet'],
  [[0x1a, 0x45, 0xdf, 0xa3], 'workbook_not_a_spreadsheet'],
  [[0x42, 0x5a, 0x68], 'workbook_is_archive'],
  [[0x43, 0x57, 0x53, 0x0a], 'workbook_not_a_spreadsheet'],
  [[0x25, 0x21, 0x50, 0x53], 'workbook_not_a_spreadsheet'],
  [[0x7b, 0x5c, 0x72, 0x74, 0x66], 'workbook_not_a_spreadsheet'],
  [[0x23, 0x21], 'workbook_not_a_spreadsheet'],
];

const OLE = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

/**
 * Kind of a file by its first bytes. The name is never asked: school systems export HTML pages and zipped
 * workbooks alike under the name `.xls`.
 */
export function sniff(bytes: Uint8Array): FileKind {
  if (bytes.length === 0) return { kind: 'empty' };
  if (startsWith(bytes, [0x50, 0x4b, 3, 4]) || startsWith(bytes, [0x50, 0x4b, 5, 6])) return { kind: 'zip' };
  if (startsWith(bytes, OLE)) return { kind: 'ole' };
  for (const [magic, code] of OTHER_MAGICS) if (startsWith(bytes, magic)) return { kind: 'other', code };
  return { kind: 'text' };
}
