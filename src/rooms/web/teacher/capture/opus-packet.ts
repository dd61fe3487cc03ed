/** Frame lengths of Opus by configuration number, in µs (RFC 6716, table 2). */
const silk = [10_000, 20_000, 40_000, 60_000] as const;
const celt = [2_500, 5_000, 10_000, 20_000] as const;

/**
 * How long an Opus packet sounds, in µs.
 *
 * @param packet - one packet as it stands in a file; its first byte says frame length and count (RFC 6716 §3.1).
 */
export function opusPacketUs(packet: Uint8Array): number {
  const toc = packet[0] ?? 0;
  const config = toc >> 3;
  const frameUs =
    config < 12 ? silk[config % 4] : config < 16 ? (config % 2 === 0 ? 10_000 : 20_000) : celt[config % 4];
  const code = toc & 3;
  const frames = code === 0 ? 1 : code === 3 ? (packet[1] ?? 0) & 63 : 2;
  return (frameUs ?? 0) * frames;
}
