let table: Map<string, number[]> | null = null;

function codes(): Map<string, number[]> {
  if (table) return table;
  table = new Map();
  const decoder = new TextDecoder('gb18030');
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      if (trail === 0x7f) continue;
      const bytes = [lead, trail];
      table.set(decoder.decode(Uint8Array.from(bytes)), bytes);
    }
  }
  return table;
}

/** GB18030 bytes of a text, for making the files that Chinese office programs write; Node only decodes it. */
export function encodeGb18030(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    const short = codes().get(character);
    if (point < 0x80) bytes.push(point);
    else if (short) bytes.push(...short);
    else if (point >= 0x10000) {
      const n = point - 0x10000;
      bytes.push(
        0x90 + Math.floor(n / 12600),
        0x30 + (Math.floor(n / 1260) % 10),
        0x81 + (Math.floor(n / 10) % 126),
        0x30 + (n % 10),
      );
    } else throw new RangeError(`no GB18030 code known for U+${point.toString(16)}`);
  }
  return Uint8Array.from(bytes);
}
