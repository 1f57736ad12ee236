/**
 * Bytes that may wait for the disk: the group of pictures that a recorder gets at its start (at most 32 MiB), and 8 s of
 * a 16 Mbit/s camera, a minute of a usual one. A disk that hangs longer ends the recording, because memory would not.
 */
export const MAX_QUEUED_BYTES = 48 * 1024 * 1024;

/** Why a recording ended before it was told to. */
export interface RecordFault {
  readonly code: 'disk_full' | 'io';
  readonly detail: string;
}

/** Jobs of one file: one at a time, in order, bounded. The first that fails is the last that runs. */
export class WriteQueue {
  readonly #jobs: { readonly run: () => Promise<void>; readonly bytes: number }[] = [];
  readonly #onFault: (fault: RecordFault) => void;
  #queuedBytes = 0;
  #running: Promise<void> | null = null;
  #fault: RecordFault | null = null;

  constructor(onFault: (fault: RecordFault) => void) {
    this.#onFault = onFault;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Runs the job after those before it. Refused, and a fault, when too much waits already. */
  push(bytes: number, run: () => Promise<void>): void {
    if (this.#fault !== null) return;
    if (this.#queuedBytes > 0 && this.#queuedBytes + bytes > MAX_QUEUED_BYTES) {
      this.#fail({ code: 'io', detail: `the disk is too slow: ${this.#queuedBytes} bytes wait to be written` });
      return;
    }
    this.#jobs.push({ run, bytes });
    this.#queuedBytes += bytes;
    this.#running ??= this.#drain();
  }

  /** Resolves when nothing waits and nothing runs. */
  async idle(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  async #drain(): Promise<void> {
    for (let job = this.#jobs.shift(); job !== undefined; job = this.#jobs.shift()) {
      try {
        await job.run();
      } catch (error) {
        this.#fail(faultOf(error));
      }
      this.#queuedBytes = Math.max(0, this.#queuedBytes - job.bytes);
    }
    this.#running = null;
  }

  #fail(fault: RecordFault): void {
    if (this.#fault !== null) return;
    this.#fault = fault;
    this.#jobs.length = 0;
    this.#queuedBytes = 0;
    this.#onFault(fault);
  }
}

/** The system's error in our words. */
export function faultOf(error: unknown): RecordFault {
  const { code, message } = error as NodeJS.ErrnoException;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  return { code: isFull ? 'disk_full' : 'io', detail: message };
}
