import { inflateRawSync } from 'node:zlib';
import { zipSync, type Zippable } from 'fflate';
import { fromBuffer, type Entry, type ZipFile } from 'yauzl';
import { partName } from './zip-check.ts';

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
 * The workbook as an uncompressed archive that holds only the parts with cells.
 *
 * @param bytes - a zipped workbook that passed `checkZip`.
 * @throws {Error} when a part is cut off, damaged or larger than it declares.
 */
export function storedWorkbook(bytes: Uint8Array): Promise<Uint8Array> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return new Promise((resolve, reject) => {
    fromBuffer(buffer, { lazyEntries: true, decodeStrings: false }, (error, zip) => {
      if (error) return reject(error);
      const parts: Zippable = {};
      zip.on('error', reject);
      zip.on('end', () => resolve(zipSync(parts, { level: 0 })));
      zip.on('entry', (entry: Entry) => {
        const name = partName(entry);
        if (SKIPPED.test(name)) return zip.readEntry();
        readPart(buffer, zip, entry).then((content) => {
          parts[name] = [content, { level: 0 }];
          zip.readEntry();
        }, reject);
      });
      zip.readEntry();
    });
  });
}
