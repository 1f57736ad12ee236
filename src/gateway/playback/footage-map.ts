import type { FindFootage, FootageSpan } from '../../record/source.ts';

/**
 * So far ahead of a place is asked where footage is: the longest gap that a playback's clock gets over. All of a month would be hundreds
 * of messages of a recorder.
 */
export const LOOK_AHEAD_MS = 86_400_000;

/** Where a channel has footage, as far as a playback has asked: so that its clock knows of gaps (PB-15). */
export class FootageMap {
  readonly #find: (startEpochMs: number, endEpochMs: number) => ReturnType<FindFootage>;
  readonly #endEpochMs: number;
  #known: FootageSpan | null = null;
  #asking: FootageSpan | null = null;
  #spans: readonly FootageSpan[] = [];

  /** `endEpochMs`: of the playback's range. */
  constructor(find: (startEpochMs: number, endEpochMs: number) => ReturnType<FindFootage>, endEpochMs: number) {
    this.#find = find;
    this.#endEpochMs = endEpochMs;
  }

  /** Asks where footage is from there on, unless that is known or being asked; the newest question counts. Resolves with whether there is something new to know. */
  async look(epochMs: number): Promise<boolean> {
    if (isIn(this.#known, epochMs) || isIn(this.#asking, epochMs) || epochMs >= this.#endEpochMs) return false;
    const range = { startEpochMs: epochMs, endEpochMs: Math.min(this.#endEpochMs, epochMs + LOOK_AHEAD_MS) };
    this.#asking = range;
    const found = await this.#find(range.startEpochMs, range.endEpochMs);
    if (this.#asking !== range) return false;
    this.#asking = null;
    // a part of a list shows gaps where there are none
    if ('fault' in found || !found.complete) return false;
    this.#known = range;
    this.#spans = found.spans;
    return true;
  }

  /** The first moment at or behind `epochMs` of which there is footage, `epochMs` itself when there is none; null: nothing is known of it. */
  from(epochMs: number): number | null {
    if (!isIn(this.#known, epochMs)) return null;
    const span = this.#spans.find(({ endEpochMs }) => endEpochMs > epochMs);
    return span === undefined ? epochMs : Math.max(epochMs, span.startEpochMs);
  }

  /** The first gap that begins at `epochMs` or later, with footage on both sides; null: none is known. */
  gapFrom(epochMs: number): FootageSpan | null {
    const at = this.#spans.findIndex(({ endEpochMs }) => endEpochMs >= epochMs);
    const before = this.#spans[at];
    const behind = this.#spans[at + 1];
    if (before === undefined || behind === undefined) return null;
    return { startEpochMs: before.endEpochMs, endEpochMs: behind.startEpochMs };
  }
}

function isIn(span: FootageSpan | null, epochMs: number): boolean {
  return span !== null && epochMs >= span.startEpochMs && epochMs < span.endEpochMs;
}
