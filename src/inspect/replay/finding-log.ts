import type { Finding } from '../../media/frame.ts';
import type { FindingReport } from '../report.ts';

/** Different codes of one stream; the list of known deviations has 217. */
const MAX_CODES = 256;

/** Deviations counted by code, the newest detail kept, as the live path does. */
export class FindingLog {
  readonly #byCode = new Map<
    string,
    { count: number; firstMs: number | null; lastMs: number | null; detail: string }
  >();

  /** `epochMs` null: the file has no times. */
  add({ code, detail }: Finding, epochMs: number | null): void {
    const known = this.#byCode.get(code);
    if (known !== undefined) {
      known.count += 1;
      known.lastMs = epochMs;
      known.detail = detail;
    } else if (this.#byCode.size < MAX_CODES) {
      this.#byCode.set(code, { count: 1, firstMs: epochMs, lastMs: epochMs, detail });
    }
  }

  report(): FindingReport[] {
    return [...this.#byCode].map(([code, { count, firstMs, lastMs, detail }]) => ({
      code,
      count,
      firstAt: isoTime(firstMs),
      lastAt: isoTime(lastMs),
      detail,
    }));
  }
}

/** Milliseconds since 1970 as ISO 8601 in UTC; null for none, and for a time no calendar has (a damaged file). */
export function isoTime(epochMs: number | null): string | null {
  return epochMs === null || Math.abs(epochMs) > 8.64e15 ? null : new Date(epochMs).toISOString();
}
