import { EncodedAudioPacketSource, EncodedPacket, Mp4OutputFormat, NullTarget, Output } from 'mediabunny';
import { sampleRate } from './sample-clock.ts';
import type { VoicePacket } from './voice-encoder.ts';

export interface VoiceSegment {
  readonly startMs: number;
  readonly durationMs: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** 33 frames of 60 ms. A few ms less in the setting: float rounding would otherwise cut one packet late. */
const segmentSeconds = 1.98;
const roundingSeconds = 0.005;

/** Cuts the packets into fragments of MP4: one init segment, then `moof` + `mdat` every 1.98 s. */
export class VoiceMuxer {
  readonly #output: Output;
  readonly #source = new EncodedAudioPacketSource('opus');
  readonly #starting: Promise<void>;
  #head: Uint8Array[] = [];
  #moof: { bytes: Uint8Array; startMs: number } | null = null;
  #endMs = 0;
  #lastPacketMs = 0;
  #described = false;
  readonly #onSegment: (segment: VoiceSegment) => void;

  /**
   * @param onInit - `ftyp` + `moov`; comes just before the first segment.
   * @param onSegment - comes when the packet after the segment has arrived.
   */
  constructor(onInit: (bytes: Uint8Array<ArrayBuffer>) => void, onSegment: (segment: VoiceSegment) => void) {
    this.#onSegment = onSegment;
    const format = new Mp4OutputFormat({
      fastStart: 'fragmented',
      minimumFragmentDuration: segmentSeconds - roundingSeconds,
      onFtyp: (bytes) => this.#head.push(bytes.slice()),
      onMoov: (bytes) => {
        onInit(joined([...this.#head, bytes]));
      },
      onMoof: (bytes, _position, startSeconds) => {
        this.#moof = { bytes: bytes.slice(), startMs: Math.round(startSeconds * 1_000) };
      },
      onMdat: (bytes) => this.#emit(bytes),
    });
    this.#output = new Output({ format, target: new NullTarget() });
    this.#output.addAudioTrack(this.#source);
    this.#starting = this.#output.start();
  }

  async add(packet: VoicePacket): Promise<void> {
    await this.#starting;
    this.#lastPacketMs = packet.atUs / 1_000;
    const encoded = new EncodedPacket(packet.data, 'key', packet.atUs / 1e6, packet.durationUs / 1e6);
    const meta = this.#described ? undefined : { decoderConfig: decoderConfig() };
    this.#described = true;
    await this.#source.add(encoded, meta);
    this.#endMs = (packet.atUs + packet.durationUs) / 1_000;
  }

  /** Cuts what is left, however short. */
  async finish(): Promise<void> {
    await this.#starting;
    this.#lastPacketMs = this.#endMs;
    await this.#output.finalize();
  }

  #emit(mdat: Uint8Array): void {
    if (!this.#moof) throw new Error('mdat without moof');
    const { bytes, startMs } = this.#moof;
    this.#moof = null;
    // The packet being added is the first of the next segment: this one reaches up to it.
    const durationMs = Math.round(this.#lastPacketMs) - startMs;
    this.#onSegment({ startMs, durationMs, bytes: joined([bytes, mdat]) });
  }
}

/** Written by hand, so that the init segment does not depend on how a browser words its own. */
function decoderConfig(): AudioDecoderConfig {
  const head = new DataView(new ArrayBuffer(19));
  for (const [index, letter] of [...'OpusHead'].entries()) head.setUint8(index, letter.charCodeAt(0));
  head.setUint8(8, 1); // version
  head.setUint8(9, 1); // channels
  head.setUint16(10, 312, true); // samples to skip at the start: libopus's look-ahead of 6.5 ms
  head.setUint32(12, sampleRate, true);
  return { codec: 'opus', sampleRate, numberOfChannels: 1, description: head.buffer };
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
