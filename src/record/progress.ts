/** How far a download is, from content time alone: sizes that devices tell are wrong (PB-6), and footage has gaps (PB-7). */
import type { Download } from './download-row.ts';
import { lengthOf, within } from './spans.ts';

/** Speed is that of the last seconds. */
const WINDOW_MS = 10_000;

/** Share of the footage that has come or was given up, 0 to 1. */
export function progressOf({ startEpochMs, endEpochMs, spans, covered, givenUpEpochMs }: Download): number {
  const wanted = spans === null ? [{ startEpochMs, endEpochMs }] : within(spans, { startEpochMs, endEpochMs });
  const total = lengthOf(wanted);
  if (total === 0) return 0;
  const position = Math.max(covered.at(-1)?.endEpochMs ?? startEpochMs, givenUpEpochMs ?? startEpochMs);
  const done = lengthOf(within(wanted, { startEpochMs, endEpochMs: Math.max(startEpochMs, position) }));
  return Math.min(1, done / total);
}

/** Content that comes, against the clock. */
export class Pace {
  readonly #samples: { readonly nowMs: number; readonly receivedMs: number }[] = [];

  add(nowMs: number, receivedMs: number): void {
    this.#samples.push({ nowMs, receivedMs });
    while (this.#samples.length > 2 && nowMs - this.#samples[1]!.nowMs >= WINDOW_MS) this.#samples.shift();
  }

  /** Content milliseconds per millisecond; null: it cannot be told yet. */
  get speed(): number | null {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.nowMs <= first.nowMs) return null;
    return Math.max(0, last.receivedMs - first.receivedMs) / (last.nowMs - first.nowMs);
  }
}
