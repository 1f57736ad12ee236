/** Big enough for some twenty frames of a camera, small enough that a viewer's last fragment keeps little else alive. */
const SLAB_BYTES = 256 * 1024;

/** More than this gets memory of its own, or the rest of a slab would be wasted. */
const LARGEST_SHARE = SLAB_BYTES / 4;

/**
 * Memory for fragments. Each ArrayBuffer costs V8 bookkeeping and, once freed, a part of the next full mark: many small fragments
 * share one, and it goes when the last of them does.
 */
export class Slab {
  readonly #isShared: boolean;
  #slab: Buffer = Buffer.alloc(0);
  #at = 0;

  /** `isShared` false: every fragment has an ArrayBuffer of its own, which can be transferred to another thread. */
  constructor(isShared: boolean) {
    this.#isShared = isShared;
  }

  /** `size` bytes with whatever was in them before. */
  take(size: number): Buffer {
    if (!this.#isShared || size > LARGEST_SHARE) return Buffer.allocUnsafeSlow(size);
    if (this.#at + size > this.#slab.length) {
      this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      this.#at = 0;
    }
    const start = this.#at;
    this.#at += size;
    return this.#slab.subarray(start, this.#at);
  }
}
