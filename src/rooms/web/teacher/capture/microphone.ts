// oxlint-disable-next-line import/default -- Vite answers `?worker&url` with the address of the bundle
import workletUrl from './voice.worklet.ts?worker&url';
import { sampleRate } from './sample-clock.ts';

/**
 * `refused`: the person or the system said no; `missing`: the device has none or another program holds it;
 * `asleep`: the browser wants a click before it listens.
 */
export type MicrophoneState = 'open' | 'refused' | 'missing' | 'asleep';

export interface Microphone {
  readonly state: MicrophoneState;
  /** Blocks of mono samples, for the capture worker; null without a microphone. */
  readonly port: MessagePort | null;
  /** Samples per second of the blocks. */
  readonly rate: number;
  close(): void;
}

const wakeMs = 1_500;

/** Opens the microphone and leads it, on the audio thread, to a port that a worker can read. */
export async function openMicrophone(): Promise<Microphone> {
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
  } catch (error) {
    const state =
      error instanceof DOMException && error.name === 'NotAllowedError' ? 'refused' : ('missing' as const);
    return { state, port: null, rate: sampleRate, close: () => undefined };
  }
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
    port: channel.port2,
    rate: context.sampleRate,
    close: () => {
      for (const track of stream.getTracks()) track.stop();
      void context.close();
    },
  };
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
