// oxlint-disable-next-line import/default -- Vite answers `?worker&url` with the address of the bundle
import workletUrl from './voice.worklet.ts?worker&url';
import { VOICE_BITRATE } from '../../../wire.ts';
import { sampleRate } from './sample-clock.ts';
import { canEncodeVoice } from './voice-encoder.ts';

/**
 * `refused`: the person or the system said no; `missing`: the device has none or another program holds it;
 * `asleep`: the browser wants a click before it listens; `unable`: this browser cannot record Opus at all.
 */
export type MicrophoneState = 'open' | 'refused' | 'missing' | 'asleep' | 'unable';

export interface Microphone {
  readonly state: MicrophoneState;
  /** `samples` go over the port; a `recording` is handed out piece by piece. */
  readonly from: 'samples' | 'recording';
  /** Blocks of mono samples, for the capture worker; null without a microphone. */
  readonly port: MessagePort | null;
  /** Samples per second of the blocks. */
  readonly rate: number;
  /** Silences or opens it; only a recording needs this, samples are silenced in the worker. */
  mute(muted: boolean): void;
  close(): void;
}

const wakeMs = 1_500;
const pieceMs = 480;
const recordingType = 'audio/webm;codecs=opus';

/**
 * Opens the microphone and leads it past the page's own thread.
 *
 * Browsers without an Opus encoder for scripts record WebM themselves; those pieces are cut anew in the worker.
 *
 * @param onPiece - takes the pieces of a recording. @param muted - whether it starts silent.
 */
export async function openMicrophone(
  onPiece: (piece: Uint8Array<ArrayBuffer>, level: number) => void,
  muted: boolean,
): Promise<Microphone> {
  const from = (await canEncodeVoice()) ? 'samples' : 'recording';
  const stream = await askForMicrophone();
  if (from === 'samples') return typeof stream === 'string' ? noMicrophone(stream) : tapSamples(stream);
  if (typeof MediaRecorder === 'undefined' || !MediaRecorder.isTypeSupported(recordingType)) {
    return { ...noMicrophone('unable'), from };
  }
  return record(stream, onPiece, muted);
}

async function askForMicrophone(): Promise<MediaStream | 'refused' | 'missing'> {
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
  } catch (error) {
    return error instanceof DOMException && error.name === 'NotAllowedError' ? 'refused' : 'missing';
  }
}

/** The lesson runs on silence meanwhile. */
function noMicrophone(state: MicrophoneState): Microphone {
  return {
    state,
    from: 'samples',
    port: null,
    rate: sampleRate,
    mute: () => undefined,
    close: () => undefined,
  };
}

async function tapSamples(stream: MediaStream): Promise<Microphone> {
  const { context, source } = listenTo(stream);
  await context.audioWorklet.addModule(workletUrl);
  const tap = new AudioWorkletNode(context, 'voice-tap', {
    numberOfOutputs: 1,
    channelCount: 1,
    channelCountMode: 'explicit',
  });
  const channel = new MessageChannel();
  tap.port.postMessage(channel.port1, [channel.port1]);
  // Connected to the speakers, though silent: some browsers do not run a node that leads nowhere.
  source.connect(tap).connect(context.destination);
  return {
    state: (await isRunning(context)) ? 'open' : 'asleep',
    from: 'samples',
    port: channel.port2,
    rate: context.sampleRate,
    mute: () => undefined,
    close: () => stop(stream, context),
  };
}

/** Records the microphone, or silence without one: lesson time must not stop. */
async function record(
  stream: MediaStream | 'refused' | 'missing',
  onPiece: (piece: Uint8Array<ArrayBuffer>, level: number) => void,
  muted: boolean,
): Promise<Microphone> {
  const context = new AudioContext({ latencyHint: 'playback' });
  const volume = context.createGain();
  const meter = context.createAnalyser();
  const sink = context.createMediaStreamDestination();
  volume.gain.value = muted ? 0 : 1;
  volume.connect(meter).connect(sink);
  if (typeof stream !== 'string') context.createMediaStreamSource(stream).connect(volume);
  const wave = new Float32Array(meter.fftSize);
  const recorder = new MediaRecorder(sink.stream, {
    mimeType: recordingType,
    audioBitsPerSecond: VOICE_BITRATE,
  });
  // Pieces are put in a row: reading one must not overtake another.
  let reading = Promise.resolve();
  recorder.addEventListener('dataavailable', ({ data }) => {
    meter.getFloatTimeDomainData(wave);
    const level = wave.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
    reading = reading.then(async () => onPiece(new Uint8Array(await data.arrayBuffer()), level));
  });
  const awake = await isRunning(context);
  recorder.start(pieceMs);
  return {
    state: typeof stream === 'string' ? stream : awake ? 'open' : 'asleep',
    from: 'recording',
    port: null,
    rate: context.sampleRate,
    mute: (silent) => {
      volume.gain.value = silent ? 0 : 1;
    },
    close: () => {
      if (recorder.state !== 'inactive') recorder.stop();
      stop(typeof stream === 'string' ? null : stream, context);
    },
  };
}

function stop(stream: MediaStream | null, context: AudioContext): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
  void context.close();
}

/** `resume()` waits for a click for ever, so it is not waited for. */
async function isRunning(context: AudioContext): Promise<boolean> {
  const late = new Promise<void>((resolve) => setTimeout(resolve, wakeMs));
  if (context.state === 'suspended') await Promise.race([context.resume(), late]);
  return context.state === 'running';
}

/** 48 kHz where the browser allows it; Firefox insists on the microphone's own rate. */
function listenTo(stream: MediaStream): { context: AudioContext; source: MediaStreamAudioSourceNode } {
  const context = new AudioContext({ sampleRate, latencyHint: 'playback' });
  try {
    return { context, source: context.createMediaStreamSource(stream) };
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'NotSupportedError')) throw error;
    void context.close();
    const own = new AudioContext({ latencyHint: 'playback' });
    return { context: own, source: own.createMediaStreamSource(stream) };
  }
}
