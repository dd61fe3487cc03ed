/**
 * Runs on the audio thread: hands the microphone's samples to the capture worker over a port of its own, so that
 * nothing of the voice waits for the page.
 */

/** 20 ms at 48 kHz: few messages, little delay. */
const blockSamples = 960;

declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

class VoiceTap extends AudioWorkletProcessor {
  #out: MessagePort | null = null;
  #block = new Float32Array(blockSamples);
  #filled = 0;

  constructor() {
    super();
    this.port.addEventListener('message', (message: MessageEvent<MessagePort>) => {
      this.#out = message.data;
    });
    this.port.start();
  }

  process(inputs: Float32Array[][]): boolean {
    const channel = inputs[0]?.[0];
    // No channel means that nothing is connected; the worker's own clock fills the hole with silence.
    if (!channel || !this.#out) return true;
    for (const sample of channel) {
      this.#block[this.#filled++] = sample;
      if (this.#filled === blockSamples) {
        this.#out.postMessage(this.#block, [this.#block.buffer]);
        this.#block = new Float32Array(blockSamples);
        this.#filled = 0;
      }
    }
    return true;
  }
}

registerProcessor('voice-tap', VoiceTap);
