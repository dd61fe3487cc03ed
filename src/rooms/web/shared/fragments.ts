/** The few boxes of fragmented MP4 that a player must look into to place a segment in lesson time. */

const boxes = { moov: true, trak: true, mdia: true, moof: true, traf: true } as const;

function findBox(view: DataView, name: string, from = 0, to = view.byteLength): number {
  let at = from;
  while (at + 8 <= to) {
    const size = view.getUint32(at);
    const type = String.fromCharCode(
      view.getUint8(at + 4),
      view.getUint8(at + 5),
      view.getUint8(at + 6),
      view.getUint8(at + 7),
    );
    if (type === name) return at + 8;
    if (size < 8) return -1;
    if (type in boxes) {
      const inner = findBox(view, name, at + 8, Math.min(to, at + size));
      if (inner >= 0) return inner;
    }
    at += size;
  }
  return -1;
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * Ticks per second of the (only) track of an init segment.
 *
 * @returns a positive integer, or 0 when the bytes are no init segment.
 */
export function initTimescale(init: Uint8Array): number {
  const view = viewOf(init);
  const at = findBox(view, 'mdhd');
  if (at < 0) return 0;
  return view.getUint32(at + (view.getUint8(at) === 1 ? 20 : 12));
}

/**
 * Where a segment says it starts.
 *
 * @returns milliseconds of the segment's own clock, or `null` when the bytes hold no fragment.
 */
export function fragmentStartMs(segment: Uint8Array, timescale: number): number | null {
  const view = viewOf(segment);
  const at = findBox(view, 'tfdt');
  if (at < 0 || timescale <= 0) return null;
  const high = view.getUint8(at) === 1 ? view.getUint32(at + 4) : 0;
  const low = view.getUint32(at + (view.getUint8(at) === 1 ? 8 : 4));
  return ((high * 4_294_967_296 + low) / timescale) * 1000;
}
