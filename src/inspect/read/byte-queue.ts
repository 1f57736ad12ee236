/** Bytes of a file as they are read, piece by piece; what is asked for comes in one view, whatever the pieces were. */
export class ByteQueue {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** Bytes taken so far: where in the file the next one stands. */
  offset = 0;

  /** Bytes that wait. */
  get length(): number {
    return this.#bytes.length - this.#at;
  }

  /** Adds a piece, which must not change until the next one has been added. */
  push(piece: Uint8Array): void {
    const rest = this.#bytes.subarray(this.#at);
    this.#bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    this.#at = 0;
  }

  /** The next `count` bytes without taking them, as a view; null when they are not there yet. */
  peek(count: number): Buffer | null {
    if (this.length < count) return null;
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + this.#at, count);
  }

  /** The same, and they are taken. */
  take(count: number): Buffer | null {
    const bytes = this.peek(count);
    if (bytes !== null) this.skip(count);
    return bytes;
  }

  /** Takes up to `count` bytes unseen; returns how many there were. */
  skip(count: number): number {
    const skipped = Math.min(count, this.length);
    this.#at += skipped;
    this.offset += skipped;
    return skipped;
  }
}
