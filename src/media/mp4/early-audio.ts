/** Audio that comes before its track is declared: the newest second of it, so that the track begins with the picture. */

interface Chunk {
  readonly bytes: Uint8Array;
  readonly pts: number;
  readonly arrivedMs: number;
}

/** A second of 20 ms chunks, and a little. Older chunks lie before any frame that may still start the stream. */
export const MAX_EARLY_CHUNKS = 64;

export class EarlyAudio {
  /** When the first chunk of all came. */
  sinceMs = 0;
  #chunks: Chunk[] = [];
  #any = false;

  /** Hands out everything in order and forgets it. */
  replay(take: (bytes: Uint8Array, pts: number, arrivedMs: number) => void): void {
    const chunks = this.#chunks;
    this.#chunks = [];
    for (const chunk of chunks) take(chunk.bytes, chunk.pts, chunk.arrivedMs);
  }

  clear(): void {
    this.#chunks = [];
  }

  /** One chunk; its bytes are copied. */
  keep(bytes: Uint8Array, start: number, end: number, pts: number, arrivedMs: number): void {
    if (!this.#any) this.sinceMs = arrivedMs;
    this.#any = true;
    if (this.#chunks.length === MAX_EARLY_CHUNKS) this.#chunks.shift();
    this.#chunks.push({ bytes: Uint8Array.prototype.slice.call(bytes, start, end), pts, arrivedMs });
  }
}
