import type { Finding } from '../../media/frame.ts';
import type { FindingView } from '../views.ts';

/** More different codes than this on one stream is noise; the list of known deviations has 217 in all. */
const MAX_CODES = 64;

/** Tolerated deviations of one stream: counted by code, the newest detail kept. */
export class Findings {
  readonly #byCode = new Map<string, { count: number; firstEpochMs: number; lastEpochMs: number; detail: string }>();

  /** True when the code is seen for the first time: the moment to write one log line. */
  add(finding: Finding, epochMs: number): boolean {
    const known = this.#byCode.get(finding.code);
    if (known !== undefined) {
      known.count++;
      known.lastEpochMs = epochMs;
      known.detail = finding.detail;
      return false;
    }
    if (this.#byCode.size >= MAX_CODES) return false;
    this.#byCode.set(finding.code, { count: 1, firstEpochMs: epochMs, lastEpochMs: epochMs, detail: finding.detail });
    return true;
  }

  view(iso: (epochMs: number) => string): FindingView[] {
    return [...this.#byCode].map(([code, f]) => ({
      code,
      count: f.count,
      firstAt: iso(f.firstEpochMs),
      lastAt: iso(f.lastEpochMs),
      detail: f.detail,
    }));
  }
}
