/** EDGE: a file that is only appended to. `write` never waits; the disk follows behind, bounded. */
import { type FileHandle, open } from 'node:fs/promises';

/** Pieces are gathered up to this before they go to the disk: a packet has 1.4 KB, a system call costs as much as a hundred of them. */
export const GATHER_BYTES = 256 * 1024;

/** What may wait for the disk: 8 s of a 16 Mbit/s camera. Beyond it pieces are left out, and counted. */
export const MAX_WAITING_BYTES = 16 * 1024 * 1024;

export class AppendedFile {
  readonly #onFault: (error: NodeJS.ErrnoException) => void;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #waitingBytes = 0;
  #chain: Promise<void> = Promise.resolve();
  #handle: FileHandle | null = null;
  #failed = false;
  #closed = false;
  /** Bytes taken. */
  bytes = 0;
  /** Pieces left out because the disk was too slow. */
  dropped = 0;

  /** `wx`: a file that is there already is a fault. `onFault`: the disk refused, nothing more is written; called at most once. */
  constructor(path: string, flags: 'w' | 'wx', onFault: (error: NodeJS.ErrnoException) => void) {
    this.#onFault = onFault;
    this.#then(async () => {
      this.#handle = await open(path, flags);
    });
  }

  /** Takes a piece, which is the file's from now on. False: it was left out. */
  write(piece: Uint8Array): boolean {
    if (this.#failed || this.#closed) return false;
    if (this.#waitingBytes + piece.length > MAX_WAITING_BYTES) {
      this.dropped += 1;
      return false;
    }
    this.#gathered.push(piece);
    this.#gatheredBytes += piece.length;
    this.#waitingBytes += piece.length;
    this.bytes += piece.length;
    if (this.#gatheredBytes >= GATHER_BYTES) this.#flush();
    return true;
  }

  /** Writes what waits and closes. Idempotent. Never rejects. */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#flush();
      this.#closed = true;
      this.#chain = this.#chain.then(() => this.#handle?.close()).catch(() => {});
    }
    await this.#chain;
  }

  /** Resolves when nothing waits: for a source that can be held back. */
  async drained(): Promise<void> {
    this.#flush();
    await this.#chain;
  }

  #flush(): void {
    if (this.#gathered.length === 0) return;
    const pieces = this.#gathered;
    const bytes = this.#gatheredBytes;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#then(async () => {
      await this.#handle?.appendFile(Buffer.concat(pieces));
      this.#waitingBytes -= bytes;
    });
  }

  #then(job: () => Promise<void>): void {
    this.#chain = this.#chain.then(async () => {
      if (this.#failed) return;
      try {
        await job();
      } catch (error) {
        this.#failed = true;
        this.#onFault(error as NodeJS.ErrnoException);
      }
    });
  }
}
