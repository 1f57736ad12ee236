import type { Recording } from '../../record/archive.ts';
import { OwnFootageOrder } from './own-footage-order.ts';
import { endOf, pageOfRecordings, type RecordingQuery } from './recording-page.ts';

/** Where rows of recordings are kept. */
export interface RecordingRows {
  list(): Recording[];
  get(id: string): Recording | undefined;
  put(recording: Recording): void;
  delete(id: string): void;
}

/** What all rows are together. */
export interface FootageTotals {
  readonly count: number;
  /** Of finished files. */
  readonly bytes: number;
  readonly lockedBytes: number;
  /** Beginning of the oldest; null: there is none. */
  readonly oldestEpochMs: number | null;
}

/**
 * The rows of all recordings, read from the store once and written through. In order of time, as a whole and by channel: what is asked
 * for a thousand times a day (pages, time lines, what is to be deleted) looks at what it is about, not at all there is.
 */
export class OwnFootage implements RecordingRows {
  readonly #store: RecordingRows;
  readonly #rows = new Map<string, Recording>();
  readonly #all = new OwnFootageOrder();
  readonly #byChannel = new Map<string, OwnFootageOrder>();
  /** Finished and not locked. */
  readonly #free = new OwnFootageOrder();
  readonly #freeByStream = new Map<string, OwnFootageOrder>();
  readonly #running = new Set<string>();
  #bytes = 0;
  #lockedBytes = 0;
  /** No finished one was ever longer. */
  #longestMs = 0;

  constructor(store: RecordingRows) {
    this.#store = store;
    for (const row of store.list()) this.#add(row);
  }

  /** Oldest first. */
  list(): Recording[] {
    return [...this.#all.rows];
  }

  get(id: string): Recording | undefined {
    return this.#rows.get(id);
  }

  put(row: Recording): void {
    this.#remove(row.id);
    this.#add({ ...row });
    this.#store.put(row);
  }

  delete(id: string): void {
    this.#remove(id);
    this.#store.delete(id);
  }

  /** One page, the newest first. */
  page(query: RecordingQuery): { items: Recording[]; hasMore: boolean } {
    const { deviceId, channelId, fromEpochMs, toEpochMs, after } = query;
    const isOneChannel = deviceId !== undefined && channelId !== undefined;
    const order = isOneChannel ? this.#byChannel.get(channelKey({ deviceId, channelId })) : this.#all;
    const toMs = Math.min(toEpochMs ?? Number.POSITIVE_INFINITY, (after?.startEpochMs ?? Number.POSITIVE_INFINITY) + 1);
    return pageOfRecordings(this.#newestFirst(order, fromEpochMs ?? Number.NEGATIVE_INFINITY, toMs), query);
  }

  /** Recordings of a channel that reach into a range, oldest first. */
  within(channel: { deviceId: string; channelId: string }, fromEpochMs: number, toEpochMs: number): Recording[] {
    const found = [...this.#newestFirst(this.#byChannel.get(channelKey(channel)), fromEpochMs, toEpochMs)];
    return found.filter((row) => endOf(row) > fromEpochMs).reverse();
  }

  /** Finished and not locked, oldest first; not to be changed meanwhile. */
  get deletable(): readonly Recording[] {
    return this.#free.rows;
  }

  /** The same, stream by stream. */
  *deletableByStream(): Iterable<readonly Recording[]> {
    for (const { rows } of this.#freeByStream.values()) yield rows;
  }

  /** What is being written now. */
  get running(): Recording[] {
    return [...this.#running].flatMap((id) => this.#rows.get(id) ?? []);
  }

  get totals(): FootageTotals {
    return {
      count: this.#rows.size,
      bytes: this.#bytes,
      lockedBytes: this.#lockedBytes,
      oldestEpochMs: this.#all.rows[0]?.startEpochMs ?? null,
    };
  }

  /** What begins before `toMs` and may end behind `fromMs`. */
  *#newestFirst(order: OwnFootageOrder | undefined, fromMs: number, toMs: number): Iterable<Recording> {
    if (order === undefined) return;
    const { rows } = order;
    let earliestMs = fromMs - this.#longestMs;
    // what is written now has no end yet, however long it goes on
    for (const { startEpochMs } of this.running) earliestMs = Math.min(earliestMs, startEpochMs);
    for (let i = order.placeOf({ startEpochMs: toMs, id: '' }) - 1; i >= 0; i -= 1) {
      const row = rows[i]!;
      if (row.startEpochMs < earliestMs) return;
      yield row;
    }
  }

  #add(row: Recording): void {
    this.#rows.set(row.id, row);
    this.#all.add(row);
    orderIn(this.#byChannel, channelKey(row)).add(row);
    this.#count(row, 1);
    if (row.state === 'recording') this.#running.add(row.id);
    else this.#longestMs = Math.max(this.#longestMs, endOf(row) - row.startEpochMs);
    if (!isDeletable(row)) return;
    this.#free.add(row);
    orderIn(this.#freeByStream, streamKey(row)).add(row);
  }

  #remove(id: string): void {
    const row = this.#rows.get(id);
    if (row === undefined) return;
    this.#rows.delete(id);
    this.#running.delete(id);
    this.#all.remove(row);
    removeFrom(this.#byChannel, channelKey(row), row);
    this.#count(row, -1);
    if (!isDeletable(row)) return;
    this.#free.remove(row);
    removeFrom(this.#freeByStream, streamKey(row), row);
  }

  #count({ bytes, locked, state }: Recording, sign: 1 | -1): void {
    if (state === 'recording') return;
    this.#bytes += sign * bytes;
    if (locked) this.#lockedBytes += sign * bytes;
  }
}

function isDeletable({ state, locked }: Recording): boolean {
  return state !== 'recording' && !locked;
}

function channelKey({ deviceId, channelId }: { deviceId: string; channelId: string }): string {
  return `${deviceId.length} ${deviceId} ${channelId}`;
}

function streamKey(row: Recording): string {
  return `${row.streamNumber} ${channelKey(row)}`;
}

function orderIn(orders: Map<string, OwnFootageOrder>, key: string): OwnFootageOrder {
  let order = orders.get(key);
  if (order === undefined) {
    order = new OwnFootageOrder();
    orders.set(key, order);
  }
  return order;
}

function removeFrom(orders: Map<string, OwnFootageOrder>, key: string, row: Recording): void {
  const order = orders.get(key);
  order?.remove(row);
  if (order?.rows.length === 0) orders.delete(key);
}
