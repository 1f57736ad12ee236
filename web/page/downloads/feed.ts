import { onEvent } from '../model.ts';
import { type Listed, NOTHING, Pages } from '../parts/pages.ts';
import { Store } from '../store.ts';
import { type Download, downloadPage } from './api.ts';
import { belongs, type Filter, isNewer, placed, queryOf } from './filter.ts';

/** Events come once a second of each that runs: drawn once for all of them. */
const DRAW_MS = 100;

/** True for an event's data that is a download: each event of a download carries all of it. */
function isDownload(data: Readonly<Record<string, unknown>>): boolean {
  return typeof data.id === 'string' && typeof data.state === 'string' && typeof data.createdAt === 'string';
}

/** The downloads that a filter leaves, read page by page as somebody scrolls, and kept true in place by the gateway's events. */
export class DownloadFeed {
  readonly shown = new Store<Listed<Download>>(NOTHING);
  readonly #filter: Filter;
  readonly #pages: Pages<Download>;
  /** What events said and nobody has drawn, by id: the newest of each. */
  readonly #told = new Map<string, Download>();
  readonly #gone = new Set<string>();
  #timer = 0;
  #unfollow = () => {};

  constructor(filter: Filter) {
    this.#filter = filter;
    this.#pages = new Pages((cursor, signal) => downloadPage(queryOf(filter, cursor), signal));
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
    this.#pages.close();
    this.#unfollow();
    window.clearTimeout(this.#timer);
  }

  /** Reads the next page. */
  more(): Promise<void> {
    return this.#pages.more(
      () => this.shown.value,
      (items, hasMore) => this.shown.set({ items: items.filter(({ id }) => !this.#gone.has(id)), hasMore }),
    );
  }

  /** What the gateway said of one download: an event, or an answer. */
  put(download: Download): void {
    if (this.#pages.signal.aborted || this.#gone.has(download.id)) return;
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
