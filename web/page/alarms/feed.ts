import { onEvent } from '../model.ts';
import { type Listed, Pages } from '../parts/pages.ts';
import { Store } from '../store.ts';
import { type Alarm, alarmPage } from './api.ts';
import { belongs, type Filter, queryOf } from './filter.ts';

/** What the view shows. */
export interface Shown extends Listed<Alarm> {
  /** Older ones were let go: the list is as long as it gets. */
  readonly isFull: boolean;
  /** New ones that wait until somebody looks at the top of the list. */
  readonly held: number;
}

export const NOTHING: Shown = { items: null, hasMore: false, isFull: false, held: 0 };

/** A storm of alarms is drawn five times a second, not a thousand times. */
const DRAW_MS = 200;
/** More rows than anybody scrolls through: a filter by time finds what is older. */
const MAX_ROWS = 5_000;

/** An event `alarm` carries the whole of it. */
function isAlarm(data: Readonly<Record<string, unknown>>): boolean {
  return typeof data.id === 'string' && typeof data.deviceId === 'string' && typeof data.time === 'string';
}

/** The alarms that a filter leaves, the newest first: read page by page as somebody scrolls, new ones as they are told. */
export class AlarmFeed {
  readonly shown = new Store<Shown>(NOTHING);
  readonly #filter: Filter;
  readonly #pages: Pages<Alarm>;
  /** Told and not drawn, the newest last. */
  #told: Alarm[] = [];
  /** Older ones were let go, and stay away. */
  #isFull = false;
  #isHeld = false;
  #timer = 0;
  #unfollow = () => {};

  constructor(filter: Filter) {
    this.#filter = filter;
    this.#pages = new Pages((cursor, signal) => alarmPage(queryOf(filter, cursor), signal));
  }

  /** Reads the first page and follows the gateway until `close`. */
  open(): void {
    this.#unfollow = onEvent(({ type, data }) => {
      if (type === 'alarm' && isAlarm(data)) this.#put(data as unknown as Alarm);
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
      (items, hasMore) => this.#show(items, hasMore),
    );
  }

  /** While somebody reads further down, new ones wait: rows must not move under the eyes. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    if (!isHeld && this.#told.length > 0) this.#draw();
  }

  #put(alarm: Alarm): void {
    if (!belongs(alarm, this.#filter)) return;
    this.#told.push(alarm);
    // the newest are those that will be looked at
    if (this.#told.length > MAX_ROWS) {
      this.#told.shift();
      this.#isFull = true;
    }
    if (this.#timer === 0) this.#timer = window.setTimeout(() => this.#draw(), DRAW_MS);
  }

  #draw(): void {
    window.clearTimeout(this.#timer);
    this.#timer = 0;
    const { items, hasMore, held } = this.shown.value;
    if (items === null) {
      // the first page is older than what was told meanwhile
      this.#timer = window.setTimeout(() => this.#draw(), DRAW_MS);
      return;
    }
    const ids = new Set(items.slice(0, 2 * this.#told.length + 200).map(({ id }) => id));
    const fresh = this.#told.filter(({ id }) => !ids.has(id));
    if (this.#isHeld) {
      this.#told = fresh;
      if (fresh.length !== held) this.shown.set({ ...this.shown.value, held: fresh.length });
      return;
    }
    this.#told = [];
    this.#show([...fresh.reverse(), ...items], hasMore);
  }

  #show(items: readonly Alarm[], hasMore: boolean): void {
    this.#isFull ||= items.length > MAX_ROWS;
    this.shown.set({
      items: items.length > MAX_ROWS ? items.slice(0, MAX_ROWS) : items,
      hasMore: hasMore && !this.#isFull,
      isFull: this.#isFull,
      held: this.#isHeld ? this.#told.length : 0,
    });
  }
}
