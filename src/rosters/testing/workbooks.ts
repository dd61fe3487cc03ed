import { CFB, utils, write, type BookType, type WorkSheet } from '@e965/xlsx';
import { deflateRawSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';

export type Value = string | number | boolean | null;

/** Changes to a sheet after its values stand: formulas, formats, merges. */
export type Touch = (sheet: WorkSheet) => void;

/** Bytes of a workbook with the given sheets, in any format the school programs write. */
export function workbookBytes(
  sheets: Record<string, readonly (readonly Value[])[]>,
  { type = 'xlsx', touch }: { type?: BookType; touch?: Touch } = {},
): Uint8Array {
  const book = utils.book_new();
  for (const [name, rows] of Object.entries(sheets)) {
    const sheet = utils.aoa_to_sheet(rows.map((row) => [...row]));
    touch?.(sheet);
    utils.book_append_sheet(book, sheet, name);
  }
  return new Uint8Array(write(book, { type: 'buffer', bookType: type, compression: true }) as Buffer);
}

function cellXml(value: Value): string {
  if (typeof value === 'number') return `<c><v>${value}</v></c>`;
  return `<c t="inlineStr"><is><t>${value ?? ''}</t></is></c>`;
}

/** A plain .xlsx of one sheet, written a hundred times faster than `workbookBytes`: for tests with very many rows. */
export function manyRowsBytes(rows: readonly (readonly Value[])[]): Uint8Array {
  const office = 'http://schemas.openxmlformats.org';
  const main = `${office}/spreadsheetml/2006/main`;
  const relations = `${office}/officeDocument/2006/relationships`;
  const types = `${office}/package/2006/content-types`;
  const sheetType = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  const body = rows.map((row) => `<row>${row.map(cellXml).join('')}</row>`).join('');
  const parts = {
    '[Content_Types].xml': `<Types xmlns="${types}"><Override PartName="/xl/workbook.xml" ContentType="${sheetType}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${sheetType}.worksheet+xml"/></Types>`,
    '_rels/.rels': `<Relationships xmlns="${office}/package/2006/relationships"><Relationship Id="r1" Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${relations}"><sheets><sheet name="名册" sheetId="1" r:id="r1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${office}/package/2006/relationships"><Relationship Id="r1" Type="${relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    'xl/worksheets/sheet1.xml': `<worksheet xmlns="${main}"><sheetData>${body}</sheetData></worksheet>`,
  };
  return zipSync(Object.fromEntries(Object.entries(parts).map(([name, xml]) => [name, strToU8(xml)])), {
    level: 1,
  });
}

/** An old binary workbook that says it is encrypted (FILEPASS record after the first BOF). */
export function passwordProtectedXls(): Uint8Array {
  const container = CFB.read(Buffer.from(workbookBytes({ 名册: [['姓名'], ['甲']] }, { type: 'biff8' })), {
    type: 'buffer',
  });
  const entry = CFB.find(container, '/Workbook');
  if (!entry) throw new Error('no Workbook stream');
  const stream = Buffer.from(entry.content as Uint8Array);
  const bof = 4 + stream.readUInt16LE(2);
  const filePass = Buffer.alloc(4 + 54);
  filePass.writeUInt16LE(0x2f, 0);
  filePass.writeUInt16LE(54, 2);
  filePass.writeUInt16LE(1, 4);
  filePass.writeUInt16LE(1, 6);
  filePass.writeUInt16LE(1, 8);
  const changed = Buffer.concat([stream.subarray(0, bof), filePass, stream.subarray(bof)]);
  CFB.utils.cfb_del(container, '/Workbook');
  CFB.utils.cfb_add(container, '/Workbook', changed);
  return new Uint8Array(CFB.write(container, { type: 'buffer' }) as Buffer);
}

/** What Excel writes for an .xlsx with an open password: an OLE container with the encrypted package. */
export function passwordProtectedXlsx(): Uint8Array {
  const container = CFB.utils.cfb_new();
  CFB.utils.cfb_add(container, '/EncryptionInfo', Buffer.from([4, 0, 4, 0, 0x40, 0, 0, 0]));
  CFB.utils.cfb_add(container, '/EncryptedPackage', Buffer.alloc(4096, 7));
  return new Uint8Array(CFB.write(container, { type: 'buffer' }) as Buffer);
}

interface ZipPart {
  readonly name: string;
  readonly packed: Uint8Array;
  readonly declaredBytes: number;
  readonly deflated: boolean;
  /** General purpose flags; bit 0 = encrypted. */
  readonly flags?: number;
  /** Repeat the place of the first part instead of storing bytes of its own. */
  readonly overlaps?: boolean;
}

/** A zip archive written by hand, so that its directory can say what it likes. */
export function craftedZip(parts: readonly ZipPart[]): Uint8Array {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const part of parts) {
    const name = Buffer.from(part.name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(20, 4);
    local.writeUInt16LE(part.flags ?? 0, 6);
    local.writeUInt16LE(part.deflated ? 8 : 0, 8);
    local.writeUInt32LE(part.packed.length, 18);
    local.writeUInt32LE(part.declaredBytes, 22);
    local.writeUInt16LE(name.length, 26);
    const at = part.overlaps ? 0 : offset;
    if (!part.overlaps) {
      locals.push(local, name, Buffer.from(part.packed));
      offset += 30 + name.length + part.packed.length;
    }
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(20, 4);
    central.writeUInt16LE(20, 6);
    central.writeUInt16LE(part.flags ?? 0, 8);
    central.writeUInt16LE(part.deflated ? 8 : 0, 10);
    central.writeUInt32LE(part.packed.length, 20);
    central.writeUInt32LE(part.declaredBytes, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(at, 42);
    directory.push(central, name);
  }
  const directoryBytes = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(parts.length, 0xffff), 8);
  end.writeUInt16LE(Math.min(parts.length, 0xffff), 10);
  end.writeUInt32LE(directoryBytes.length, 12);
  end.writeUInt32LE(offset, 16);
  return new Uint8Array(Buffer.concat([...locals, directoryBytes, end]));
}

const CONTENT_TYPES = Buffer.from('<?xml version="1.0"?><Types/>');

/**
 * A workbook whose one sheet inflates to `bytes` zeros.
 *
 * @param declaredBytes - what the directory says; smaller than `bytes` makes it lie.
 */
export function zipBomb(bytes: number, declaredBytes = bytes): Uint8Array {
  const packed = deflateRawSync(Buffer.alloc(bytes, 0x20), { level: 9 });
  const plain = { packed: CONTENT_TYPES, declaredBytes: CONTENT_TYPES.length, deflated: false };
  return craftedZip([
    { name: '[Content_Types].xml', ...plain },
    { name: 'xl/workbook.xml', ...plain },
    { name: 'xl/worksheets/sheet1.xml', packed, declaredBytes, deflated: true },
  ]);
}
