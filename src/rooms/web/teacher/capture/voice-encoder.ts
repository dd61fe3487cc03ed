import { VOICE_BITRATE } from '../../../wire.ts';
import { sampleRate } from './sample-clock.ts';

/** One Opus packet on the lesson's time line. */
export interface VoicePacket {
  /** Microseconds of lesson time. */
  readonly atUs: number;
  readonly durationUs: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** 60 ms: the only frame length at which Chromium's DTX keeps its cadence (20 ms drops silent packets). */
const frameUs = 60_000;
const frameSamples = (sampleRate * frameUs) / 1_000_000;

/**
 * Opus, mono, 16 kbit/s, 60 ms frames with DTX: 3.6 MB for a lesson of 40 minutes.
 *
 * `opus` members that a browser does not know are ignored by it; it then sends 20 ms frames and a few bytes more.
 */
export const voiceConfig: AudioEncoderConfig = {
  codec: 'opus',
  sampleRate,
  numberOfChannels: 1,
  bitrate: VOICE_BITRATE,
  bitrateMode: 'variable',
  opus: { frameDuration: frameUs, application: 'voip', signal: 'voice', usedtx: true, complexity: 9 },
} as AudioEncoderConfig;

/** Whether this browser can make the voice itself; otherwise MediaRecorder has to. */
export async function canEncodeVoice(): Promise<boolean> {
  if (typeof AudioEncoder === 'undefined' || typeof AudioData === 'undefined') return false;
  return (await AudioEncoder.isConfigSupported(voiceConfig)).supported === true;
}

/** Takes counted samples, gives packets. Time comes from the count alone: AudioData timestamps jitter. */
export class VoiceEncoder {
  readonly #encoder: AudioEncoder;
  readonly #frame = new Float32Array(frameSamples);
  #filled = 0;
  #nextUs: number;

  /**
   * @param baseUs - lesson time of the first sample.
   * @param onPacket - called in order.
   * @param onFailure - the encoder has given up; no packet will follow.
   */
  constructor(baseUs: number, onPacket: (packet: VoicePacket) => void, onFailure: (error: Error) => void) {
    this.#nextUs = baseUs;
    this.#encoder = new AudioEncoder({
      output: (chunk) => {
        const data = new Uint8Array(chunk.byteLength);
        chunk.copyTo(data);
        onPacket({ atUs: chunk.timestamp, durationUs: chunk.duration ?? frameUs, data });
      },
      error: onFailure,
    });
    this.#encoder.configure(voiceConfig);
  }

  push(samples: Float32Array): void {
    let from = 0;
    while (from < samples.length) {
      const part = samples.subarray(from, from + frameSamples - this.#filled);
      this.#frame.set(part, this.#filled);
      this.#filled += part.length;
      from += part.length;
      if (this.#filled === frameSamples) this.#encodeFrame();
    }
  }

  silence(samples: number): void {
    for (let left = samples; left > 0; left -= frameSamples) {
      this.push(new Float32Array(Math.min(left, frameSamples)));
    }
  }

  #encodeFrame(): void {
    const data = new AudioData({
      format: 'f32-planar',
      sampleRate,
      numberOfFrames: frameSamples,
      numberOfChannels: 1,
      timestamp: this.#nextUs,
      data: this.#frame.slice(),
    });
    this.#encoder.encode(data);
    data.close();
    this.#nextUs += frameUs;
    this.#filled = 0;
  }

  /** Fills the last frame with silence and waits until every packet has come out. */
  async finish(): Promise<void> {
    if (this.#filled > 0) this.silence(frameSamples - this.#filled);
    await this.#encoder.flush();
    this.#encoder.close();
  }
}
