import { crc32, deflateRawSync } from 'node:zlib';
import { zipSync, strToU8 } from 'fflate';

/** A file that no place of the product takes, or that is two things at once. */
export interface ForeignFile {
  readonly what: string;
  readonly bytes: Buffer;
}

const latin = (text: string) => Buffer.from(text, 'latin1');
const padded = (head: string, size = 400) => Buffer.concat([latin(head), Buffer.alloc(size, 0x81)]);
const zip = (files: Record<string, string>) =>
  Buffer.from(
    zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)]))),
  );

/** One file of every kind that people might try, none of them a table. */
export const FOREIGN_FILES: readonly ForeignFile[] = [
  { what: 'PDF', bytes: latin('%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n') },
  { what: 'PNG', bytes: padded('\x89PNG\r\n\x1a\n') },
  { what: 'JPEG', bytes: padded('\xff\xd8\xff\xe0\x00\x10JFIF\0') },
  { what: 'GIF', bytes: padded('GIF89a\x01\x00\x01\x00') },
  { what: 'WebP', bytes: padded('RIFF\x00\x01\x00\x00WEBPVP8 ') },
  { what: 'BMP', bytes: padded('BM\x00\x01\x00\x00') },
  { what: 'TIFF', bytes: padded('II*\x00\x08\x00\x00\x00') },
  { what: 'icon', bytes: padded('\x00\x00\x01\x00\x01\x00') },
  { what: 'Photoshop', bytes: padded('8BPS\x00\x01') },
  { what: 'Word document', bytes: zip({ 'word/document.xml': '<w/>', '[Content_Types].xml': '<T/>' }) },
  { what: 'slide show', bytes: zip({ 'ppt/presentation.xml': '<p/>', '[Content_Types].xml': '<T/>' }) },
  { what: 'Java archive', bytes: zip({ 'META-INF/MANIFEST.MF': 'Main-Class: A', 'A.class': '\xca\xfe' }) },
  { what: 'Java archive named as a document', bytes: zip({ 'A.class': 'x', 'docProps/app.xml': '<x/>' }) },
  { what: 'web application', bytes: zip({ 'index.html': '<script>1</script>', 'WEB-INF/web.xml': '<w/>' }) },
  { what: 'EPUB', bytes: zip({ mimetype: 'application/epub+zip', 'META-INF/container.xml': '<c/>' }) },
  { what: 'archive in an archive', bytes: zip({ 'inner.zip': zip({ 'a.csv': 'a' }).toString('latin1') }) },
  { what: 'RAR', bytes: padded('Rar!\x1a\x07\x01\x00') },
  { what: '7-zip', bytes: padded('7z\xbc\xaf\x27\x1c') },
  { what: 'gzip', bytes: padded('\x1f\x8b\x08\x00') },
  { what: 'xz', bytes: padded('\xfd7zXZ\x00') },
  { what: 'bzip2', bytes: padded('BZh91AY&SY') },
  { what: 'Windows program', bytes: padded('MZ\x90\x00\x03') },
  { what: 'Linux program', bytes: padded('\x7fELF\x02\x01\x01') },
  { what: 'Mac program', bytes: padded('\xcf\xfa\xed\xfe') },
  { what: 'Java class', bytes: padded('\xca\xfe\xba\xbe') },
  { what: 'WebAssembly', bytes: padded('\0asm\x01\0\0\0') },
  { what: 'SQLite', bytes: padded('SQLite format 3\0') },
  { what: 'MP4', bytes: padded('\x00\x00\x00\x20ftypisom') },
  { what: 'MP3', bytes: padded('ID3\x04\x00') },
  { what: 'Ogg', bytes: padded('OggS\x00\x02') },
  { what: 'WebM', bytes: padded('\x1a\x45\xdf\xa3') },
  { what: 'Flash', bytes: padded('CWS\x0a') },
  { what: 'font', bytes: padded('wOF2\x00\x01') },
  { what: 'shortcut of Windows', bytes: padded('L\x00\x00\x00\x01\x14\x02\x00') },
  { what: 'help file of Windows', bytes: padded('ITSF\x03\x00\x00\x00') },
  { what: 'PostScript', bytes: latin('%!PS-Adobe-3.0 EPSF-3.0\n(%pipe%id) (r) file\n') },
  { what: 'rich text', bytes: latin('{\\rtf1\\object\\objautlink}') },
  { what: 'SVG', bytes: latin('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>') },
  { what: 'web page', bytes: latin('<!doctype html><script>alert(1)</script>') },
  {
    what: 'XML with entities',
    bytes: latin('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'),
  },
  { what: 'script of a shell', bytes: latin('#!/bin/sh\nid\n') },
  { what: 'PHP', bytes: latin('<?php system($_GET["c"]); ?>') },
  { what: 'noise', bytes: Buffer.from(Uint8Array.from({ length: 4_000 }, (_, i) => (i * 197 + 31) % 256)) },
  { what: 'nothing at all', bytes: Buffer.alloc(0) },
];

const HEADS: readonly (readonly [string, string])[] = [
  ['GIF', 'GIF89a/*'],
  ['GIF of 1987', 'GIF87a='],
  ['PNG', '\x89PNG\r\n\x1a\n'],
  ['JPEG', '\xff\xd8\xff\xfe\x00\x20'],
  ['WebP', 'RIFF\x40\x00\x00\x00WEBP'],
  ['BMP', 'BM/*'],
  ['PDF', '%PDF-1.4\n'],
  ['zip', 'PK\x03\x04\x14\x00'],
  ['old Office', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
  ['gzip', '\x1f\x8b\x08'],
  ['MP4', '\x00\x00\x00\x18ftypmp42'],
  ['UTF-16', '\xff\xfe'],
  ['UTF-8 with mark', '\xef\xbb\xbf'],
  ['nothing', ''],
];
const TAILS: readonly (readonly [string, string])[] = [
  ['web page', '<html><body><script>document.title="ran"</script></body></html>'],
  ['handler', '<img src=x onerror=alert(1)>'],
  ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
  ['JavaScript', '*/=1;alert(document.domain)//'],
  ['XSLT', '<?xml version="1.0"?><?xml-stylesheet href="#s" type="text/xsl"?><x/>'],
  [
    'MHTML',
    'MIME-Version: 1.0\r\nContent-Type: multipart/related;boundary=a\r\n\r\n--a\r\n\r\n<script>1</script>',
  ],
  ['PHP', '<?php phpinfo(); ?>'],
  ['shell', '\n#!/bin/sh\nid #'],
  ['formula', '\n=cmd|"/c calc"!A1,=HYPERLINK("http://x.example")\n'],
  ['VML', '<v:vmlframe xmlns:v="urn:schemas-microsoft-com:vml" src="x#y"/>'],
  ['HTA', '<hta:application id=a><script language=vbscript>msgbox 1</script>'],
  ['macro', 'Attribute VB_Name = "M"\r\nSub AutoOpen()\r\nShell "calc"\r\nEnd Sub'],
  ['archive', zip({ 'a.csv': '=1+1', '../../b.csv': 'x' }).toString('latin1')],
  [
    'entities',
    '<!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;&b;&b;">]><table><tr><td>&c;</td></tr></table>',
  ],
  ['UTF-7', '+ADw-script+AD4-alert(1)+ADw-/script+AD4-'],
];

/** The head of one kind and the body of another, every head with every body: 14 × 15 = 210. */
export const POLYGLOTS: readonly ForeignFile[] = HEADS.flatMap(([head, start]) =>
  TAILS.map(([tail, text]) => ({ what: `${tail} that begins as ${head}`, bytes: latin(start + text) })),
);

/** What must be in nothing that is served of them. */
export const POLYGLOT_SIGNS =
  /<script|onerror|<svg|<\?php|#!\/bin|cmd\||vmlframe|hta:|AutoOpen|<!DOCTYPE|ADw-script/;

/** A chunk of a PNG with its checksum. */
export function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([latin(type), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}

/** A PNG that says it has a million millions of pixels; its data would be one row of them. */
export function hugePng(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([1, 0, 0, 0, 0], 8);
  return Buffer.concat([
    latin('\x89PNG\r\n\x1a\n'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', Buffer.concat([latin('\x78\x9c'), deflateRawSync(Buffer.alloc(side / 8 + 1))])),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The same picture with `frames` further frames of an animation (APNG) before its end. */
export function animatedPng(png: Buffer, frames: number): Buffer {
  const end = png.length - 12;
  const control = Buffer.alloc(8);
  control.writeUInt32BE(frames, 0);
  const parts: Buffer[] = [png.subarray(0, 33), pngChunk('acTL', control), png.subarray(33, end)];
  for (let n = 0; n < frames; n++) {
    const frame = Buffer.alloc(26);
    frame.writeUInt32BE(n * 2, 0);
    frame.writeUInt32BE(1, 4);
    frame.writeUInt32BE(1, 8);
    parts.push(pngChunk('fcTL', frame), pngChunk('fdAT', Buffer.from([0, 0, 0, n % 256])));
  }
  return Buffer.concat([...parts, png.subarray(end)]);
}
