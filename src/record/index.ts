/** Samples and chunks of one track, in typed arrays: 1.7 MB for an hour of video with sound, where objects take 50. */

/** Samples for which room is made first: half a minute of video. */
const FIRST_CAPACITY = 1024;

/** Largest duration and size the tables of ISO/IEC 14496-12 hold (32 bits): 13 hours at 90 kHz. */
const MAX_UINT32 = 0xffff_ffff;

/** A run-length table: `count` times `value`. */
export type Run = [count: number, value: number];

export class TrackIndex {
  #sizes = new Uint32Array(FIRST_CAPACITY);
  #durations = new Uint32Array(FIRST_CAPACITY);
  #compositionOffsets = new Uint32Array(FIRST_CAPACITY);
  #syncs = new Uint32Array(256);
  #chunkOffsets = new Float64Array(256);
  #chunkCounts = new Uint32Array(256);
  #samples = 0;
  #syncCount = 0;
  #chunks = 0;
  #firstDts = 0;
  #lastDts = 0;
  #hasCompositionOffsets = false;
  #presentationEnd = 0;

  get sampleCount(): number {
    return this.#samples;
  }

  /** dts of the first sample, in the track's timescale on the file's time line. */
  get firstDts(): number {
    return this.#firstDts;
  }

  /** End of the last sample in decoding time. */
  get endDts(): number {
    return this.#samples === 0 ? 0 : this.#lastDts + this.#durations[this.#samples - 1]!;
  }

  /** Latest end of any sample in composition time: what an edit must cover so that no B-frame is cut off. */
  get presentationEnd(): number {
    return Math.max(this.#presentationEnd, this.endDts);
  }

  /** Bytes offset of every chunk in the file. */
  get chunkOffsets(): Float64Array {
    return this.#chunkOffsets.subarray(0, this.#chunks);
  }

  get sizes(): Uint32Array {
    return this.#sizes.subarray(0, this.#samples);
  }

  /** Sample numbers (from 1) of the sync samples, or null when every sample is one. */
  get syncs(): Uint32Array | null {
    return this.#syncCount === this.#samples ? null : this.#syncs.subarray(0, this.#syncCount);
  }

  /** The samples added from here on lie one after the other from `offset` on. */
  beginChunk(offset: number): void {
    if (this.#chunks === this.#chunkOffsets.length) {
      this.#chunkOffsets = grown(this.#chunkOffsets, Float64Array);
      this.#chunkCounts = grown(this.#chunkCounts, Uint32Array);
    }
    this.#chunkOffsets[this.#chunks] = offset;
    this.#chunkCounts[this.#chunks] = 0;
    this.#chunks += 1;
  }

  /** One sample. Its dts makes the duration of the one before exact; its own duration holds until the next comes. */
  add(dts: number, duration: number, compositionOffset: number, size: number, isSync: boolean): void {
    const n = this.#samples;
    if (n === this.#sizes.length) {
      this.#sizes = grown(this.#sizes, Uint32Array);
      this.#durations = grown(this.#durations, Uint32Array);
      this.#compositionOffsets = grown(this.#compositionOffsets, Uint32Array);
    }
    if (n === 0) this.#firstDts = dts;
    else this.#durations[n - 1] = Math.min(Math.max(0, dts - this.#lastDts), MAX_UINT32);
    this.#sizes[n] = size;
    this.#durations[n] = duration;
    this.#compositionOffsets[n] = compositionOffset;
    if (compositionOffset > 0) this.#hasCompositionOffsets = true;
    if (isSync) {
      if (this.#syncCount === this.#syncs.length) this.#syncs = grown(this.#syncs, Uint32Array);
      this.#syncs[this.#syncCount] = n + 1;
      this.#syncCount += 1;
    }
    this.#chunkCounts[this.#chunks - 1]! += 1;
    this.#presentationEnd = Math.max(this.#presentationEnd, dts + compositionOffset + duration);
    this.#lastDts = dts;
    this.#samples = n + 1;
  }

  /** Decoding time to sample (`stts`). */
  durationRuns(): Run[] {
    return runs(this.#durations, this.#samples);
  }

  /** Composition time to sample (`ctts`), or null when both times are equal throughout. */
  compositionRuns(): Run[] | null {
    return this.#hasCompositionOffsets ? runs(this.#compositionOffsets, this.#samples) : null;
  }

  /** Sample to chunk (`stsc`): pairs of first chunk (from 1) and samples in each chunk from there on. */
  chunkRuns(): [firstChunk: number, samplesPerChunk: number][] {
    const table: [number, number][] = [];
    for (let i = 0; i < this.#chunks; i += 1) {
      const count = this.#chunkCounts[i]!;
      if (table.at(-1)?.[1] !== count) table.push([i + 1, count]);
    }
    return table;
  }
}

function runs(values: Uint32Array, length: number): Run[] {
  const table: Run[] = [];
  for (let i = 0; i < length; i += 1) {
    const value = values[i]!;
    const last = table.at(-1);
    if (last !== undefined && last[1] === value) last[0] += 1;
    else table.push([1, value]);
  }
  return table;
}

function grown<T extends Uint32Array | Float64Array>(old: T, Kind: new (length: number) => T): T {
  const array = new Kind(old.length * 2);
  array.set(old);
  return array;
}
