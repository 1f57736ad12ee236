import type { FindFootage, FootageSpan } from '../../record/source.ts';
import type { RecordsOptions, RecordsSearch } from '../../sip/camera/records.ts';
import type { RecordItem, RecordQuery } from '../../sip/manscdp/record-info.ts';
import type { QueryFault } from '../../sip/server.ts';
import { atMost, type Clock } from '../clock.ts';
import { isProblem, type Problem } from '../views.ts';
import { RecordDays } from './record-days.ts';
import { RecordSearch } from './record-search.ts';
import { joinSpans } from './record-spans.ts';
import type { RecordDaysView, RecordFilters, RecordsDesk, RecordsView, RecordView } from './record-views.ts';

/** Footage in devices, found: searches that several may share, their pages, and the days that have any (GB/T 28181 9.7). */

/** Searches that run at once, over all devices; each holds what it found. */
export const MAX_RUNNING_SEARCHES = 256;
/** Files that all searches together hold, about 400 bytes each; answers that are over are forgotten first. */
export const MAX_FILES_HELD = 300_000;
/** Searches that are over and whose pages may still be read. */
export const MAX_KEPT_SEARCHES = 32;
export const KEEP_SEARCH_MS = 10 * 60_000;
/** Whoever was given a part of an answer gets the whole one within this, without the device being asked again. */
export const UNREAD_MS = 60_000;
/** No list of footage is longer: a leap year. */
const MAX_RANGE_MS = 366 * 86_400_000;
/** Events of one search come at most this often. */
const PROGRESS_EVERY_MS = 500;

export interface RecordsPorts {
  ask(deviceId: string, query: RecordQuery, o: RecordsOptions): RecordsSearch;
  /** Null: there is such a channel. */
  missing(deviceId: string, channelId: string): Problem | null;
  readonly clock: Clock;
  /** Zone of days. */
  readonly timeZone: string;
  iso(epochMs: number): string;
  newId(): string;
  publish(type: string, data: Record<string, unknown>): void;
}

interface Entry {
  readonly id: string;
  readonly key: string;
  readonly search: RecordSearch;
  /** Somebody has read the whole answer. */
  isRead: boolean;
  overMs: number | null;
  toldMs: number;
  toldOver: boolean;
  toldFiles: number;
}

export class Records implements RecordsDesk {
  readonly #ports: RecordsPorts;
  readonly #entries = new Map<string, Entry>();
  readonly #days: RecordDays;

  constructor(ports: RecordsPorts) {
    this.#ports = ports;
    this.#days = new RecordDays({
      clock: ports.clock,
      timeZone: ports.timeZone,
      search: (deviceId, channelId, span) => this.#shared(deviceId, { channelId, ...span }),
    });
  }

  async search(
    deviceId: string,
    channelId: string,
    range: FootageSpan,
    filters: RecordFilters,
    o: { waitMs: number; resume: string | 'newest' | null },
  ): Promise<RecordsView | Problem> {
    const wrong = this.#ports.missing(deviceId, channelId) ?? wrongRange(range);
    if (wrong !== null) return wrong;
    const query: RecordQuery = { channelId, ...range, ...filters };
    const entry = this.#resumed(deviceId, query, o.resume) ?? this.#begun(deviceId, query);
    if (isProblem(entry)) return entry;
    const { search } = entry;
    if (!search.isOver) await atMost(this.#ports.clock, o.waitMs, search.done);
    if (search.isOver) entry.isRead = true;
    if (search.isOver && search.fault !== null && search.items.length === 0) return problemOf(deviceId, search.fault);
    return { items: search.items.map((item) => this.#view(item)), complete: search.complete, queryId: entry.id };
  }

  async days(deviceId: string, channelId: string, month: string, waitMs: number): Promise<RecordDaysView | Problem> {
    const missing = this.#ports.missing(deviceId, channelId);
    if (missing !== null) return missing;
    const answer = await this.#days.of(deviceId, channelId, month, waitMs);
    return 'fault' in answer ? problemOf(deviceId, answer) : answer;
  }

  /** Where a device has footage of a range, for downloads and playbacks. */
  readonly find: FindFootage = async (deviceId, channelId, startEpochMs, endEpochMs) => {
    const range = { startEpochMs, endEpochMs };
    const search = this.#shared(deviceId, { channelId, ...range });
    if (isProblem(search)) return { fault: search.detail };
    await search.done;
    if (search.fault !== null && search.items.length === 0) return { fault: search.fault.detail };
    return { spans: joinSpans(search.items, range), complete: search.complete };
  };

  /** Nobody will read any answer. Idempotent. */
  close(): void {
    for (const { search } of this.#entries.values()) search.stop();
    this.#entries.clear();
  }

  #resumed(deviceId: string, query: RecordQuery, resume: string | null): Entry | null {
    if (resume === null) return null;
    const key = keyOf(deviceId, query);
    if (resume !== 'newest') {
      const named = this.#entries.get(resume);
      return named?.key === key ? named : null;
    }
    return [...this.#entries.values()].findLast((entry) => entry.key === key) ?? null;
  }

  /** Joins the same search that runs, or whose end nobody has read yet; else begins one. */
  #begun(deviceId: string, query: RecordQuery): Entry | Problem {
    this.#sweep();
    const key = keyOf(deviceId, query);
    const nowMs = this.#ports.clock.nowMs();
    for (const entry of this.#entries.values()) {
      const isUnread = entry.overMs !== null && !entry.isRead && nowMs - entry.overMs < UNREAD_MS;
      if (entry.key === key && (entry.overMs === null || isUnread)) return entry;
    }
    const running = [...this.#entries.values()].filter((entry) => entry.overMs === null).length;
    if (running >= MAX_RUNNING_SEARCHES)
      return { problem: 'rate_limited', detail: `${MAX_RUNNING_SEARCHES} searches for footage run already.` };
    return this.#start(deviceId, key, query);
  }

  #shared(deviceId: string, query: RecordQuery): RecordSearch | Problem {
    const entry = this.#begun(deviceId, query);
    return isProblem(entry) ? entry : entry.search;
  }

  #start(deviceId: string, key: string, query: RecordQuery): Entry {
    const onProgress = () => this.#progress(deviceId, entry);
    const search = new RecordSearch(
      { ask: (part, o) => this.#ports.ask(deviceId, part, o), onProgress, room: () => this.#room() },
      query,
    );
    const entry: Entry = {
      id: this.#ports.newId(),
      key,
      search,
      isRead: false,
      overMs: null,
      toldMs: Number.NEGATIVE_INFINITY,
      toldOver: false,
      toldFiles: 0,
    };
    this.#entries.set(entry.id, entry);
    return entry;
  }

  #progress(deviceId: string, entry: Entry): void {
    const { search } = entry;
    const nowMs = this.#ports.clock.nowMs();
    if (search.isOver) entry.overMs ??= nowMs;
    const hasMore = search.items.length > entry.toldFiles;
    // files that come after the end make the answer another one (REC-3)
    if (entry.toldOver && hasMore) Object.assign(entry, { isRead: false, overMs: nowMs });
    const isDue = nowMs - entry.toldMs >= PROGRESS_EVERY_MS;
    if (search.isOver ? entry.toldOver && !(hasMore && isDue) : !isDue) return;
    entry.toldFiles = search.items.length;
    entry.toldMs = nowMs;
    entry.toldOver = search.isOver;
    this.#ports.publish('records.progress', {
      deviceId,
      channelId: search.query.channelId,
      queryId: entry.id,
      received: search.items.length,
      expected: search.announced,
      state: search.isOver ? (search.fault === null ? 'over' : 'failed') : 'running',
      complete: search.complete,
      ...(search.fault === null ? {} : { error: search.fault.detail }),
    });
  }

  /** Forgets answers that are old, the oldest first, and those beyond the bound. */
  #sweep(): void {
    const nowMs = this.#ports.clock.nowMs();
    const over = [...this.#entries.values()].filter((entry) => entry.overMs !== null);
    const tooMany = over.length - MAX_KEPT_SEARCHES;
    for (const [at, entry] of over.entries()) {
      if (at >= tooMany && nowMs - (entry.overMs ?? nowMs) < KEEP_SEARCH_MS) continue;
      entry.search.stop();
      this.#entries.delete(entry.id);
    }
  }

  #room(): number {
    let held = 0;
    for (const { search } of this.#entries.values()) held += search.items.length;
    for (const entry of this.#entries.values()) {
      if (held < MAX_FILES_HELD) break;
      if (entry.overMs === null) continue;
      held -= entry.search.items.length;
      entry.search.stop();
      this.#entries.delete(entry.id);
    }
    return MAX_FILES_HELD - held;
  }

  #view(item: RecordItem): RecordView {
    const { sizeBytes, filePath, recorderId, address, streamNumber } = item;
    return {
      start: this.#ports.iso(item.startEpochMs),
      end: this.#ports.iso(item.endEpochMs),
      name: item.name,
      type: item.type,
      secrecy: item.secrecy ? 1 : 0,
      ...(sizeBytes === null ? {} : { size: sizeBytes }),
      ...(filePath === null ? {} : { filePath }),
      ...(recorderId === null ? {} : { recorderId }),
      ...(address === null ? {} : { address }),
      ...(streamNumber === null ? {} : { streamNumber }),
    };
  }
}

function keyOf(deviceId: string, query: RecordQuery): string {
  return JSON.stringify([deviceId, ...Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function wrongRange({ startEpochMs, endEpochMs }: FootageSpan): Problem | null {
  if (endEpochMs <= startEpochMs) return { problem: 'bad_request', detail: 'The range ends before it begins.' };
  if (endEpochMs - startEpochMs > MAX_RANGE_MS)
    return { problem: 'bad_request', detail: 'The range is longer than a year.' };
  return null;
}

/** Why there is no list, as the API says it. */
function problemOf(deviceId: string, { fault, detail }: QueryFault): Problem {
  switch (fault) {
    case 'timeout':
      return { problem: 'device_timeout', detail: `The device ${deviceId} did not answer the search for footage.` };
    case 'rejected':
      return { problem: 'device_error', detail: `The device ${deviceId} refused the search for footage: ${detail}.` };
    case 'busy':
      return { problem: 'rate_limited', detail: `The device ${deviceId} is asked too much: ${detail}.` };
    default:
      return { problem: 'device_offline', detail: `The device ${deviceId} is offline.` };
  }
}
