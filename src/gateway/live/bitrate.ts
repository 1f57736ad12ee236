/** Bitrate is measured over at least this long, so that it covers a few frames. */
const WINDOW_MS = 2000;

/** Bits per second out of a count of bytes that is looked at now and then. */
export class Bitrate {
  #bytes = 0;
  #atMs = 0;
  /** The newest figure. */
  bps = 0;

  /** Begins anew at this count. */
  restart(bytes: number, nowMs: number): void {
    this.#bytes = bytes;
    this.#atMs = nowMs;
    this.bps = 0;
  }

  /** Looks at the count: a new figure when the window is full. */
  look(bytes: number, nowMs: number): void {
    const elapsedMs = nowMs - this.#atMs;
    if (elapsedMs < WINDOW_MS) return;
    this.bps = Math.round(((bytes - this.#bytes) * 8000) / elapsedMs);
    this.#bytes = bytes;
    this.#atMs = nowMs;
  }
}
