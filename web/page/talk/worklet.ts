import { Downsampler } from './downsample.ts';

/** In the audio thread: what the microphone gives becomes frames of 8 kHz. */

/** The little of the scope of a worklet that is used; the project is compiled with the types of pages. */
declare const sampleRate: number;
declare function registerProcessor(
  name: string,
  processor: new () => { process(inputs: Float32Array[][]): boolean },
): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

class Microphone extends AudioWorkletProcessor {
  readonly #downsampler = new Downsampler(sampleRate);

  process([input]: Float32Array[][]): boolean {
    const [left] = input ?? [];
    if (left === undefined) return true;
    for (const frame of this.#downsampler.push(left)) this.port.postMessage(frame, [frame.buffer]);
    return true;
  }
}

registerProcessor('gbgate-microphone', Microphone);
