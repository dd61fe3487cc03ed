/** The part of yauzl that the readers use; the package ships no types. */
declare module 'yauzl' {
  import type { EventEmitter } from 'node:events';

  export interface Entry {
    /** A `Buffer` when the archive is opened with `decodeStrings: false`. */
    fileName: string | Buffer;
    compressionMethod: number;
    compressedSize: number;
    uncompressedSize: number;
    generalPurposeBitFlag: number;
  }

  export interface ZipFile extends EventEmitter {
    readonly entryCount: number;
    readEntry(): void;
    readLocalFileHeader(
      entry: Entry,
      callback: (error: Error | null, header: { fileDataStart: number }) => void,
    ): void;
    close(): void;
  }

  export function fromBuffer(
    buffer: Buffer,
    options: { lazyEntries: true; decodeStrings: false },
    callback: (error: Error | null, zip: ZipFile) => void,
  ): void;
}
