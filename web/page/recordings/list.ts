import type { Recording } from '../api.ts';
import { readRecording } from '../api.ts';
import { failed, onEvent } from '../model.ts';
import { Store } from '../store.ts';
import { recordingPage } from './api.ts';
import { belongs, type Filter, placed } from './filter.ts';

/** What the view shows: `null` items while the first page is read. */
export interface Shown {
  readonly items: readonly Recording[] | null;
  /** More can be read. */
  readonly hasMore: boolean;
}

/** Numbers of recordings that run are asked for this often; everything else comes by events. */
const GROWING_MS = 2_000;

/**
 * The recordings that a filter leaves, read page by page as somebody scrolls, and kept true in place: an event reads one recording
 * again, and those that run are asked for by themselves.
 */
export class RecordingFeed {
  readonly shown = new Store<Shown>({ items: null, hasMore: false });
  readonly #filter: Filter;
  readonly #life = new AbortController();
  #cursor: string | null = null;
  #isReading = false;
  #timer = 0;
  #unfollow = () => {};

  constructor(filter: Filter) {
    this.#filter = filter;
  }

  /** Reads the first page and follows the gateway until `close`. */
  open(): void {
    void this.more();
    this.#unfollow = onEvent((event) => {
      const { recordingId, recordingIds } = event.data;
      if (event.type === 'recording.deleted' && Array.isArray(recordingIds)) this.#removed(new Set(recordingIds));
      else if (event.type.startsWith('recording.') && typeof recordingId === 'string') void this.#refresh(recordingId);
    });
    this.#timer = window.setInterval(() => void this.#grow(), GROWING_MS);
  }

  close(): void {
    this.#life.abort();
    this.#unfollow();
    window.clearInterval(this.#timer);
  }

  /** Reads the next page, unless one is being read or there is none. */
  async more(): Promise<void> {
    const { items, hasMore } = this.shown.value;
    if (this.#isReading || (items !== null && !hasMore)) return;
    this.#isReading = true;
    try {
      const page = await recordingPage(this.#filter, this.#cursor, this.#life.signal);
      this.#cursor = page.next;
      const known = this.shown.value.items ?? [];
      const ids = new Set(known.map((one) => one.id));
      const fresh = page.items.filter((one) => !ids.has(one.id));
      this.shown.set({ items: [...known, ...fresh], hasMore: page.next !== null });
    } catch (error) {
      this.#fault(error);
    }
    this.#isReading = false;
  }

  /** An answer of the gateway about one recording. */
  put(recording: Recording): void {
    const { items, hasMore } = this.shown.value;
    if (items === null || this.#life.signal.aborted) return;
    const isKnown = items.some((one) => one.id === recording.id);
    if (!belongs(recording, this.#filter)) this.remove(recording.id);
    // A new one of another day: the list of a day stays that of the day.
    // Nor one that comes with a page which was not read yet.
    else if (isKnown || (this.#filter.day === '' && !(hasMore && isOlder(recording, items.at(-1)))))
      this.shown.set({ items: placed(items, recording), hasMore });
  }

  /** It is gone. */
  remove(id: string): void {
    this.#removed(new Set([id]));
  }

  #removed(ids: ReadonlySet<unknown>): void {
    const { items, hasMore } = this.shown.value;
    if (items?.some(({ id }) => ids.has(id)))
      this.shown.set({ items: items.filter(({ id }) => !ids.has(id)), hasMore });
  }

  async #refresh(id: string): Promise<void> {
    try {
      const fresh = await readRecording(id);
      if (fresh === null) this.remove(id);
      else this.put(fresh);
    } catch (error) {
      this.#fault(error);
    }
  }

  /** Size and length of what is written now, without reading anything else again. */
  async #grow(): Promise<void> {
    const running = this.shown.value.items?.some((one) => one.state === 'recording') === true;
    if (!running || document.visibilityState !== 'visible') return;
    try {
      const filter: Filter = { ...this.#filter, state: 'recording', day: '' };
      const { items: growing } = await recordingPage(filter, null, this.#life.signal);
      const { items, hasMore } = this.shown.value;
      if (items === null) return;
      const numbers = new Map(growing.map((one) => [one.id, one]));
      this.shown.set({ items: items.map((one) => numbers.get(one.id) ?? one), hasMore });
    } catch (error) {
      this.#fault(error);
    }
  }

  #fault(error: unknown): void {
    if (!this.#life.signal.aborted) failed(error);
  }
}

function isOlder(recording: Recording, last: Recording | undefined): boolean {
  return last !== undefined && Date.parse(recording.start) < Date.parse(last.start);
}
