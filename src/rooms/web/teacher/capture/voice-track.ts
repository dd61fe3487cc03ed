import { Resampler } from './resampler.ts';
import { SampleClock, sampleRate } from './sample-clock.ts';
import { VoiceEncoder, type VoicePacket } from './voice-encoder.ts';
import { opusPacketUs } from './opus-packet.ts';
import { WebmReader } from './webm-reader.ts';
import { VoiceMuxer, type VoiceSegment } from './voice-muxer.ts';

/** Below this a block holds no speech: it may be dropped when the count runs ahead of the clock. */
const quietLevel = 0.005;
const tickMs = 100;
/** A recorder's packet this much later than the end of the one before stands behind a real hole. */
const jitterUs = 120_000;

interface VoiceTrackOptions {
  /** `samples`: encoded here; `recording`: pieces of WebM from the page's MediaRecorder are cut anew. */
  readonly from: 'samples' | 'recording';
  readonly baseMs: number;
  /** Packets of a segment that an earlier life of the page had begun; they come before anything new. */
  readonly openPackets: readonly VoicePacket[];
  readonly onInit: (bytes: Uint8Array<ArrayBuffer>) => void;
  readonly onSegment: (segment: VoiceSegment) => void;
  /** The packets not yet cut have changed. */
  readonly onOpenPackets: () => void;
  readonly onFailure: (error: Error) => void;
}

/** The microphone's blocks on one end, numbered time-stamped segments on the other. */
export class VoiceTrack {
  readonly #options: VoiceTrackOptions;
  readonly #clock: SampleClock;
  readonly #encoder: VoiceEncoder | null;
  #recording: WebmReader | null = null;
  readonly #muxer: VoiceMuxer;
  #resampler = new Resampler(sampleRate, sampleRate);
  #open: VoicePacket[];
  #muxing: Promise<void>;
  #ticking: ReturnType<typeof setInterval> | null = null;
  #peak = 0;
  /** Lesson time at which the last packet ends. */
  #endUs: number;
  #finished = false;
  muted = false;

  constructor(options: VoiceTrackOptions) {
    this.#options = options;
    this.#open = [...options.openPackets];
    const last = this.#open.at(-1);
    const baseUs = last ? last.atUs + last.durationUs : options.baseMs * 1_000;
    this.#clock = new SampleClock(Math.round((baseUs * sampleRate) / 1e6));
    this.#endUs = baseUs;
    this.#encoder =
      options.from === 'samples'
        ? new VoiceEncoder(baseUs, (packet) => this.#packet(packet), options.onFailure)
        : null;
    this.#muxer = new VoiceMuxer(options.onInit, (segment) => this.#cut(segment));
    this.#muxing = this.#refeed();
  }

  get openPackets(): readonly VoicePacket[] {
    return this.#open;
  }

  /** @param port - blocks of samples, mono. @param blockRate - their samples per second. */
  begin(port: MessagePort | null, blockRate: number): void {
    this.#resampler = new Resampler(blockRate, sampleRate);
    port?.addEventListener('message', (message: MessageEvent<Float32Array>) => this.#block(message.data));
    port?.start();
    if (this.#encoder) {
      this.#ticking ??= setInterval(() => this.#silence(this.#clock.tick(performance.now())), tickMs);
    } else this.#beginRecording();
  }

  /** One piece of the page's recording. @param level - loudest sample in it, 0..1. */
  recorded(piece: Uint8Array, level: number): void {
    this.#peak = Math.max(this.#peak, level);
    if (!this.#finished) this.#recording?.push(piece);
  }

  /**
   * A recording counts its time from its own start, which is now. Its packets' times jitter, so they are laid end
   * to end as long as that stays near what the recorder says.
   */
  #beginRecording(): void {
    this.#clock.start(performance.now());
    const startUs = Math.max(this.#endUs, this.lessonMsAt(performance.now()) * 1_000);
    this.#recording = new WebmReader(({ atMs, data }) => {
      const saidUs = startUs + atMs * 1_000;
      const atUs = saidUs - this.#endUs > jitterUs ? saidUs : this.#endUs;
      this.#packet({ atUs, durationUs: opusPacketUs(data), data });
    });
  }

  lessonMsAt(atMs: number): number {
    return this.#clock.lessonMsAt(atMs);
  }

  /** Loudest sample since the last call, 0..1. */
  takeLevel(): number {
    const peak = this.#peak;
    this.#peak = 0;
    return Math.min(1, peak);
  }

  /** Stops listening, and cuts the rest into a last, shorter segment. */
  async finish(): Promise<void> {
    if (this.#ticking !== null) clearInterval(this.#ticking);
    this.#finished = true;
    await this.#encoder?.finish();
    await this.#muxing;
    await this.#muxer.finish();
  }

  #block(samples: Float32Array): void {
    if (this.#finished) return;
    const block = this.#resampler.push(samples);
    const level = peakOf(block);
    this.#peak = Math.max(this.#peak, level);
    const { silence, drop } = this.#clock.block(block.length, performance.now(), level < quietLevel);
    this.#silence(silence);
    if (drop) return;
    if (this.muted) this.#silence(block.length);
    else this.#encoder?.push(block);
  }

  #silence(samples: number): void {
    if (samples > 0) this.#encoder?.silence(samples);
  }

  #packet(packet: VoicePacket): void {
    this.#open.push(packet);
    this.#endUs = packet.atUs + packet.durationUs;
    this.#muxing = this.#muxing.then(() => this.#muxer.add(packet)).catch(this.#options.onFailure);
    this.#options.onOpenPackets();
  }

  async #refeed(): Promise<void> {
    for (const packet of this.#options.openPackets) await this.#muxer.add(packet);
  }

  #cut(segment: VoiceSegment): void {
    const endUs = (segment.startMs + segment.durationMs) * 1_000;
    this.#open = this.#open.filter((packet) => packet.atUs >= endUs);
    this.#options.onSegment(segment);
  }
}

function peakOf(block: Float32Array): number {
  let peak = 0;
  for (const sample of block) peak = Math.max(peak, Math.abs(sample));
  return peak;
}
