import type { RecordFile } from '../../src/record/file.ts';

/** The plug was pulled. */
export class Killed extends Error {}

/**
 * A file in memory that dies after `budget` written bytes, in the middle of a write if that is where it happens; writes
 * of at most 16 bytes inside a block of 16 are whole or not at all, as on a disk.
 */
export class MemoryFile implements RecordFile {
  #bytes = Buffer.alloc(1 << 16);
  #size = 0;
  #dead = false;
  written = 0;
  writes = 0;
  datasyncs = 0;
  budget: number;
  /** Rejects every write from this size of the file on, as a full disk does. */
  capacity = Number.POSITIVE_INFINITY;
  failure: NodeJS.ErrnoException | null = null;
  closed = 0;

  constructor(budget = Number.POSITIVE_INFINITY) {
    this.budget = budget;
  }

  static of(content: Uint8Array): MemoryFile {
    const file = new MemoryFile();
    file.#put(content, 0);
    return file;
  }

  get content(): Buffer {
    return this.#bytes.subarray(0, this.#size);
  }

  async size(): Promise<number> {
    return this.#size;
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    return Buffer.from(this.#bytes.subarray(Math.min(position, this.#size), Math.min(position + length, this.#size)));
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    this.#live();
    if (this.failure !== null) throw this.failure;
    if (position + bytes.length > Math.max(this.capacity, this.#size)) {
      const room = Math.max(0, this.capacity - position);
      this.#put(bytes.subarray(0, room), position);
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    }
    this.writes += 1;
    const left = this.budget - this.written;
    const isAtomic = bytes.length <= 16 && Math.floor(position / 16) === Math.floor((position + bytes.length - 1) / 16);
    if (left < bytes.length) {
      if (!isAtomic) this.#put(bytes.subarray(0, left), position);
      this.#dead = true;
      throw new Killed();
    }
    this.written += bytes.length;
    this.#put(bytes, position);
  }

  writeParts(parts: readonly Uint8Array[], position: number): Promise<void> {
    return this.write(Buffer.concat(parts), position);
  }

  async datasync(): Promise<void> {
    this.#live();
    this.datasyncs += 1;
  }

  async truncate(length: number): Promise<void> {
    this.#live();
    if (length < this.#size) this.#bytes.fill(0, length, this.#size);
    this.#size = length;
  }

  async close(): Promise<void> {
    this.closed += 1;
  }

  #live(): void {
    if (this.#dead) throw new Killed();
  }

  #put(bytes: Uint8Array, position: number): void {
    const end = position + bytes.length;
    if (end > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(end, this.#bytes.length * 2));
      this.#bytes.copy(larger);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, position);
    this.#size = Math.max(this.#size, end);
  }
}
