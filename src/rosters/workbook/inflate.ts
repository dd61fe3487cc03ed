import { inflateRawSync } from 'node:zlib';
import { zipSync, type Zippable } from 'fflate';
import { fromBuffer, type Entry, type ZipFile } from 'yauzl';
import { decodeText } from './decode-text.ts';
import { isTextTable, partName } from './zip-check.ts';

/** Parts that say nothing about cells: pictures, charts, macros, embedded documents never load. */
const SKIPPED =
  /(^|\/)(media|drawings|charts|diagrams|embeddings|activeX|ctrlProps|printerSettings|customXml|Pictures|Thumbnails|docProps|threadedComments)\/|\.(png|jpe?g|gif|emf|wmf|bmp|vml)$|(vbaProject|comments\d*|calcChain)\.(bin|xml)$|xl\/worksheets\/_rels\//i;

const STORED = 0;
const DEFLATED = 8;

function readPart(buffer: Buffer, zip: ZipFile, entry: Entry): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    zip.readLocalFileHeader(entry, (error, header) => {
      if (error) return reject(error);
      const packed = buffer.subarray(header.fileDataStart, header.fileDataStart + entry.compressedSize);
      if (entry.compressionMethod === STORED) return resolve(packed);
      if (entry.compressionMethod !== DEFLATED) return reject(new Error('unknown compression'));
      try {
        // The directory's size is the ceiling: a part that lies about its size ends here with ERR_BUFFER_TOO_LARGE.
        resolve(inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.uncompressedSize) }));
      } catch (cause) {
        reject(new Error('part does not inflate to its declared size', { cause }));
      }
    });
  });
}

/**
 * Content of the parts of an archive that are wanted, in the order of its directory.
 *
 * @param bytes - an archive that passed `checkZip`.
 * @throws {Error} when a part is cut off, damaged or larger than it declares.
 */
function readParts(
  bytes: Uint8Array,
  isWanted: (name: string) => boolean,
): Promise<{ name: string; content: Uint8Array }[]> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return new Promise((resolve, reject) => {
    fromBuffer(buffer, { lazyEntries: true, decodeStrings: false }, (error, zip) => {
      if (error) return reject(error);
      const parts: { name: string; content: Uint8Array }[] = [];
      zip.on('error', reject);
      zip.on('end', () => resolve(parts));
      zip.on('entry', (entry: Entry) => {
        const name = partName(entry);
        if (!isWanted(name)) return zip.readEntry();
        readPart(buffer, zip, entry).then((content) => {
          parts.push({ name, content });
          zip.readEntry();
        }, reject);
      });
      zip.readEntry();
    });
  });
}

/** The workbook as an uncompressed archive that holds only the parts with cells; throws as `readParts`. */
export async function storedWorkbook(bytes: Uint8Array): Promise<Uint8Array> {
  const parts = await readParts(bytes, (name) => !SKIPPED.test(name));
  const stored: Zippable = Object.fromEntries(
    parts.map(({ name, content }) => [name, [content, { level: 0 }]]),
  );
  return zipSync(stored, { level: 0 });
}

/** One text table of an archive. */
export interface ZippedTable {
  /** Name of the file without its ending. */
  readonly name: string;
  /** Folders it lies in, with `/` between them; `''` at the top. */
  readonly folder: string;
  readonly content: Uint8Array;
}

/** The text tables of an archive; throws as `readParts`. */
export async function zippedTables(bytes: Uint8Array): Promise<ZippedTable[]> {
  const parts = await readParts(bytes, isTextTable);
  return parts.map(({ name, content }) => {
    // Names that are no ASCII are Chinese in one of two encodings; `partName` kept their bytes.
    const path = (decodeText(Buffer.from(name, 'latin1'))?.text ?? name).split('/');
    const file = path.pop() ?? name;
    return { name: file.replace(/\.\w+$/, ''), folder: path.join('/'), content };
  });
}
