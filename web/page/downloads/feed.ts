import { failed, onEvent } from '../model.ts';
import { Store } from '../store.ts';
import { type Download, downloadPage } from './api.ts';
import { belongs, type Filter, isNewer, placed, queryOf } from './filter.ts';

/** What the view shows: `null` items while the first page is read. */
export interface Shown {
  readonly items: readonly Download[] | null;
  /** More can be read. */
  readonly hasMore: boolean;
}

export const NOTHING: Shown = { items: null, hasMore: false };

/** Events come once a second of each that runs: drawn once for all of them. */
const DRAW_MS = 100;

/** True for an event's data that is a download: each event of a download carries all of it. */
function isDownload(data: Readonly<Record<string, unknown>>): boolean {
  return typeof data.id === 'string' && typeof data.state === 'string' && typeof data.createdAt === 'string';
}

/** The downloads that a filter leaves, read page by page as somebody scrolls, and kept true in place by the gateway's events. */
export class DownloadFeed {
  readonly shown = new Store<Shown>(NOTHING);
  readonly #filter: Filter;
  readonly #life = new AbortController();
  /** What events said and nobody has drawn, by id: the newest of each. */
  readonly #told = new Map<string, Download>();
  readonly #gone = new Set<string>();
  #cursor: string | null = null;
  #isReading = false;
  #timer = 0;
  #unfollow = () => {};

  constructor(filter: Filter) {
    this.#filter = filter;
  }

  /** Reads the first page and follows the gateway until `close`. */
  open(): void {
    this.#unfollow = onEvent((event) => {
      if (!event.type.startsWith('download.') || !isDownload(event.data)) return;
      const download = event.data as unknown as Download;
      if (event.type === 'download.deleted') this.remove(download.id);
      else this.put(download);
    });
    void this.more();
  }

  close(): void {
    this.#life.abort();
    this.#unfollow();
    window.clearTimeout(this.#timer);
  }

  /** Reads the next page, unless one is being read or there is none. */
  async more(): Promise<void> {
    const { items, hasMore } = this.shown.value;
    if (this.#isReading || (items !== null && !hasMore)) return;
    this.#isReading = true;
    try {
      const page = await downloadPage(queryOf(this.#filter, this.#cursor), this.#life.signal);
      this.#cursor = page.next;
      const known = this.shown.value.items ?? [];
      const ids = new Set(known.map((one) => one.id));
      const fresh = page.items.filter((one) => !ids.has(one.id) && !this.#gone.has(one.id));
      this.shown.set({ items: [...known, ...fresh], hasMore: page.next !== null });
    } catch (error) {
      if (!this.#life.signal.aborted) failed(error);
    }
    this.#isReading = false;
  }

  /** What the gateway said of one download: an event, or an answer. */
  put(download: Download): void {
    if (this.#life.signal.aborted || this.#gone.has(download.id)) return;
    this.#told.set(download.id, download);
    if (this.#timer === 0) this.#timer = window.setTimeout(() => this.#draw(), DRAW_MS);
  }

  /** It is gone; what is still said of it is not heard. */
  remove(id: string): void {
    this.#gone.add(id);
    this.#told.delete(id);
    const { items, hasMore } = this.shown.value;
    if (items?.some((one) => one.id === id)) this.shown.set({ items: items.filter((one) => one.id !== id), hasMore });
  }

  #draw(): void {
    this.#timer = 0;
    const { items, hasMore } = this.shown.value;
    if (items === null) {
      // the first page is older than what was said meanwhile
      this.#timer = window.setTimeout(() => this.#draw(), DRAW_MS);
      return;
    }
    let next: readonly Download[] = items;
    for (const told of this.#told.values()) {
      const isListed = next.some((one) => one.id === told.id);
      const last = next.at(-1);
      if (!belongs(told, this.#filter)) next = isListed ? next.filter((one) => one.id !== told.id) : next;
      // One that comes with a page which was not read yet waits for it.
      else if (isListed || !hasMore || last === undefined || isNewer(told, last)) next = placed(next, told);
    }
    this.#told.clear();
    this.shown.set({ items: next, hasMore });
  }
}
