import type { Recording } from '../api.ts';
import { readRecording } from '../api.ts';
import { onEvent } from '../model.ts';
import { type Listed, NOTHING, Pages } from '../parts/pages.ts';
import { Store } from '../store.ts';
import { recordingPage } from './api.ts';
import { belongs, type Filter, placed } from './filter.ts';

/** Numbers of recordings that run are asked for this often; everything else comes by events. */
const GROWING_MS = 2_000;

/**
 * The recordings that a filter leaves, read page by page as somebody scrolls, and kept true in place: an event reads one recording
 * again, and those that run are asked for by themselves.
 */
export class RecordingFeed {
  readonly shown = new Store<Listed<Recording>>(NOTHING);
  readonly #filter: Filter;
  readonly #pages: Pages<Recording>;
  #timer = 0;
  #unfollow = () => {};

  constructor(filter: Filter) {
    this.#filter = filter;
    this.#pages = new Pages((cursor, signal) => recordingPage(filter, cursor, signal));
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
    this.#pages.close();
    this.#unfollow();
    window.clearInterval(this.#timer);
  }

  /** Reads the next page. */
  more(): Promise<void> {
    return this.#pages.more(
      () => this.shown.value,
      (items, hasMore) => this.shown.set({ items, hasMore }),
    );
  }

  /** An answer of the gateway about one recording. */
  put(recording: Recording): void {
    const { items, hasMore } = this.shown.value;
    if (items === null || this.#pages.signal.aborted) return;
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
      this.#pages.fault(error);
    }
  }

  /** Size and length of what is written now, without reading anything else again. */
  async #grow(): Promise<void> {
    const running = this.shown.value.items?.some((one) => one.state === 'recording') === true;
    if (!running || document.visibilityState !== 'visible') return;
    try {
      const filter: Filter = { ...this.#filter, state: 'recording', day: '' };
      const { items: growing } = await recordingPage(filter, null, this.#pages.signal);
      const { items, hasMore } = this.shown.value;
      if (items === null) return;
      const numbers = new Map(growing.map((one) => [one.id, one]));
      this.shown.set({ items: items.map((one) => numbers.get(one.id) ?? one), hasMore });
    } catch (error) {
      this.#pages.fault(error);
    }
  }
}

function isOlder(recording: Recording, last: Recording | undefined): boolean {
  return last !== undefined && Date.parse(recording.start) < Date.parse(last.start);
}
