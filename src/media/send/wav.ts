import { G711_TO_PCM } from '../es/g711.ts';
import { Resampler } from './resample.ts';
import { FRAME_SAMPLES, VOICE_RATE, type VoiceSource } from './voice.ts';

/** WAV files (RIFF) as a voice: 8, 16, 24 or 32 bits, A-law or µ-law, any number of channels mixed into one, any rate made 8 kHz. */

/** The longest that is spoken: an address to the public, no radio programme. */
export const MAX_VOICE_SECONDS = 600;
/** Silence behind the last sample: the device still plays what it has gathered when the BYE comes. */
const TAIL_FRAMES = 15;
const MIN_RATE = 4000;
const MAX_RATE = 192_000;
const MAX_CHANNELS = 8;

/** Format tags (RFC 2361; mmreg.h). */
const PCM = 1;
const ALAW = 6;
const MULAW = 7;
const EXTENSIBLE = 0xfffe;

/** Why a file is not taken: one sentence for a person. */
export interface WavFault {
  readonly fault: string;
}

/** A file that was read. Samples are made when they are first spoken, once for all who speak it. */
export class WavVoice {
  readonly durationMs: number;
  readonly #pcm: Int16Array;
  readonly #sampleAt: (index: number) => number;
  #made = 0;

  constructor(length: number, sampleAt: (index: number) => number) {
    this.#pcm = new Int16Array(length);
    this.#sampleAt = sampleAt;
    this.durationMs = Math.round((length * 1000) / VOICE_RATE);
  }

  /** From the beginning, for one who speaks it. */
  source(): VoiceSource {
    let at = 0;
    let tail = TAIL_FRAMES;
    return {
      next: (frame) => {
        if (at >= this.#pcm.length) {
          frame.fill(0);
          tail -= 1;
          return tail < 0 ? 'end' : 'silence';
        }
        const end = Math.min(at + FRAME_SAMPLES, this.#pcm.length);
        this.#make(end);
        frame.fill(0);
        frame.set(this.#pcm.subarray(at, end));
        at = end;
        return 'voice';
      },
    };
  }

  #make(end: number): void {
    for (; this.#made < end; this.#made += 1)
      this.#pcm[this.#made] = Math.max(-32_768, Math.min(32_767, Math.round(this.#sampleAt(this.#made))));
  }
}

interface Format {
  readonly tag: number;
  readonly channels: number;
  readonly rate: number;
  readonly bits: number;
}

/** Reads a file; nothing of its sound is looked at yet. */
export function readWav(file: Uint8Array): WavVoice | WavFault {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  if (bytes.length < 12 || bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WAVE')
    return { fault: 'This is no WAV file.' };
  let format: Format | null = null;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    const body = at + 8;
    if (id === 'fmt ' && body + 16 <= bytes.length) format = readFormat(bytes.subarray(body, body + size));
    // a file that was written as a stream knows no length: 0, or the largest number
    if (id === 'data')
      return voiceOf(format, bytes.subarray(body, size === 0 ? bytes.length : Math.min(bytes.length, body + size)));
    at = body + size + (size & 1);
  }
  return { fault: 'The WAV file has no sound in it.' };
}

function readFormat(body: Buffer): Format | null {
  if (body.length < 16) return null;
  const tag = body.readUInt16LE(0);
  return {
    tag: tag === EXTENSIBLE && body.length >= 26 ? body.readUInt16LE(24) : tag,
    channels: body.readUInt16LE(2),
    rate: body.readUInt32LE(4),
    bits: body.readUInt16LE(14),
  };
}

function voiceOf(format: Format | null, data: Buffer): WavVoice | WavFault {
  if (format === null) return { fault: 'The WAV file does not say what its sound is.' };
  const { channels, rate } = format;
  const read = readerOf(format, data);
  if (read === null || channels < 1 || channels > MAX_CHANNELS || rate < MIN_RATE || rate > MAX_RATE)
    return { fault: 'The WAV file holds sound of a kind that is not read: PCM of 8 to 32 bits, A-law and µ-law are.' };
  const samples = Math.floor(data.length / (read.bytes * channels));
  if (samples === 0) return { fault: 'The WAV file has no sound in it.' };
  if (samples / rate > MAX_VOICE_SECONDS)
    return { fault: `The sound is longer than ${MAX_VOICE_SECONDS / 60} minutes.` };
  const mixed = (index: number): number => {
    if (index < 0 || index >= samples) return 0;
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1) sum += read.at((index * channels + channel) * read.bytes);
    return sum / channels;
  };
  if (rate === VOICE_RATE) return new WavVoice(samples, mixed);
  const resampler = new Resampler(rate, VOICE_RATE);
  return new WavVoice(Math.max(1, resampler.lengthOf(samples)), (index) => resampler.at(index, mixed));
}

/** How one sample is read, as a 16-bit value; null: unknown. */
function readerOf({ tag, bits }: Format, data: Buffer): { bytes: number; at(offset: number): number } | null {
  if (tag === ALAW || tag === MULAW) {
    const table = G711_TO_PCM[tag === ALAW ? 'pcma' : 'pcmu'];
    return bits === 8 ? { bytes: 1, at: (offset) => table[data[offset]!]! } : null;
  }
  if (tag !== PCM) return null;
  switch (bits) {
    case 8:
      return { bytes: 1, at: (offset) => (data[offset]! - 128) * 256 };
    case 16:
      return { bytes: 2, at: (offset) => data.readInt16LE(offset) };
    case 24:
      return { bytes: 3, at: (offset) => data.readIntLE(offset, 3) / 256 };
    case 32:
      return { bytes: 4, at: (offset) => data.readInt32LE(offset) / 65_536 };
    default:
      return null;
  }
}
