/** What the reordering met, named by its code: compared now and then, so that it costs nothing per packet. */
import type { ReorderCounts } from './reorder.ts';

/** Least time between two looks. */
const LOOK_MS = 1000;

export class OrderFindings {
  readonly #finding: (code: string, detail: string) => void;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #lost = 0;
  #disorder = 0;
  #restarts = 0;

  constructor(finding: (code: string, detail: string) => void) {
    this.#finding = finding;
  }

  /** `packets`: taken so far. `now`: look whatever the time (the feed ends). */
  look(nowMs: number, counts: ReorderCounts, packets: number, now = false): void {
    if (!now && nowMs - this.#lookedMs < LOOK_MS) return;
    this.#lookedMs = nowMs;
    const { lost, reordered, duplicate, late, restarts } = counts;
    if (lost > this.#lost) {
      const percent = ((100 * lost) / Math.max(1, lost + packets)).toFixed(2);
      this.#finding('RTP-1', `${lost} of ${lost + packets} packets never came (${percent} %)`);
      this.#lost = lost;
    }
    if (reordered + duplicate + late > this.#disorder) {
      this.#disorder = reordered + duplicate + late;
      this.#finding('RTP-3', `${reordered} packets out of order, ${duplicate} twice, ${late} too late`);
    }
    if (restarts > this.#restarts) {
      this.#restarts = restarts;
      this.#finding('RTP-4', `the sender's counter began anew (${restarts})`);
    }
  }
}
