import { FRAME_SAMPLES, VOICE_RATE, type VoiceSource } from './voice.ts';

/** So much is gathered before a spurt begins: the messages of a browser come in lumps of some 20 to 40 ms. */
export const START_SAMPLES = (VOICE_RATE * 60) / 1000;
/** A sender that is ahead of its time by more than this is cut back to the start again: nobody wants to talk with a delay. */
export const MAX_SAMPLES = (VOICE_RATE * 400) / 1000;
/** A word that is shorter than the start is spoken after so many frames. */
const MAX_WAIT_FRAMES = 4;

/**
 * A voice that comes when it comes, taken frame by frame when it is due: silence where the sender is late, the oldest dropped where it is
 * ahead. Bounded by `MAX_SAMPLES`.
 */
export class VoiceQueue implements VoiceSource {
  readonly #ring = new Int16Array(MAX_SAMPLES);
  #head = 0;
  #length = 0;
  #isSpeaking = false;
  #waited = 0;
  #isEnded = false;
  /** Samples thrown away because the sender was ahead. */
  dropped = 0;

  /** Samples that wait. */
  get length(): number {
    return this.#length;
  }

  /** Takes samples; the oldest go when there are too many. */
  push(pcm: Int16Array): void {
    const taken = pcm.length > MAX_SAMPLES ? pcm.subarray(pcm.length - MAX_SAMPLES) : pcm;
    this.dropped += pcm.length - taken.length;
    if (this.#length + taken.length > MAX_SAMPLES) this.#drop(this.#length - Math.max(0, START_SAMPLES - taken.length));
    if (this.#length + taken.length > MAX_SAMPLES) this.#drop(this.#length + taken.length - MAX_SAMPLES);
    for (const sample of taken) {
      this.#ring[(this.#head + this.#length) % MAX_SAMPLES] = sample;
      this.#length += 1;
    }
  }

  /** No more will come: what is there is spoken, then it ends. */
  end(): void {
    this.#isEnded = true;
  }

  next(frame: Int16Array): 'voice' | 'silence' | 'end' {
    if (!this.#isSpeaking && this.#length > 0) {
      this.#waited += 1;
      this.#isSpeaking = this.#length >= START_SAMPLES || this.#waited >= MAX_WAIT_FRAMES || this.#isEnded;
    }
    if (!this.#isSpeaking || this.#length === 0) {
      this.#isSpeaking = false;
      frame.fill(0);
      return this.#isEnded && this.#length === 0 ? 'end' : 'silence';
    }
    this.#waited = 0;
    const count = Math.min(FRAME_SAMPLES, this.#length);
    frame.fill(0, count);
    for (let i = 0; i < count; i += 1) frame[i] = this.#ring[(this.#head + i) % MAX_SAMPLES]!;
    this.#head = (this.#head + count) % MAX_SAMPLES;
    this.#length -= count;
    return 'voice';
  }

  #drop(count: number): void {
    if (count <= 0) return;
    this.#head = (this.#head + count) % MAX_SAMPLES;
    this.#length -= count;
    this.dropped += count;
  }
}
