import type { Clock } from '../../src/gateway/clock.ts';

/** A clock that moves only when the test says so; timers fire in order of their time. */
export class FakeClock implements Clock {
  #nowMs = 1000;
  readonly #epochBaseMs: number;
  #timers: { atMs: number; order: number; action: () => void }[] = [];
  #order = 0;

  constructor(epochMs = Date.UTC(2026, 0, 5, 6, 3, 21)) {
    this.#epochBaseMs = epochMs - this.#nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  epochMs(): number {
    return this.#epochBaseMs + this.#nowMs;
  }

  after(ms: number, action: () => void): () => void {
    const timer = { atMs: this.#nowMs + ms, order: this.#order++, action };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  get pending(): number {
    return this.#timers.length;
  }

  /** Moves on by `ms`; between two timers promises get their turn. */
  async advance(ms: number): Promise<void> {
    const until = this.#nowMs + ms;
    for (;;) {
      await settle();
      this.#timers.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
      const next = this.#timers[0];
      if (next === undefined || next.atMs > until) break;
      this.#timers.shift();
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.action();
    }
    this.#nowMs = until;
    await settle();
  }
}

/** Lets everything that is already resolved run. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}
