import { Mp4File } from './mp4-file.ts';
import type { RecordingResult, RecordingTarget } from './state.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * A recording without a file on disk is kept in memory until it is saved: half an hour of a 2 Mbit/s camera. Browsers give a page
 * 2 to 4 GB in all, and a second copy is made when it is saved.
 */
export const MAX_MEMORY_BYTES = 512 * 1024 * 1024;
/** Handed to the disk and not yet written. A disk that is this far behind does not catch up. */
const MAX_UNWRITTEN_BYTES = 64 * 1024 * 1024;

/** One recording on the viewer's own disk. Ends exactly once. */
export class Recorder {
  readonly #file = new Mp4File();
  readonly #target: RecordingTarget | null;
  readonly #onEnd: (result: RecordingResult) => void;
  readonly #inMemory: Bytes[] = [];
  readonly #maxMemoryBytes: number;
  #writing: Promise<void> = Promise.resolve();
  #unwrittenBytes = 0;
  #bytes = 0;
  #hasFailed = false;
  #ending: Promise<RecordingResult> | null = null;

  /** `target` null keeps the file in memory, up to `maxMemoryBytes`. `onEnd` is called once, whoever ended it. */
  constructor(
    target: RecordingTarget | null,
    onEnd: (result: RecordingResult) => void,
    maxMemoryBytes = MAX_MEMORY_BYTES,
  ) {
    this.#target = target;
    this.#onEnd = onEnd;
    this.#maxMemoryBytes = maxMemoryBytes;
  }

  /** What came in, from a key frame on, an init segment first. */
  take(bytes: Bytes, isInit: boolean): void {
    if (this.#ending !== null) return;
    const written = isInit ? this.#file.init(bytes) : this.#file.fragment(bytes);
    if (written === null) {
      void this.end('codec');
      return;
    }
    this.#bytes += written.length;
    if (this.#target !== null) this.#write(this.#target, written);
    else {
      this.#inMemory.push(written);
      if (this.#bytes > this.#maxMemoryBytes) void this.end('limit');
    }
  }

  /** Ends it; the same answer each time. */
  end(why: RecordingResult['why']): Promise<RecordingResult> {
    this.#ending ??= this.#finish(why);
    return this.#ending;
  }

  #write(target: RecordingTarget, bytes: Bytes): void {
    this.#unwrittenBytes += bytes.length;
    if (this.#unwrittenBytes > MAX_UNWRITTEN_BYTES) {
      void this.end('fault');
      return;
    }
    this.#writing = this.#writing
      .then(() => target.write(bytes))
      .then(
        () => {
          this.#unwrittenBytes -= bytes.length;
        },
        () => {
          this.#hasFailed = true;
          void this.end('fault');
        },
      );
  }

  async #finish(why: RecordingResult['why']): Promise<RecordingResult> {
    // A fault is told from within the chain of writes, which must not wait for itself.
    if (why !== 'fault') await this.#writing;
    try {
      await this.#target?.close();
    } catch {
      this.#hasFailed = true;
    }
    const file = this.#inMemory.length === 0 ? null : new Blob(this.#inMemory, { type: 'video/mp4' });
    const result: RecordingResult = {
      why: this.#hasFailed ? 'fault' : why,
      file,
      bytes: this.#bytes,
      seconds: this.#file.seconds,
    };
    this.#onEnd(result);
    return result;
  }
}
