/**
 * Reads Opus packets out of a WebM stream as MediaRecorder writes it, piece by piece as it comes.
 *
 * Only what such a stream holds is known: one track, clusters of SimpleBlocks without lacing. A general demuxer
 * waits for whole clusters, which a recorder may keep open for half a minute.
 */
export class WebmReader {
  readonly #onPacket: (packet: { atMs: number; data: Uint8Array<ArrayBuffer> }) => void;
  #rest: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #clusterMs = 0;

  /** @param onPacket - `atMs` counts from the start of the recording. */
  constructor(onPacket: (packet: { atMs: number; data: Uint8Array<ArrayBuffer> }) => void) {
    this.#onPacket = onPacket;
  }

  push(piece: Uint8Array): void {
    const bytes = new Uint8Array(this.#rest.length + piece.length);
    bytes.set(this.#rest);
    bytes.set(piece, this.#rest.length);
    let at = 0;
    for (;;) {
      const element = elementAt(bytes, at);
      if (!element) break;
      if (opened.has(element.id)) {
        at = element.bodyAt;
        continue;
      }
      const end = element.bodyAt + element.size;
      if (end > bytes.length) break;
      this.#take(element.id, bytes.subarray(element.bodyAt, end));
      at = end;
    }
    this.#rest = bytes.slice(at);
  }

  #take(id: number, body: Uint8Array): void {
    if (id === ids.timecode) this.#clusterMs = body.reduce((sum, byte) => sum * 256 + byte, 0);
    if (id !== ids.simpleBlock) return;
    const track = vintAt(body, 0, true);
    if (!track) throw new Error('WebM block without a track');
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    const atMs = this.#clusterMs + view.getInt16(track.length);
    // Two bytes of time and one of flags stand before the packet.
    this.#onPacket({ atMs, data: body.slice(track.length + 3) });
  }
}

const ids = { segment: 0x18538067, cluster: 0x1f43b675, timecode: 0xe7, simpleBlock: 0xa3 } as const;
/** Elements whose children are read; everything else is a leaf or is skipped whole. */
const opened: ReadonlySet<number> = new Set([ids.segment, ids.cluster]);

function elementAt(bytes: Uint8Array, at: number): { id: number; bodyAt: number; size: number } | null {
  const id = vintAt(bytes, at, false);
  const size = id && vintAt(bytes, at + id.length, true);
  if (!id || !size) return null;
  return { id: id.value, bodyAt: at + id.length + size.length, size: size.value };
}

/** A number of variable length. @param plain - without the marker bit, as sizes are written; ids keep it. */
function vintAt(bytes: Uint8Array, at: number, plain: boolean): { value: number; length: number } | null {
  const first = bytes[at];
  if (first === undefined) return null;
  const length = Math.clz32(first) - 23;
  if (length > 8) throw new Error(`not WebM at byte ${at}`);
  if (at + length > bytes.length) return null;
  let value = plain ? first & (0xff >> length) : first;
  for (let i = 1; i < length; i++) value = value * 256 + (bytes[at + i] ?? 0);
  return { value, length };
}
