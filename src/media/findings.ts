/** Tolerated deviations on the packet path: each code is said once a second at most, however often it happens. */
import type { Finding } from './frame.ts';

const QUIET_MS = 1000;

export class Findings {
  readonly #say: (finding: Finding) => void;
  readonly #saidMs = new Map<string, number>();

  constructor(say: (finding: Finding) => void) {
    this.#say = say;
  }

  add(code: string, detail: string, nowMs: number): void {
    const said = this.#saidMs.get(code);
    if (said !== undefined && nowMs - said < QUIET_MS) return;
    this.#saidMs.set(code, nowMs);
    this.#say({ code, detail });
  }
}
