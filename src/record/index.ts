/**
 * Samples and chunks of one track, packed: 2 to 6 bytes a sample, 6 MB for a day of 25 frames a second and as much again for
 * its sound, where objects take 1.2 GB. Written once, in order; read by cursors.
 */
import { ByteLog, type ByteReader } from './byte-log.ts';

/**
 * Largest duration: 6.6 hours at 90 kHz. The tables of ISO/IEC 14496-12 hold 32 bits, but ffmpeg and mp4box take them for a
 * number with a sign and make 1 of what is larger.
 */
export const MAX_DURATION = 0x7fff_ffff;

/** In the head of a packed sample, below its size: a sync sample; a duration or a composition offset other than the one before. */
const SYNC = 1;
const OTHER_DURATION = 2;
const OTHER_COMPOSITION = 4;
const FLAGS = 8;

export class TrackIndex {
  readonly #log = new ByteLog();
  readonly #chunkLog = new ByteLog();
  #samples = 0;
  #syncs = 0;
  #firstDts = 0;
  #hasCompositionOffsets = false;
  #presentationEnd = 0;
  /** The newest sample: its duration is open, so it is not packed yet. */
  #dts = 0;
  #duration = 0;
  #composition = 0;
  #size = 0;
  #isSync = false;
  /** Of the newest packed sample. */
  #packedDuration = -1;
  #packedComposition = -1;
  #durationRuns = 0;
  #compositionRuns = 0;
  /** The newest chunk: open, not packed yet. */
  #chunks = 0;
  #offset = 0;
  #count = 0;
  #entry = 1;
  #packedOffset = 0;
  #packedCount = -1;
  #packedEntry = 1;
  #chunkRuns = 0;

  get sampleCount(): number {
    return this.#samples;
  }

  /** dts of the first sample, in the track's timescale on the file's time line. */
  get firstDts(): number {
    return this.#firstDts;
  }

  /** dts of the newest sample. */
  get lastDts(): number {
    return this.#dts;
  }

  /** End of the last sample in decoding time. */
  get endDts(): number {
    return this.#samples === 0 ? 0 : this.#dts + this.#duration;
  }

  /** Latest end of any sample in composition time: what an edit must cover so that no B-frame is cut off. */
  get presentationEnd(): number {
    return Math.max(this.#presentationEnd, this.endDts);
  }

  get syncCount(): number {
    return this.#syncs;
  }

  get chunkCount(): number {
    return this.#chunks;
  }

  /** Offset of the newest chunk, which is the largest. */
  get lastChunkOffset(): number {
    return this.#offset;
  }

  /** Rows of `stts`. */
  get durationRunCount(): number {
    return this.#durationRuns + (this.#samples > 0 && this.#duration !== this.#packedDuration ? 1 : 0);
  }

  /** Rows of `ctts`; 0 when decoding and composition time are equal throughout. */
  get compositionRunCount(): number {
    if (!this.#hasCompositionOffsets) return 0;
    return this.#compositionRuns + (this.#composition !== this.#packedComposition ? 1 : 0);
  }

  /** Rows of `stsc`. */
  get chunkRunCount(): number {
    return this.#chunkRuns + (this.#chunks > 0 && this.#isOtherChunk() ? 1 : 0);
  }

  /** Bytes of memory that the tables take. */
  get memoryBytes(): number {
    return this.#log.memoryBytes + this.#chunkLog.memoryBytes;
  }

  /** The samples added from here on lie one after the other from `offset` on and are described by that sample entry (from 1). */
  beginChunk(offset: number, entry = 1): void {
    if (this.#chunks > 0) this.#packChunk();
    this.#chunks += 1;
    this.#offset = offset;
    this.#entry = entry;
    this.#count = 0;
  }

  /** One sample. Its dts makes the duration of the one before exact; its own duration holds until the next comes. */
  add(dts: number, duration: number, compositionOffset: number, size: number, isSync: boolean): void {
    if (this.#samples === 0) this.#firstDts = dts;
    else {
      this.#duration = Math.min(Math.max(0, dts - this.#dts), MAX_DURATION);
      this.#pack();
    }
    this.#dts = dts;
    this.#duration = Math.min(duration, MAX_DURATION);
    this.#composition = compositionOffset;
    this.#size = size;
    this.#isSync = isSync;
    if (compositionOffset > 0) this.#hasCompositionOffsets = true;
    if (isSync) this.#syncs += 1;
    this.#count += 1;
    this.#samples += 1;
    this.#presentationEnd = Math.max(this.#presentationEnd, dts + compositionOffset + duration);
  }

  /** From the first sample on. Nothing may be added while it is used. */
  samples(): SampleCursor {
    return new SampleCursor(this.#log.reader(), this.#samples, this.#firstDts, {
      duration: this.#duration,
      compositionOffset: this.#composition,
      size: this.#size,
      isSync: this.#isSync,
    });
  }

  /** From the first chunk on. Nothing may be added while it is used. */
  chunks(): ChunkCursor {
    const { offset, count, entry } = { offset: this.#offset, count: this.#count, entry: this.#entry };
    return new ChunkCursor(this.#chunkLog.reader(), this.#chunks, { offset, count, entry });
  }

  #pack(): void {
    const isOtherDuration = this.#duration !== this.#packedDuration;
    const isOtherComposition = this.#composition !== this.#packedComposition;
    const flags =
      (this.#isSync ? SYNC : 0) + (isOtherDuration ? OTHER_DURATION : 0) + (isOtherComposition ? OTHER_COMPOSITION : 0);
    this.#log.unsigned(this.#size * FLAGS + flags);
    if (isOtherDuration) {
      this.#log.signed(this.#duration - this.#packedDuration);
      this.#packedDuration = this.#duration;
      this.#durationRuns += 1;
    }
    if (isOtherComposition) {
      this.#log.signed(this.#composition - this.#packedComposition);
      this.#packedComposition = this.#composition;
      this.#compositionRuns += 1;
    }
  }

  #isOtherChunk(): boolean {
    return this.#count !== this.#packedCount || this.#entry !== this.#packedEntry;
  }

  #packChunk(): void {
    if (this.#isOtherChunk()) this.#chunkRuns += 1;
    this.#chunkLog.signed(this.#offset - this.#packedOffset);
    const isOtherEntry = this.#entry !== this.#packedEntry;
    this.#chunkLog.unsigned(this.#count * 2 + (isOtherEntry ? 1 : 0));
    if (isOtherEntry) this.#chunkLog.unsigned(this.#entry);
    this.#packedOffset = this.#offset;
    this.#packedCount = this.#count;
    this.#packedEntry = this.#entry;
  }
}

interface NewestSample {
  readonly duration: number;
  readonly compositionOffset: number;
  readonly size: number;
  readonly isSync: boolean;
}

/** Walks the samples of a track; its fields are those of the sample that `next` came to. */
export class SampleCursor {
  dts = 0;
  duration = -1;
  compositionOffset = -1;
  size = 0;
  isSync = false;
  readonly #log: ByteReader;
  readonly #newest: NewestSample;
  #left: number;

  constructor(log: ByteReader, count: number, firstDts: number, newest: NewestSample) {
    this.#log = log;
    this.#left = count;
    this.#newest = newest;
    // The first step adds the duration it starts from.
    this.dts = firstDts + 1;
  }

  /** Goes to the next sample; false when there is none. */
  next(): boolean {
    if (this.#left === 0) return false;
    this.#left -= 1;
    this.dts += this.duration;
    if (this.#left === 0) {
      Object.assign(this, this.#newest);
      return true;
    }
    const head = this.#log.unsigned();
    const flags = head % FLAGS;
    this.size = (head - flags) / FLAGS;
    this.isSync = (flags & SYNC) !== 0;
    if ((flags & OTHER_DURATION) !== 0) this.duration += this.#log.signed();
    if ((flags & OTHER_COMPOSITION) !== 0) this.compositionOffset += this.#log.signed();
    return true;
  }
}

interface NewestChunk {
  readonly offset: number;
  readonly count: number;
  readonly entry: number;
}

/** Walks the chunks of a track; its fields are those of the chunk that `next` came to. */
export class ChunkCursor {
  /** Bytes from the start of the file. */
  offset = 0;
  /** Samples in it. */
  count = 0;
  /** Its sample entry, from 1. */
  entry = 1;
  readonly #log: ByteReader;
  readonly #newest: NewestChunk;
  #left: number;

  constructor(log: ByteReader, chunks: number, newest: NewestChunk) {
    this.#log = log;
    this.#left = chunks;
    this.#newest = newest;
  }

  /** Goes to the next chunk; false when there is none. */
  next(): boolean {
    if (this.#left === 0) return false;
    this.#left -= 1;
    if (this.#left === 0) {
      Object.assign(this, this.#newest);
      return true;
    }
    this.offset += this.#log.signed();
    const head = this.#log.unsigned();
    this.count = Math.floor(head / 2);
    if (head % 2 === 1) this.entry = this.#log.unsigned();
    return true;
  }
}
