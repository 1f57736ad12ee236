import type { CatalogItem, CatalogPart } from '../manscdp/catalog.ts';

/**
 * One catalogue answer being collected: many messages, in any order, with duplicates and a `SumNum` that may be wrong
 * (GB/T 28181 annex M; CAT-1, CAT-2). Items are counted by ourselves; quiet ends what the count does not.
 */

/** Quiet after a part: the answer is over. */
export const CATALOG_IDLE_MS = 5_000;
/** A big platform asks its own devices first. */
export const CATALOG_FIRST_PART_MS = 120_000;
/** Parts that come this long after the end still belong to the answer (a `SumNum` that was too low). */
export const CATALOG_LINGER_MS = 120_000;
/** Items of one answer: annex M allows 10,000 records. */
export const MAX_CATALOG_ITEMS = 10_000;

export interface CatalogProgress {
  /** Different items so far. */
  received: number;
  /** What the device announced; null when it did not. */
  expected: number | null;
}

export class CatalogCollection {
  readonly sn: number;
  readonly startedMs: number;
  readonly items = new Map<string, CatalogItem>();
  /** Null while it runs; the moment it was called finished. */
  finishedMs: number | null = null;
  /** More different items than `SumNum`: the count of this device is not to be believed. */
  sumNumWrong = false;
  /** Items beyond the limit. */
  refused = 0;
  #expected: number | null = null;
  #lastPartMs: number | null = null;
  readonly #trustCount: boolean;

  /** `trustCount` false: this device's `SumNum` was wrong before, only quiet ends its answer. */
  constructor(sn: number, trustCount: boolean, nowMs: number) {
    this.sn = sn;
    this.#trustCount = trustCount;
    this.startedMs = nowMs;
  }

  /** Takes a part; answers the items not seen before in this collection. */
  add(part: CatalogPart, nowMs: number): CatalogItem[] {
    this.#lastPartMs = nowMs;
    if (part.sumNum !== null && part.sumNum >= 0) this.#expected = Math.max(this.#expected ?? 0, part.sumNum);
    const fresh: CatalogItem[] = [];
    for (const item of part.items) {
      if (this.items.has(item.id)) continue;
      if (this.items.size >= MAX_CATALOG_ITEMS) {
        this.refused += 1;
        continue;
      }
      this.items.set(item.id, item);
      fresh.push(item);
    }
    if (this.#expected !== null && this.items.size > this.#expected) this.sumNumWrong = true;
    return fresh;
  }

  /** True when a part has come: the device does answer catalogue queries. */
  get begun(): boolean {
    return this.#lastPartMs !== null;
  }

  get progress(): CatalogProgress {
    return { received: this.items.size, expected: this.#expected };
  }

  /** All announced items are here, each once. */
  get complete(): boolean {
    return this.#expected !== null && this.items.size >= this.#expected && this.refused === 0;
  }

  /** Whether the answer is over: every announced item is here, or it fell quiet (duplicates may never let the count be reached), or it never began. */
  over(nowMs: number): boolean {
    if (this.#lastPartMs === null) return nowMs - this.startedMs >= CATALOG_FIRST_PART_MS;
    if (this.#trustCount && !this.sumNumWrong && this.complete) return true;
    return nowMs - this.#lastPartMs >= CATALOG_IDLE_MS;
  }
}
