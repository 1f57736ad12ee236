import { matchesFilters, type RecordItem, type RecordPart, type RecordQuery } from '../manscdp/record-info.ts';

/**
 * One answer to a search for footage being collected: hundreds of messages, in any order, with duplicates and a `SumNum` that may be
 * wrong (GB/T 28181 annex M; REC-2, REC-3). Items are counted by ourselves; quiet ends what the count does not.
 */

/** A month of files of one minute; about 600 bytes each while they are collected. */
export const MAX_RECORDS = 50_000;
/** No answer at all within this: the search is too wide for the device, or the device does not search. */
export const FIRST_PART_MS = 15_000;
/**
 * An answer of one message that holds all it announces may be the first of many that each announce themselves only (REC-3): this
 * much quiet shows that it is not.
 */
export const LONE_PART_QUIET_MS = 1_000;
/** With repeated items counted, all that was announced has come: this much quiet shows that nothing is missing (REC-3). */
export const REPEATED_QUIET_MS = 3_000;

export class RecordCollection {
  readonly #query: RecordQuery;
  readonly #trustCount: boolean;
  readonly #startedMs: number;
  readonly #texts = new Set<string>();
  readonly #keys = new Set<string>();
  #expected: number | null = null;
  #raw = 0;
  #parts = 0;
  #refused = 0;
  #lastPartMs: number | null = null;

  /** `trustCount` false: this device's `SumNum` was wrong before, only quiet ends its answer. */
  constructor(query: RecordQuery, trustCount: boolean, nowMs: number) {
    this.#query = query;
    this.#trustCount = trustCount;
    this.#startedMs = nowMs;
  }

  /** Takes a part; answers the items not seen before that the filters let pass. */
  add(part: RecordPart, nowMs: number): RecordItem[] {
    this.#lastPartMs = nowMs;
    this.#parts += 1;
    if (part.sumNum !== null) this.#expected = Math.max(this.#expected ?? 0, part.sumNum);
    const fresh: RecordItem[] = [];
    for (const { text, item } of part.records) {
      this.#raw += 1;
      if (this.#texts.has(text)) continue;
      if (this.#texts.size >= MAX_RECORDS) {
        this.#refused += 1;
        continue;
      }
      this.#texts.add(text);
      if (item === null || !matchesFilters(item, this.#query)) continue;
      const key = `${item.startEpochMs} ${item.endEpochMs} ${item.type} ${item.streamNumber ?? ''}`;
      if (this.#keys.has(key)) continue;
      this.#keys.add(key);
      fresh.push(item);
    }
    return fresh;
  }

  /** True when a part has come. */
  get begun(): boolean {
    return this.#lastPartMs !== null;
  }

  /** What the device announced; null when it did not. */
  get expected(): number | null {
    return this.#expected;
  }

  /** Different items, those included that are of no use. */
  get received(): number {
    return this.#texts.size;
  }

  /** More different items than `SumNum`: the count of this device is not to be believed (REC-3). */
  get sumNumWrong(): boolean {
    return this.#expected !== null && this.#texts.size > this.#expected;
  }

  /** Items that came more than once. */
  get repeated(): number {
    return this.#raw - this.#texts.size - this.#refused;
  }

  /** All announced items are here; repeated ones are among those that the device counted (REC-3). */
  get complete(): boolean {
    return this.#expected !== null && this.#raw >= this.#expected && this.#refused === 0;
  }

  /** Whether the answer is over; `idleMs` is the quiet that ends it when the count does not. */
  over(idleMs: number, nowMs: number): boolean {
    if (this.#lastPartMs === null) return nowMs - this.#startedMs >= FIRST_PART_MS;
    const quietMs = nowMs - this.#lastPartMs;
    if (quietMs >= idleMs) return true;
    // nothing found is an answer at once (REC-1)
    if (this.#expected === 0 && this.#raw === 0) return true;
    if (!this.#trustCount || this.sumNumWrong || !this.complete) return false;
    if (this.#texts.size < (this.#expected ?? 0)) return quietMs >= REPEATED_QUIET_MS;
    return this.#parts > 1 || quietMs >= LONE_PART_QUIET_MS;
  }
}
