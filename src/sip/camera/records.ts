import type { BodyStyle, Envelope } from '../manscdp/envelope.ts';
import { type RecordItem, type RecordQuery, readRecordInfo, writeRecordQuery } from '../manscdp/record-info.ts';
import { deviceZone } from './beijing.ts';
import type { Directory } from './directory.ts';
import { learn } from './profile.ts';
import type { QueryFault } from './query.ts';
import { RecordCollection } from './record-collection.ts';

/** Searches for footage of all devices (GB/T 28181 9.7): who asks, what came, when it is over. */

/** Searches at one device at once: an NVR reads its disks for each, and small ones mix up the answers of many. */
export const MAX_SEARCHES_PER_DEVICE = 2;
/** Searches that wait for their turn at one device: every channel of a big NVR in the list of downloads. */
export const MAX_WAITING_SEARCHES = 512;
/** Messages that come this long after the last one of an answer still belong to it (a `SumNum` that was too low). */
export const SEARCH_LINGER_MS = 30_000;

export interface RecordsResult {
  /** In the order of their start. */
  readonly items: readonly RecordItem[];
  /** False: parts are missing as far as the device's own count says. */
  readonly complete: boolean;
}

export interface RecordsOptions {
  /** Quiet of this length ends an answer that its count does not end. */
  readonly idleMs: number;
  /** New items, each once, as they come, and the count that the device announced. Also after the end when it announced too few (REC-3), until `stop`. */
  onItems(items: readonly RecordItem[], announced: number | null): void;
}

/** One search, as its owner holds it. */
export interface RecordsSearch {
  readonly done: Promise<RecordsResult | QueryFault>;
  /** Nobody wants the answer any longer. Idempotent; `done` ends with what came. */
  stop(): void;
}

export interface RecordsPorts {
  readonly directory: Directory;
  /** Zone of times without one, when the profile of the device names none. */
  readonly timeZone: string;
  /** Sends a query; answers its SN, or why it cannot leave. `failed`: the device did not take it. */
  post(
    deviceId: string,
    write: (sn: number, style: BodyStyle) => Buffer,
    failed: (fault: QueryFault) => void,
  ): number | QueryFault;
  /** A deviation of this device was tolerated. */
  found(deviceId: string, code: string, detail: string): void;
  nowMs(): number;
}

interface Row {
  readonly deviceId: string;
  readonly query: RecordQuery;
  readonly options: RecordsOptions;
  readonly items: RecordItem[];
  settle: ((result: RecordsResult | QueryFault) => void) | null;
  /** Null until it is sent. */
  sn: number | null;
  /** SN of an answer that does not echo ours (XML-13). */
  strangeSn: number | null;
  collection: RecordCollection | null;
  stopped: boolean;
  /** When the last message came, or the search was over. */
  lastMs: number;
}

export class RecordSearches {
  readonly #ports: RecordsPorts;
  /** Rows that wait, run, or are over and linger. */
  readonly #rows = new Map<string, Row[]>();

  constructor(ports: RecordsPorts) {
    this.#ports = ports;
  }

  /** Begins a search, or lets it wait for its turn. Nothing is called from inside. */
  begin(deviceId: string, query: RecordQuery, options: RecordsOptions): RecordsSearch {
    let settle: Row['settle'] = null;
    const done = new Promise<RecordsResult | QueryFault>((resolve) => {
      settle = resolve;
    });
    const row: Row = {
      deviceId,
      query,
      options,
      items: [],
      settle,
      sn: null,
      strangeSn: null,
      collection: null,
      stopped: false,
      lastMs: this.#ports.nowMs(),
    };
    const rows = this.#rows.get(deviceId) ?? [];
    if (rows.filter((each) => each.collection === null).length >= MAX_WAITING_SEARCHES) {
      this.#settle(row, { fault: 'busy', detail: 'too many searches wait for this device' });
    } else {
      this.#rows.set(deviceId, [...rows, row]);
      this.#next(deviceId);
    }
    return { done, stop: () => this.#stop(row) };
  }

  /** Takes a Response/RecordInfo; false: nobody asked. */
  answer(deviceId: string, envelope: Envelope, nowMs: number): boolean {
    const row = this.#rowOf(deviceId, envelope, nowMs);
    if (row?.collection == null) return false;
    row.lastMs = nowMs;
    if (row.stopped) return true;
    const part = readRecordInfo(envelope, row.query, this.#zoneOf(deviceId));
    for (const [code, detail] of part.tolerated) this.#ports.found(deviceId, code, detail);
    const fresh = row.collection.add(part, nowMs);
    if (row.collection.sumNumWrong) this.#distrustCount(row, row.collection);
    if (row.settle !== null) row.items.push(...fresh);
    row.options.onItems(fresh, row.collection.expected);
    if (row.settle !== null && row.collection.over(row.options.idleMs, nowMs)) this.#finish(row, nowMs);
    return true;
  }

  /** Ends what fell quiet, and forgets what has been over for long. */
  poll(nowMs: number): void {
    for (const [deviceId, rows] of this.#rows) {
      for (const row of rows) {
        if (row.settle === null || row.collection === null || !row.collection.over(row.options.idleMs, nowMs)) continue;
        if (row.collection.begun) this.#finish(row, nowMs);
        else this.#fault(row, { fault: 'timeout', detail: 'the device does not answer the search for footage' });
      }
      const kept: Row[] = [];
      for (const row of this.#rows.get(deviceId) ?? []) {
        if (lives(row, nowMs)) kept.push(row);
        else row.collection = null; // its owner may hold the search for long, what was collected is big
      }
      if (kept.length === 0) this.#rows.delete(deviceId);
      else this.#rows.set(deviceId, kept);
      this.#next(deviceId);
    }
  }

  /** The device is gone: who has some of the answer gets that. */
  gone(deviceId: string, fault: QueryFault): void {
    const rows = this.#rows.get(deviceId) ?? [];
    this.#rows.delete(deviceId);
    for (const row of rows) this.#fault(row, fault);
  }

  failAll(fault: QueryFault): void {
    for (const deviceId of [...this.#rows.keys()]) this.gone(deviceId, fault);
  }

  /** Searches that wait or run. */
  get size(): number {
    let size = 0;
    for (const rows of this.#rows.values()) size += rows.filter((row) => row.settle !== null).length;
    return size;
  }

  #next(deviceId: string): void {
    for (;;) {
      const rows = this.#rows.get(deviceId) ?? [];
      const running = rows.filter((row) => row.settle !== null && row.collection !== null).length;
      const row = rows.find((each) => each.settle !== null && each.collection === null);
      if (row === undefined || running >= MAX_SEARCHES_PER_DEVICE) return;
      this.#send(row);
    }
  }

  #send(row: Row): void {
    const { deviceId, query } = row;
    const profile = this.#ports.directory.device(deviceId)?.profile;
    row.collection = new RecordCollection(query, profile?.recordSumNumWrong !== true, this.#ports.nowMs());
    const zone = this.#zoneOf(deviceId);
    const sent = this.#ports.post(
      deviceId,
      (sn, style) => {
        row.sn = sn;
        return writeRecordQuery(query, sn, zone, style);
      },
      (fault) => {
        // an answer that comes although the query was never acknowledged is an answer
        if (row.collection?.begun !== true) this.#fault(row, fault);
        this.#next(deviceId);
      },
    );
    if (typeof sent !== 'number') this.#fault(row, sent);
  }

  /** By SN; else, while one search only has no answer yet, a device that does not echo it (XML-13). */
  #rowOf(deviceId: string, { sn, deviceId: named }: Envelope, nowMs: number): Row | undefined {
    const rows = (this.#rows.get(deviceId) ?? []).filter((row) => row.collection !== null && lives(row, nowMs));
    const exact = rows.find((row) => row.sn === sn || (row.strangeSn !== null && row.strangeSn === (sn ?? -1)));
    if (exact !== undefined) return exact;
    const open = rows.filter((row) => row.settle !== null && row.collection?.begun === false);
    const ofChannel = open.filter((row) => row.query.channelId === named);
    const row = ofChannel.length === 1 ? ofChannel[0] : open.length === 1 ? open[0] : undefined;
    if (row === undefined) return undefined;
    row.strangeSn = sn ?? -1;
    this.#ports.found(deviceId, 'XML-13', `its answer to RecordInfo has SN ${sn ?? 'none'}, asked was ${row.sn}`);
    return row;
  }

  #finish(row: Row, nowMs: number): void {
    const { collection, deviceId } = row;
    if (collection === null) return;
    row.lastMs = nowMs;
    const { expected, received, repeated, complete } = collection;
    if (expected !== null && expected !== received)
      this.#ports.found(deviceId, 'REC-3', `SumNum of RecordInfo said ${expected}, ${received} different files came`);
    else if (repeated > 0) this.#ports.found(deviceId, 'REC-3', `${repeated} files of its answer came more than once`);
    this.#settle(row, { items: byStart(row.items), complete: complete || expected === null });
    this.#next(deviceId);
  }

  #fault(row: Row, fault: QueryFault): void {
    this.#settle(row, row.items.length > 0 ? { items: byStart(row.items), complete: false } : fault);
  }

  #stop(row: Row): void {
    row.stopped = true;
    this.#settle(row, { items: byStart(row.items), complete: false });
    this.#next(row.deviceId);
  }

  #settle(row: Row, result: RecordsResult | QueryFault): void {
    const { settle } = row;
    row.settle = null;
    row.items.length = 0;
    settle?.(result);
  }

  #zoneOf(deviceId: string): string {
    return deviceZone(this.#ports.directory.device(deviceId)?.profile.date, this.#ports.timeZone);
  }

  #distrustCount(row: Row, { expected, received }: RecordCollection): void {
    const device = this.#ports.directory.device(row.deviceId);
    if (device !== undefined && learn(device, 'recordSumNumWrong', true)) this.#ports.directory.save(device);
    this.#ports.found(row.deviceId, 'REC-3', `SumNum of RecordInfo said ${expected}, ${received} different files came`);
  }
}

/** Whether messages may still be about it. One that was stopped before it was sent got no answer. */
function lives(row: Row, nowMs: number): boolean {
  return row.settle !== null || (row.collection !== null && nowMs - row.lastMs < SEARCH_LINGER_MS);
}

function byStart(items: readonly RecordItem[]): RecordItem[] {
  return [...items].sort((a, b) => a.startEpochMs - b.startEpochMs || a.endEpochMs - b.endEpochMs);
}
