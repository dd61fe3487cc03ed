/** Signs that RFC 8187 lets stand as they are. */
const PLAIN = /[A-Za-z0-9!#$&+\-.^_`|~]/;
/** Longest name, in characters; file systems take 255 bytes. */
const MOST = 80;

/**
 * Value of `content-disposition` for a file to be kept under a name in any language (RFC 6266, RFC 8187).
 *
 * @param name - of the file with its ending. Line breaks, other control characters, signs of direction and the separators of paths
 *   become spaces, so that no name can end the header, pass for another kind of file or leave the folder of downloads.
 * @param plainName - for programs that read ASCII only, without an ending.
 */
export function attachmentHeader(name: string, plainName: string): string {
  const ending = /\.[A-Za-z0-9]{1,8}$/.exec(name)?.[0] ?? '';
  const stem = name
    .slice(0, name.length - ending.length)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\/:*?"<>|]/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[\s.]+|\s+$/g, '');
  const kept = `${[...stem].slice(0, MOST).join('') || plainName}${ending}`;
  const encoded = [...new TextEncoder().encode(kept)]
    .map((byte) => {
      const sign = String.fromCharCode(byte);
      return byte < 0x80 && PLAIN.test(sign) ? sign : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
  return `attachment; filename="${plainName}${ending}"; filename*=UTF-8''${encoded}`;
}
