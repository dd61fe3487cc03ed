export type FileKind =
  | { readonly kind: 'empty' | 'zip' | 'ole' | 'text' }
  | { readonly kind: 'other'; readonly detail: string | null };

const OTHER_MAGICS: readonly [bytes: readonly number[], detail: string | null][] = [
  [[0x25, 0x50, 0x44, 0x46], 'pdf'],
  [[0x89, 0x50, 0x4e, 0x47], 'image'],
  [[0xff, 0xd8, 0xff], 'image'],
  [[0x47, 0x49, 0x46, 0x38], 'image'],
  [[0x52, 0x61, 0x72, 0x21], 'archive'],
  [[0x37, 0x7a, 0xbc, 0xaf], 'archive'],
  [[0x1f, 0x8b], 'archive'],
  [[0x4d, 0x5a], null],
  [[0x7f, 0x45, 0x4c, 0x46], null],
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
  for (const [magic, detail] of OTHER_MAGICS) if (startsWith(bytes, magic)) return { kind: 'other', detail };
  return { kind: 'text' };
}
