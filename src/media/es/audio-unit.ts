/**
 * Audio PES to whole chunks: G.711 bytes as they are, AAC as whole ADTS frames. Decides which of them a stream carries:
 * content beats declaration (PS-1, PS-5).
 */
import { type AdtsHeader, aacSampleRate, emptyAdts, isAdtsChain, readAdts } from './aac.ts';
import type { Law } from './g711.ts';
import { type G711Hints, G711Judge, otherLaw, WIDE_SAMPLE_RATE } from './g711-judge.ts';
import { RawAacGuess, rawAacFrames } from './raw-aac.ts';

/** `aac` has ADTS headers, `aac-raw` has none (ES-10). */
export type AudioCodec = Law | 'aac' | 'aac-raw';

export interface AudioSink {
  /** G.711 codes of one PES. Bytes are valid during the call only, here and below. */
  g711(law: Law, sampleRate: number, bytes: Uint8Array, start: number, end: number, pts: number): void;
  /** One AAC frame; `bytes[start, end)` is the raw frame behind its ADTS header, if it had one. `pts` −1: joins the one before. */
  aac(header: AdtsHeader, bytes: Uint8Array, start: number, end: number, pts: number): void;
  /** What was handed out under another law was this one, says a stream map that came behind it. */
  relabel(law: Law): void;
  discarded(): void;
  finding(code: string, detail: string): void;
}

/** 64 KiB is 8 s of G.711 in one PES and the most a PES with a length can hold; audio PES without one must stop somewhere. */
export const MAX_AUDIO_BYTES = 64 * 1024;

/** PES of sound without a stream map, after which there is none: 4 s, longer than most groups of pictures; one may begin inside. */
const MAPLESS_PES = 100;

/** PES in a row without any ADTS header that make declared AAC raw (ES-10). */
const RAW_PROOF = 3;

export class AudioUnits {
  readonly #sink: AudioSink;
  readonly #judge: G711Judge;
  readonly #raw = new RawAacGuess();
  readonly #buffer = Buffer.allocUnsafeSlow(MAX_AUDIO_BYTES);
  readonly #adts: AdtsHeader = emptyAdts();
  #length = 0;
  #pts = -1;
  /** Bytes at the front that an AAC frame began with in the PES before. */
  #carried = 0;
  #carriedPts = -1;
  #declared: AudioCodec | null = null;
  #unplayed = false;
  #codec: AudioCodec | null = null;
  /** The law is not known from a map. */
  #guessed = false;
  /** What it was before the last reset, or A-law, which nearly all cameras send. */
  #likely: Law = 'pcma';
  #open = false;
  #withoutAdts = 0;
  #mapless = 0;
  /** ES-11: the law by the sound itself, against the declared one. */
  #overruled: Law | null = null;

  /** `hints`: what was set by hand for the device. */
  constructor(sink: AudioSink, hints: G711Hints = {}) {
    this.#sink = sink;
    this.#judge = new G711Judge(hints);
  }

  /** What the stream map says: a codec, or null for one that is not played. `config`: of raw AAC, when it says so too. */
  declare(codec: AudioCodec | null, config: AdtsHeader | null = null): void {
    this.#unplayed = codec === null;
    this.#raw.declare(config);
    if (codec === this.#declared) return;
    this.#declared = codec;
    this.#overruled = null;
    const guessed = this.#guessed;
    this.#guessed = false;
    this.#mapless = 0;
    if (guessed && (codec === 'pcma' || codec === 'pcmu') && codec !== this.#codec) this.#sink.relabel(codec);
    this.#codec = null;
  }

  pesStart(pts: number): void {
    this.#open = true;
    this.#length = this.#carried;
    this.#pts = pts;
  }

  data(bytes: Uint8Array, start: number, end: number): void {
    if (!this.#open) return;
    if (this.#length + end - start > MAX_AUDIO_BYTES) {
      this.hole();
      return;
    }
    this.#buffer.set(bytes.subarray(start, end), this.#length);
    this.#length += end - start;
  }

  pesEnd(): void {
    if (!this.#open) return;
    this.#open = false;
    if (this.#length === this.#carried || this.#unplayed) return;
    if (this.#guessed && ++this.#mapless === MAPLESS_PES)
      this.#sink.finding('PS-1', `no stream map: audio taken as G.711 ${this.#likely === 'pcma' ? 'A' : 'µ'}-law`);
    if (this.#codec === null) this.#decide();
    if (this.#codec === 'aac') {
      this.#frames();
      return;
    }
    this.#carried = 0;
    if (this.#codec === 'aac-raw') this.#rawFrames();
    else this.#codes(this.#overruled ?? this.#judge.hinted ?? this.#codec ?? this.#likely);
  }

  #codes(law: Law): void {
    if (this.#judge.measuresRate(this.#length, this.#pts))
      this.#sink.finding('ES-9', `G.711 at ${WIDE_SAMPLE_RATE} Hz by ${this.#length} bytes a PES and its times`);
    if (this.#judge.contradicts(law, this.#buffer, 0, this.#length)) {
      const is = otherLaw(law);
      this.#sink.finding('ES-11', `declared ${law}, the sound is ${is}`);
      this.#overruled = is;
      this.#sink.relabel(is);
      law = is;
    }
    this.#sink.g711(law, this.#judge.sampleRate, this.#buffer, 0, this.#length, this.#pts);
  }

  #rawFrames(): void {
    const frames = rawAacFrames(this.#buffer, 0, this.#length);
    if (!this.#raw.see(this.#pts, frames.length / 2, this.#buffer[frames[0]!]!)) return;
    const { header } = this.#raw;
    this.#sink.finding('ES-10', `AAC without ADTS: ${aacSampleRate(header)} Hz, ${header.channels} channel(s)`);
    for (let i = 0; i < frames.length; i += 2)
      this.#sink.aac(header, this.#buffer, frames[i]!, frames[i + 1]!, i === 0 ? this.#pts : -1);
  }

  /** Bytes are missing: an open PES is thrown away. */
  hole(): void {
    if (this.#open || this.#carried > 0) this.#sink.discarded();
    this.#open = false;
    this.#carried = 0;
  }

  reset(): void {
    this.#open = false;
    this.#carried = 0;
    const law = this.#overruled ?? this.#codec;
    if (law === 'pcma' || law === 'pcmu') this.#likely = law;
    this.#overruled = null;
    this.#judge.reset();
    this.#raw.reset();
    this.#codec = this.#declared = null;
    this.#guessed = false;
    this.#unplayed = false;
  }

  #decide(): void {
    this.#withoutAdts = 0;
    const adts = isAdtsChain(this.#buffer, 0, this.#length);
    if (adts && this.#declared !== 'aac') {
      this.#sink.finding(this.#declared === null ? 'PS-1' : 'PS-5', 'audio is AAC by its ADTS frames');
      this.#codec = 'aac';
    } else if (this.#declared === null) {
      this.#codec = this.#likely;
      this.#guessed = true;
    } else {
      this.#codec = this.#declared;
    }
  }

  #frames(): void {
    const buffer = this.#buffer;
    const end = this.#length;
    let at = 0;
    let pts = this.#carried > 0 ? this.#carriedPts : this.#pts;
    // The PES time belongs to the first frame that begins in it.
    let own = this.#carried > 0 ? this.#pts : -1;
    const carried = this.#carried;
    while (at < end) {
      const header = readAdts(buffer, at, end, this.#adts);
      if (header === null) {
        if (end - at < 7 && buffer[at] === 0xff) break;
        if (at === 0) {
          this.#withoutAdts += 1;
          if (this.#withoutAdts >= RAW_PROOF) {
            this.#codec = 'aac-raw';
            this.#carried = 0;
            return;
          }
        }
        this.#sink.finding('PS-11', 'no ADTS frame where one must begin');
        this.#sink.discarded();
        at = buffer.indexOf(0xff, at + 1);
        if (at < 0 || at >= end) {
          this.#carried = 0;
          return;
        }
        continue;
      }
      if (at + header.frameBytes > end) break;
      if (at >= carried && own >= 0) {
        pts = own;
        own = -1;
      }
      this.#withoutAdts = 0;
      this.#sink.aac(header, buffer, at + header.headerBytes, at + header.frameBytes, pts);
      pts = -1;
      at += header.frameBytes;
    }
    this.#carriedPts = at >= carried && own >= 0 ? own : pts;
    buffer.copyWithin(0, at, end);
    this.#carried = end - at;
  }
}
