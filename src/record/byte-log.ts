/** Numbers packed one behind the other: 7 bits a byte, the small ones first. */

/** The first block of memory; each further one is twice as large, up to the last figure, which is all that is ever unused. */
const FIRST_BLOCK_BYTES = 1024;
const MAX_BLOCK_BYTES = 64 * 1024;

/** Written once from front to end; whole numbers up to 2^53. */
export class ByteLog {
  readonly #blocks: Uint8Array[] = [];
  #block = new Uint8Array(0);
  #at = 0;
  #memoryBytes = 0;

  /** Bytes of memory taken, unused ones too. */
  get memoryBytes(): number {
    return this.#memoryBytes;
  }

  /** A number that is not negative. */
  unsigned(value: number): void {
    while (value >= 0x80) {
      const low = value % 0x80;
      this.#byte(low + 0x80);
      value = (value - low) / 0x80;
    }
    this.#byte(value);
  }

  signed(value: number): void {
    this.unsigned(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** Reads from the front what is there now. */
  reader(): ByteReader {
    return new ByteReader(this.#blocks);
  }

  #byte(value: number): void {
    if (this.#at === this.#block.length) {
      this.#block = new Uint8Array(Math.min(MAX_BLOCK_BYTES, Math.max(FIRST_BLOCK_BYTES, this.#block.length * 2)));
      this.#blocks.push(this.#block);
      this.#memoryBytes += this.#block.length;
      this.#at = 0;
    }
    this.#block[this.#at] = value;
    this.#at += 1;
  }
}

/** Reads numbers in the order in which they were written, as many and of the same kinds. */
export class ByteReader {
  readonly #blocks: readonly Uint8Array[];
  #block: Uint8Array;
  #next = 1;
  #at = 0;

  constructor(blocks: readonly Uint8Array[]) {
    this.#blocks = blocks;
    this.#block = blocks[0] ?? new Uint8Array(1);
  }

  unsigned(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      if (this.#at === this.#block.length) {
        this.#block = this.#blocks[this.#next] ?? new Uint8Array(1);
        this.#next += 1;
        this.#at = 0;
      }
      const byte = this.#block[this.#at]!;
      this.#at += 1;
      if (byte < 0x80) return value + byte * scale;
      value += (byte - 0x80) * scale;
    }
  }

  signed(): number {
    const value = this.unsigned();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }
}
