/** GB18030 codes that the WHATWG table still leaves in the private use area, with their real characters. */
const PRIVATE_USE: Record<string, string> = {
  '\ue816': '\u{20087}',
  '\ue817': '\u{20089}',
  '\ue818': '\u{200cc}',
  '\ue831': '\u{215d7}',
  '\ue83b': '\u{2298f}',
  '\ue855': '\u{241fe}',
};

export interface DecodedText {
  readonly text: string;
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'gb18030';
}

function utf16WithoutMark(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const sample = bytes.subarray(0, 2048);
  if (sample.length < 4 || bytes.length % 2 !== 0) return null;
  let even = 0;
  let odd = 0;
  sample.forEach((byte, i) => {
    if (byte !== 0) return;
    if (i % 2 === 0) even += 1;
    else odd += 1;
  });
  // Tables hold many ASCII separators and digits; in UTF-16 each of them brings one zero byte, always on one side.
  if (odd > sample.length / 20 && even === 0) return 'utf-16le';
  if (even > sample.length / 20 && odd === 0) return 'utf-16be';
  return null;
}

function declaredCharset(bytes: Uint8Array): string | null {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 4096));
  return /(?:charset|encoding)\s*=\s*["']?\s*([\w-]+)/i.exec(head)?.[1]?.toLowerCase() ?? null;
}

function strictUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null; // the answer to the question asked: these bytes are not UTF-8
    throw error;
  }
}

/**
 * Text of a CSV or HTML file in whatever encoding Chinese office programs wrote it: UTF-8 with or without mark,
 * UTF-16, else GB18030 (which contains GBK and GB2312).
 *
 * @returns `null` when the bytes are no text at all.
 */
export function decodeText(bytes: Uint8Array): DecodedText | null {
  const wide =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : utf16WithoutMark(bytes);
  if (wide) return { text: new TextDecoder(wide).decode(bytes), encoding: wide };
  if (bytes.subarray(0, 4096).includes(0)) return null;
  const declared = declaredCharset(bytes);
  const saysChinese = declared !== null && /^(gbk|gb2312|gb18030|gb_2312|x-gbk|cp936)/.test(declared);
  // Bytes decide before the declaration: pages re-saved as UTF-8 keep their old "gb2312" line.
  const utf8 = strictUtf8(bytes);
  if (utf8 !== null && !(saysChinese && /[\u0080-\u07ff]{2}/.test(utf8)))
    return { text: utf8, encoding: 'utf-8' };
  // A few broken bytes (a cut file, a slip of an editor) do not make UTF-8 into Chinese of another encoding.
  const nearly = new TextDecoder('utf-8').decode(bytes);
  const lost = nearly.match(/\ufffd/g)?.length ?? 0;
  if (lost <= nearly.length / 50 && /\p{Script=Han}/u.test(nearly))
    return { text: nearly, encoding: 'utf-8' };
  const text = new TextDecoder('gb18030')
    .decode(bytes)
    .replace(/[\ue816-\ue855]/g, (c) => PRIVATE_USE[c] ?? c);
  const broken = text.match(/\ufffd/g)?.length ?? 0;
  if (broken > 3 + text.length / 100) return null;
  return { text, encoding: 'gb18030' };
}
