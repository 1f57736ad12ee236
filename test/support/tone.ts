import { wavOf } from './wav.ts';

/** A tone of one frequency, and which frequency sound has. */

/** 16-bit samples of a sine. */
export function tone(hz: number, seconds: number, rate = 8000, level = 0.5): Int16Array {
  return Int16Array.from({ length: Math.round(seconds * rate) }, (_, i) =>
    Math.round(level * 32_767 * Math.sin((2 * Math.PI * hz * i) / rate)),
  );
}

/** A file for Chromium's fake microphone: half a second of tone, a quarter of silence; what filters of noise take for speech. */
export function microphoneFile(hz: number): Buffer {
  const rate = 48_000;
  const beep = tone(hz, 0.5, rate, 0.6);
  const parts = Array.from({ length: 8 }, () => [...beep, ...new Array<number>(rate / 4).fill(0)]).flat();
  return wavOf(Int16Array.from(parts), rate);
}

/** Power of one frequency in the samples (Goertzel), as a share of all of it: near 1 for a pure tone. */
export function shareOf(pcm: Int16Array, hz: number, rate = 8000): number {
  let real = 0;
  let imaginary = 0;
  let all = 0;
  for (const [i, sample] of pcm.entries()) {
    const angle = (2 * Math.PI * hz * i) / rate;
    real += sample * Math.cos(angle);
    imaginary += sample * Math.sin(angle);
    all += sample * sample;
  }
  return all === 0 ? 0 : (2 * (real * real + imaginary * imaginary)) / (pcm.length * all);
}

/** The strongest of the frequencies from 50 Hz up, in steps of 10 Hz. */
export function frequencyOf(pcm: Int16Array, rate = 8000): number {
  let best = { hz: 0, share: -1 };
  for (let hz = 50; hz < rate / 2; hz += 10) {
    const share = shareOf(pcm, hz, rate);
    if (share > best.share) best = { hz, share };
  }
  return best.hz;
}
