/** A player asks for its file piece by piece: between two pieces it is still being watched. */
export const USE_LINGER_MS = 60_000;

/** Which recordings somebody reads now, so that they are not deleted under the reader. */
export class RetentionUses {
  readonly #nowMs: () => number;
  readonly #uses = new Map<string, { readers: number; untilMs: number }>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Somebody begins to read; the answer ends it (idempotent). */
  hold(recordingId: string): () => void {
    const use = this.#uses.get(recordingId) ?? { readers: 0, untilMs: 0 };
    this.#uses.set(recordingId, use);
    use.readers += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      use.readers -= 1;
      use.untilMs = this.#nowMs() + USE_LINGER_MS;
    };
  }

  isInUse(recordingId: string): boolean {
    const use = this.#uses.get(recordingId);
    return use !== undefined && (use.readers > 0 || this.#nowMs() < use.untilMs);
  }

  /** Forgets what is read no longer. */
  sweep(): void {
    for (const id of this.#uses.keys()) if (!this.isInUse(id)) this.#uses.delete(id);
  }
}
