import { fromBuffer, type Entry, type ZipFile } from 'yauzl';
import type { WorkbookLimits } from './limits.ts';
import type { WorkbookRefusal } from './refusal.ts';

export type ZipCheck =
  | { readonly ok: true; readonly format: 'xlsx' | 'ods' | 'tables' }
  | { readonly ok: false; readonly refusal: WorkbookRefusal };

function refuse(code: WorkbookRefusal['code']): ZipCheck {
  return { ok: false, refusal: { code, params: {} } };
}

/** Kind of document by the names of its parts. */
function formatOf(names: ReadonlySet<string>): ZipCheck {
  if (names.has('xl/workbook.xml') || names.has('xl/workbook.bin')) return { ok: true, format: 'xlsx' };
  if (names.has('EncryptedPackage')) return refuse('workbook_password_protected');
  if (names.has('content.xml') && names.has('mimetype')) return { ok: true, format: 'ods' };
  if (names.has('word/document.xml')) return refuse('workbook_is_word');
  if (names.has('ppt/presentation.xml')) return refuse('workbook_is_slides');
  if ([...names].some((name) => isTextTable(name))) return { ok: true, format: 'tables' };
  return refuse('workbook_is_archive');
}

/** A text table in an archive (OneRoster and its kin are zips of them); what a Macintosh packs beside it is none. */
export function isTextTable(name: string): boolean {
  return /\.(csv|tsv)$/i.test(name) && !/(^|\/)(__MACOSX\/|\.)/.test(name);
}

function openDirectory(bytes: Uint8Array): Promise<ZipFile | null> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return new Promise((resolve) => {
    fromBuffer(buffer, { lazyEntries: true, decodeStrings: false }, (error, zip) => {
      resolve(error ? null : zip);
    });
  });
}

/**
 * Judges a zipped workbook by its central directory alone; nothing is inflated.
 *
 * Refuses too many parts, too much declared content, an abnormal ratio, parts that overlap (their packed sizes
 * sum to more than the file), encrypted parts, and documents that are no workbook. Sizes that lie in the
 * directory are caught later, when each part is inflated with its declared size as the ceiling.
 */
export async function checkZip(bytes: Uint8Array, limits: WorkbookLimits): Promise<ZipCheck> {
  const zip = await openDirectory(bytes);
  if (!zip) return refuse('workbook_damaged');
  if (zip.entryCount > limits.entries) return refuse('workbook_zip_bomb');
  return new Promise((resolve) => {
    const names = new Set<string>();
    let packed = 0;
    let inflated = 0;
    zip.on('error', () => resolve(refuse('workbook_damaged')));
    zip.on('end', () => resolve(formatOf(names)));
    zip.on('entry', (entry: Entry) => {
      packed += entry.compressedSize;
      inflated += entry.uncompressedSize;
      const ratio = entry.uncompressedSize / Math.max(1, entry.compressedSize);
      const tooDense = entry.uncompressedSize > limits.ratioFromBytes && ratio > limits.ratio;
      if (tooDense || packed > bytes.length) return resolve(refuse('workbook_zip_bomb'));
      if (inflated > limits.inflatedBytes) return resolve(refuse('workbook_zip_bomb'));
      if ((entry.generalPurposeBitFlag & 1) !== 0) return resolve(refuse('workbook_password_protected'));
      names.add(partName(entry));
      zip.readEntry();
    });
    zip.readEntry();
  });
}

/** Name of a part as text; the parts of a workbook have ASCII names. */
export function partName(entry: Entry): string {
  const raw: unknown = entry.fileName;
  const name = Buffer.isBuffer(raw) ? raw.toString('latin1') : String(raw);
  return name.replaceAll('\\', '/').replace(/^\/+/, '');
}
