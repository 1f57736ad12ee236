import type { RecordsOptions, RecordsResult, RecordsSearch } from '../../sip/camera/records.ts';
import type { RecordItem, RecordQuery } from '../../sip/manscdp/record-info.ts';
import type { QueryFault } from '../../sip/server.ts';

/** A search for footage that gets an answer out of devices which answer narrow searches only (REC-2). */

/** Quiet that ends an answer: some devices send two items each few seconds. */
export const SEARCH_IDLE_MS = 10_000;
/** No search is made narrower than this: a device that does not answer it does not search. */
export const NARROWEST_MS = 3_600_000;
/** A device that is silent to a search is asked for a quarter of it. */
const NARROWING = 4;
/** Questions of one search: a month asked for by the hour. */
export const MAX_ASKS = 750;
/** Narrowest searches without an answer, at a device that does answer others: some say nothing when there is nothing. */
export const MAX_SILENT = 4;

interface Window {
  readonly startEpochMs: number;
  readonly endEpochMs: number;
  /** Asked once more, in halves, because parts of its answer were missing. */
  readonly isHalf: boolean;
}

export interface SearchPorts {
  ask(query: RecordQuery, o: RecordsOptions): RecordsSearch;
  /** Something came, or the search is over. */
  onProgress(): void;
  /** How many more files may be held, over all searches. */
  room(): number;
}

export class RecordSearch {
  readonly query: RecordQuery;
  /** Different files so far, in the order in which they came. */
  readonly items: RecordItem[] = [];
  /** Resolves when the search is over; after that late files may still come (REC-3). */
  readonly done: Promise<void>;
  isOver = false;
  /** Every part of the answer came. */
  complete = false;
  /** Why there is no answer, or no whole one. */
  fault: QueryFault | null = null;
  readonly #ports: SearchPorts;
  readonly #keys = new Set<string>();
  readonly #asked: RecordsSearch[] = [];
  #announced: number | null = null;
  /** A device was silent to searches wider than this. */
  #widestMs = Number.POSITIVE_INFINITY;
  #answered = false;
  #silent = 0;
  /** Files that there was no room for. */
  #refused = 0;
  #stopped = false;

  constructor(ports: SearchPorts, query: RecordQuery) {
    this.#ports = ports;
    this.query = query;
    this.done = this.#run();
  }

  /** Files that the device announced in all, as far as it has been asked; null when it did not. */
  get announced(): number | null {
    return this.#announced;
  }

  /** Nobody wants it any longer. Idempotent. */
  stop(): void {
    this.#stopped = true;
    for (const asked of this.#asked) asked.stop();
  }

  async #run(): Promise<void> {
    const windows: Window[] = [{ ...this.query, isHalf: false }];
    let whole = true;
    for (let window = windows.shift(); window !== undefined; window = windows.shift()) {
      if (this.#stopped || this.#asked.length >= MAX_ASKS) {
        whole = false;
        break;
      }
      const lengthMs = window.endEpochMs - window.startEpochMs;
      if (lengthMs > this.#widestMs) {
        windows.unshift(...cut(window, this.#widestMs));
        continue;
      }
      const before = this.items.length;
      const result = await this.#ask(window);
      if ('fault' in result) {
        if (result.fault !== 'timeout' || !this.#goesOn(lengthMs)) {
          this.fault = result;
          whole = false;
          break;
        }
        if (lengthMs > NARROWEST_MS) windows.unshift(window);
        else whole = false;
        continue;
      }
      this.#answered = true;
      if (result.complete) continue;
      if (window.isHalf || lengthMs <= 2 * NARROWEST_MS) {
        // asked for the second time and nothing new came: the device counts what is not there (REC-3)
        if (!window.isHalf || this.items.length > before) whole = false;
      } else
        windows.unshift(...cut(window, Math.ceil(lengthMs / 2000) * 1000).map((half) => ({ ...half, isHalf: true })));
    }
    this.complete = whole && this.#refused === 0;
    this.isOver = true;
    this.#ports.onProgress();
  }

  /** Whether a device that was silent to a search of that length is asked on, for less at a time. */
  #goesOn(lengthMs: number): boolean {
    if (lengthMs > NARROWEST_MS) {
      this.#widestMs = Math.max(NARROWEST_MS, Math.ceil(lengthMs / NARROWING / 1000) * 1000);
      return true;
    }
    this.#silent += 1;
    return this.#answered && this.#silent < MAX_SILENT;
  }

  #ask(window: Window): Promise<RecordsResult | QueryFault> {
    const { startEpochMs, endEpochMs } = window;
    let counted = 0;
    const search = this.#ports.ask(
      { ...this.query, startEpochMs, endEpochMs },
      {
        idleMs: SEARCH_IDLE_MS,
        onItems: (items, announced) => {
          if (announced !== null && !window.isHalf) {
            this.#announced = (this.#announced ?? 0) + announced - counted;
            counted = announced;
          }
          this.#add(items);
          this.#ports.onProgress();
        },
      },
    );
    this.#asked.push(search);
    return search.done;
  }

  /** Windows of one search touch: a file at their edge comes with both. */
  #add(items: readonly RecordItem[]): void {
    let room = this.#ports.room();
    for (const item of items) {
      if (room <= 0) {
        this.#refused += 1;
        continue;
      }
      const key = `${item.startEpochMs} ${item.endEpochMs} ${item.type} ${item.streamNumber ?? ''}`;
      if (this.#keys.has(key)) continue;
      this.#keys.add(key);
      this.items.push(item);
      room -= 1;
    }
  }
}

/** A window in pieces of at most that length. */
function cut(window: Window, stepMs: number): Window[] {
  const pieces: Window[] = [];
  for (let startEpochMs = window.startEpochMs; startEpochMs < window.endEpochMs; startEpochMs += stepMs) {
    pieces.push({ ...window, startEpochMs, endEpochMs: Math.min(window.endEpochMs, startEpochMs + stepMs) });
  }
  return pieces;
}
