import type { Clockwork } from '../../src/simulator/wheel.ts';

/** Time that passes when the test says so. */
export class HandTurned implements Clockwork {
  now = 1000;
  #waiting: { dueMs: number; run: ((nowMs: number) => void) | null }[] = [];
  nowMs(): number {
    return this.now;
  }
  after(delayMs: number, run: (nowMs: number) => void) {
    return this.at(this.now + delayMs, run);
  }
  at(dueMs: number, run: (nowMs: number) => void) {
    const entry: { dueMs: number; run: ((nowMs: number) => void) | null } = { dueMs, run };
    this.#waiting.push(entry);
    return {
      cancel: () => {
        entry.run = null;
      },
    };
  }
  pass(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      this.#waiting = this.#waiting.filter((entry) => entry.run !== null);
      const next = this.#waiting.reduce((a, b) => (b.dueMs < a.dueMs ? b : a), { dueMs: Infinity, run: null });
      if (next.dueMs > until) break;
      this.now = Math.max(this.now, next.dueMs);
      const run = next.run;
      next.run = null;
      run?.(this.now);
    }
    this.now = until;
  }
}
