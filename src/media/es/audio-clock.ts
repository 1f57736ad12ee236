/**
 * The gapless audio track: encoded frames waiting for their fragment, and the position where the next one joins. A
 * browser stops for good at a hole of 80 ms, so holes are filled with silence; jitter smaller than half a chunk is
 * absorbed. Positions are in samples on the feed's time base.
 */

import type { AudioTrack } from '../frame.ts';
import {
  AAC_FRAME_SAMPLES,
  type AdtsHeader,
  aacCodecString,
  aacSampleRate,
  audioSpecificConfig,
  silentAac,
} from './aac.ts';
import { FlacEncoder, MAX_BLOCK, maxFrameBytes, streamInfo } from './flac.ts';
import type { Law } from './g711.ts';

/** TS-6: audio that has run this far ahead of its own time stamps is thrown away until they meet. Milliseconds. */
export const MAX_AHEAD_MS = 300;

/** What may wait for a fragment: 2 MiB are minutes of G.711 and an hour of silence. More is thrown away. */
export const MAX_QUEUED_BYTES = 2 * 1024 * 1024;

/** A track as it is seen in the stream: what the sample description and the encoder need. */
export function g711Track(law: Law, sampleRate: number): AudioTrack {
  return {
    kind: 'audio',
    codec: law,
    codecString: 'flac',
    sampleRate,
    channels: 1,
    config: streamInfo(sampleRate),
    timescale: sampleRate,
  };
}

/** Whether the track is G.711 of this law and rate. */
export function isG711(track: AudioTrack | null, law: Law, sampleRate: number): boolean {
  return track !== null && track.codec === law && track.sampleRate === sampleRate;
}

export function aacTrack(header: AdtsHeader): AudioTrack {
  const sampleRate = aacSampleRate(header);
  return {
    kind: 'audio',
    codec: 'aac',
    codecString: aacCodecString(header),
    sampleRate,
    channels: header.channels,
    config: audioSpecificConfig(header),
    timescale: sampleRate,
  };
}

export class AudioClock {
  readonly track: AudioTrack;
  /** Where the next chunk joins. */
  position: number;
  /** Queued frames: bytes lie one behind the other in `bytes`. */
  readonly sizes: number[] = [];
  readonly durations: number[] = [];
  bytes: Buffer = Buffer.allocUnsafeSlow(16 * 1024);
  length = 0;
  /** Position of the first queued frame. */
  start: number;
  readonly #encoder: FlacEncoder | null;
  readonly #silence: Uint8Array | null;
  #lastAac: Uint8Array = new Uint8Array(0);

  /** `position`: where the track begins, in samples. */
  constructor(track: AudioTrack, position: number) {
    this.track = track;
    this.position = position;
    this.start = position;
    this.#encoder = track.codec === 'aac' ? null : new FlacEncoder(track.codec, track.sampleRate);
    this.#silence = track.codec === 'aac' ? silentAac(track.channels) : null;
  }

  get empty(): boolean {
    return this.sizes.length === 0;
  }

  /** Samples queued. */
  get queued(): number {
    return this.position - this.start;
  }

  position90k(): number {
    return (this.position * 90_000) / this.track.sampleRate;
  }

  /**
   * Makes room for a chunk of `samples` that belongs to `target` (samples): fills a hole before it. False: the chunk is
   * too far behind and must be dropped.
   */
  place(target: number, samples: number): boolean {
    const gap = target - this.position;
    if (gap > samples / 2) this.fill(gap);
    return gap >= (-MAX_AHEAD_MS * this.track.sampleRate) / 1000;
  }

  /** Goes on at `target`, and what lies between is not filled. Nothing may be queued. */
  leap(target: number): void {
    this.position = target;
    this.start = target;
  }

  /** Silence of about `samples`: exact for FLAC, whole frames for AAC. */
  fill(samples: number): void {
    if (this.#encoder === null) {
      const frame = this.#silence ?? this.#lastAac;
      if (frame.length === 0) return;
      for (let n = Math.round(samples / AAC_FRAME_SAMPLES); n > 0; n -= 1) {
        if (!this.#reserve(frame.length)) return;
        this.bytes.set(frame, this.length);
        this.#queued(frame.length, AAC_FRAME_SAMPLES);
      }
      return;
    }
    for (let left = samples; left > 0; ) {
      const count = Math.min(left, MAX_BLOCK);
      if (!this.#reserve(maxFrameBytes(0))) return;
      const end = this.#encoder.silence(count, this.position, this.bytes, this.length);
      this.#queued(end - this.length, count);
      left -= count;
    }
  }

  g711(codes: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end; at += MAX_BLOCK) {
      const to = Math.min(end, at + MAX_BLOCK);
      if (!this.#reserve(maxFrameBytes(to - at))) return;
      const done = this.#encoder!.encode(codes, at, to, this.position, this.bytes, this.length);
      this.#queued(done - this.length, to - at);
    }
  }

  aac(bytes: Uint8Array, start: number, end: number): void {
    const frame = bytes.subarray(start, end);
    if (!this.#reserve(frame.length)) return;
    this.bytes.set(frame, this.length);
    if (this.#silence === null) this.#lastAac = new Uint8Array(frame);
    this.#queued(frame.length, AAC_FRAME_SAMPLES);
  }

  /** The queue went into a fragment. */
  taken(): void {
    this.sizes.length = 0;
    this.durations.length = 0;
    this.length = 0;
    this.start = this.position;
  }

  #queued(size: number, samples: number): void {
    this.sizes.push(size);
    this.durations.push(samples);
    this.length += size;
    this.position += samples;
  }

  #reserve(size: number): boolean {
    const needed = this.length + size;
    if (needed <= this.bytes.length) return true;
    if (needed > MAX_QUEUED_BYTES) return false;
    const grown = Buffer.allocUnsafeSlow(Math.min(MAX_QUEUED_BYTES, Math.max(needed, this.bytes.length * 2)));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    return true;
  }
}
