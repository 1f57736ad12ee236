import { VOICE_RATE } from './downsample.ts';

/** What came this late is played at once; what is ahead by more is left out. Seconds. */
const START = 0.08;
const MOST = 0.5;

/** EDGE: what the device says in a talk, played as it comes. */
export class Loudspeaker {
  readonly #context = new AudioContext();
  readonly #gain = this.#context.createGain();
  #untilSeconds = 0;

  constructor() {
    this.#gain.connect(this.#context.destination);
  }

  /** While the button is held one does not hear oneself come back. */
  mute(isMuted: boolean): void {
    this.#gain.gain.value = isMuted ? 0 : 1;
  }

  play(pcm: Int16Array): void {
    const now = this.#context.currentTime;
    if (this.#untilSeconds < now) this.#untilSeconds = now + START;
    if (pcm.length === 0 || this.#untilSeconds > now + MOST) return;
    const buffer = this.#context.createBuffer(1, pcm.length, VOICE_RATE);
    buffer.copyToChannel(
      Float32Array.from(pcm, (sample) => sample / 32_768),
      0,
    );
    const source = this.#context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.#gain);
    source.start(this.#untilSeconds);
    this.#untilSeconds += buffer.duration;
  }

  close(): void {
    void this.#context.close();
  }
}
