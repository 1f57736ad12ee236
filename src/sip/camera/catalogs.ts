import { type CatalogItem, type CatalogPart, isVideoChannel } from '../manscdp/catalog.ts';
import { CATALOG_LINGER_MS, CatalogCollection, MAX_CATALOG_ITEMS } from './catalog-collection.ts';
import type { Channel, ChannelChange, Directory } from './directory.ts';
import { learn } from './profile.ts';
import type { QueryFault } from './query.ts';

/** Catalogues of all devices: asked-for answers, unsolicited ones and change notifies end here and become channels (GB/T 28181 A.2.1, annexes J, M, N). */

/** What a catalogue query answers. `complete` false: parts are missing, what came was merged. */
export interface CatalogResult {
  queryId: string;
  items: Channel[];
  complete: boolean;
}

export type CatalogEvent =
  | { type: 'catalog.progress'; data: { deviceId: string; queryId: string; received: number; expected: number | null } }
  | { type: 'catalog.failed'; data: { deviceId: string; reason: string; detail: string } }
  | {
      type: 'catalog.updated';
      data: {
        deviceId: string;
        queryId: string;
        complete: boolean;
        channels: number;
        added: number;
        removed: number;
        changed: number;
      };
    }
  | {
      type: 'channel.added' | 'channel.removed' | 'channel.online' | 'channel.offline';
      data: { deviceId: string; channelId: string; name: string };
    };

interface Running {
  collection: CatalogCollection;
  added: number;
  changed: number;
  /** SN of an answer that does not echo ours (XML-13). */
  strangeSn: number | null;
  /** Of these the device told a change while the answer came: that is newer than what the answer says of them. */
  toldMeanwhile: Set<string>;
  /** It ended, and all that was announced is here. */
  whole: boolean;
  waiting: ((result: CatalogResult | QueryFault) => void)[];
}

/** Callers of one device's running catalogue query: each API call that waits is one. */
const MAX_WAITING = 1000;

export class Catalogs {
  readonly #directory: Directory;
  readonly #platformId: string;
  readonly #emit: (event: CatalogEvent) => void;
  readonly #found: (deviceId: string, code: string, detail: string) => void;
  readonly #running = new Map<string, Running>();

  /** `found`: a deviation of that device was tolerated. */
  constructor(
    directory: Directory,
    platformId: string,
    emit: (event: CatalogEvent) => void,
    found: (deviceId: string, code: string, detail: string) => void,
  ) {
    this.#directory = directory;
    this.#platformId = platformId;
    this.#emit = emit;
    this.#found = found;
  }

  /**
   * Joins the query that runs, or begins one with this SN. `send` true: the caller has to send the query.
   * `settle` is called once, at the end.
   */
  ask(
    deviceId: string,
    sn: number,
    settle: (result: CatalogResult | QueryFault) => void,
    nowMs: number,
  ): { send: boolean; queryId: string } {
    const running = this.#running.get(deviceId);
    if (running !== undefined && running.collection.finishedMs === null) {
      if (running.waiting.length < MAX_WAITING) running.waiting.push(settle);
      else settle({ fault: 'busy', detail: 'too many callers wait for this catalogue' });
      return { send: false, queryId: String(running.collection.sn) };
    }
    const trusted = this.#directory.device(deviceId)?.profile.sumNumWrong !== true;
    const collection = new CatalogCollection(sn, trusted, nowMs);
    this.#running.set(deviceId, {
      collection,
      added: 0,
      changed: 0,
      strangeSn: null,
      toldMeanwhile: new Set(),
      whole: false,
      waiting: [settle],
    });
    return { send: true, queryId: String(sn) };
  }

  /** True once a Catalog answer of this device has begun in this process. */
  begun(deviceId: string): boolean {
    return this.#running.get(deviceId)?.collection.begun === true;
  }

  /** True once a catalogue of this device came whole in this process. */
  complete(deviceId: string): boolean {
    return this.#running.get(deviceId)?.whole === true;
  }

  /** Id of the query that runs and whose answer has begun; null when nothing has come. */
  runningQuery(deviceId: string): string | null {
    const collection = this.#running.get(deviceId)?.collection;
    return collection === undefined || !collection.begun ? null : String(collection.sn);
  }

  /** Makes the device its own channel when it has none: nothing came that says otherwise. */
  addSelf(deviceId: string): void {
    const device = this.#directory.device(deviceId);
    if (device === undefined || this.#directory.channelCount(deviceId) > 0) return;
    this.#upsert(deviceId, [{ id: deviceId, event: '', on: true, fields: { Name: device.name } }]);
  }

  /** A Response/Catalog: a part of our query, or unsolicited, then it only adds and updates (CAT-3). */
  answer(deviceId: string, sn: number | null, part: CatalogPart, nowMs: number): void {
    const running = this.#running.get(deviceId);
    if (running === undefined || !this.#belongs(deviceId, running, sn)) {
      this.#found(
        deviceId,
        'CAT-3',
        `a catalogue of ${part.items.length} items that was not asked for (SN ${sn ?? 'none'})`,
      );
      this.#merge(deviceId, part.items);
      this.#directory.groups.upsert(deviceId, part.items);
      return;
    }
    const { collection } = running;
    const fresh = collection.add(part, nowMs).filter((item) => !running.toldMeanwhile.has(item.id));
    const change = this.#merge(
      deviceId,
      fresh.filter((item) => item.id !== deviceId),
    );
    running.added += change.added.length;
    running.changed += change.changed.length + this.#directory.groups.upsert(deviceId, fresh);
    if (collection.sumNumWrong) this.#distrustCount(deviceId);
    const queryId = String(collection.sn);
    this.#emit({ type: 'catalog.progress', data: { deviceId, queryId, ...collection.progress } });
    if (collection.finishedMs === null && collection.over(nowMs)) this.#finish(deviceId, running, nowMs);
  }

  /** A change notify (annex N): events by name, full items as updates. Never for a device without a row (CAT-6). */
  notify(deviceId: string, items: readonly CatalogItem[]): void {
    const ignoreStatus = this.#directory.device(deviceId)?.profile.ignoreStatusNotify === true;
    const running = this.#running.get(deviceId);
    const during = running?.collection.finishedMs === null ? running.toldMeanwhile : null;
    for (const item of items) {
      const isKnown = () => this.#directory.channel(deviceId, item.id) !== undefined;
      const wasKnown = isKnown();
      if (item.event === 'DEL') {
        const gone = this.#directory.removeChannel(deviceId, item.id);
        if (gone !== undefined) this.#channelEvent('channel.removed', gone);
        else this.#directory.groups.remove(deviceId, item.id);
      } else if (isStatus(item.event)) {
        if (ignoreStatus) {
          this.#found(deviceId, 'CAT-7', `${item.event} of ${item.id} was not believed, as its profile says`);
          continue;
        }
        const on = item.event === 'ON';
        const changed = this.#directory.setStatus(deviceId, item.id, on ? 'on' : 'off');
        if (changed !== undefined) this.#channelEvent(on ? 'channel.online' : 'channel.offline', changed);
      } else {
        this.#merge(deviceId, [item]);
        this.#directory.groups.upsert(deviceId, [item]);
      }
      // of a channel without a row the answer says more (CAT-6)
      if ((wasKnown || isKnown()) && during !== null && during.size < MAX_CATALOG_ITEMS) during.add(item.id);
    }
  }

  /** The query could not be sent, or the device is gone. */
  fail(deviceId: string, fault: QueryFault): void {
    const running = this.#running.get(deviceId);
    if (running === undefined || running.collection.finishedMs !== null) return;
    this.#running.delete(deviceId);
    for (const settle of running.waiting.splice(0)) settle(fault);
  }

  forget(deviceId: string): void {
    this.fail(deviceId, { fault: 'not-found', detail: 'the device was deleted' });
    this.#running.delete(deviceId);
  }

  /** Ends what fell quiet. */
  poll(nowMs: number): void {
    for (const [deviceId, running] of this.#running) {
      const { collection } = running;
      if (collection.finishedMs === null) {
        if (!collection.over(nowMs)) continue;
        if (collection.begun) this.#finish(deviceId, running, nowMs);
        else this.#unanswered(deviceId);
      } else if (nowMs - collection.finishedMs >= CATALOG_LINGER_MS && running.collection.items.size > 0) {
        collection.items.clear(); // `begun` stays readable, the items live in the directory
      }
    }
  }

  /** Queries that run. */
  get size(): number {
    let size = 0;
    for (const running of this.#running.values()) if (running.collection.finishedMs === null) size += 1;
    return size;
  }

  failAll(fault: QueryFault): void {
    for (const deviceId of [...this.#running.keys()]) this.fail(deviceId, fault);
  }

  /** No answer at all (CAT-8): a device that lists nothing is its own channel, so that it can be watched. */
  #unanswered(deviceId: string): void {
    this.#found(deviceId, 'CAT-8', 'no answer to the Catalog query: the device stands in for its channels');
    this.fail(deviceId, { fault: 'timeout', detail: 'no catalogue answer came' });
    this.addSelf(deviceId);
  }

  #belongs(deviceId: string, running: Running, sn: number | null): boolean {
    const { collection } = running;
    if (sn === collection.sn) return true;
    if (collection.finishedMs !== null) return false;
    if (sn === running.strangeSn && sn !== null) return true;
    // no SN, or one that is not ours, while nothing else has come: devices that do not echo it (XML-13)
    if (sn !== null && collection.begun) return false;
    running.strangeSn = sn ?? -1;
    this.#found(deviceId, 'XML-13', `its catalogue has SN ${sn ?? 'none'}, asked was ${collection.sn}`);
    return true;
  }

  #finish(deviceId: string, running: Running, nowMs: number): void {
    const { collection } = running;
    collection.finishedMs = nowMs;
    running.whole = collection.complete;
    const { received, expected } = collection.progress;
    if (received !== expected)
      this.#found(deviceId, 'CAT-2', `SumNum said ${expected ?? 'nothing'}, ${received} different items came`);
    const own = collection.items.get(deviceId);
    const listed = own !== undefined ? deviceId : collection.items.has(this.#platformId) ? this.#platformId : null;
    if (listed !== null)
      this.#found(
        deviceId,
        'CAT-4',
        `its catalogue lists ${listed === deviceId ? 'itself' : 'this platform'} (${listed})`,
      );
    const others = [...collection.items.values()].filter((item) => item.id !== deviceId && this.#isChannel(item));
    if (own !== undefined && others.length === 0) {
      // an IPC that lists only itself: it is its own channel (CAT-4)
      running.added += this.#upsert(deviceId, [own]).added.length;
    }
    const removed =
      this.#removeGuess(deviceId, others) +
      this.#removeMissing(deviceId, running, others.length > 0 ? others : own === undefined ? [] : [own]);
    const channels = this.#directory.channels(deviceId);
    const queryId = String(collection.sn);
    const { added, changed } = running;
    const data = {
      deviceId,
      queryId,
      complete: collection.complete,
      channels: channels.length,
      added,
      removed,
      changed,
    };
    this.#emit({ type: 'catalog.updated', data });
    const items = channels.filter((channel) => collection.items.has(channel.id));
    for (const settle of running.waiting.splice(0)) settle({ queryId, items, complete: collection.complete });
  }

  /** A device with channels is none itself (CAT-4), also when its list came incomplete: it was one only until a catalogue came. */
  #removeGuess(deviceId: string, others: CatalogItem[]): number {
    const guess = others.length === 0 ? undefined : this.#directory.removeChannel(deviceId, deviceId);
    if (guess === undefined) return 0;
    this.#channelEvent('channel.removed', guess);
    return 1;
  }

  /** Only a complete answer to our own SN removes channels (CAT-2, CAT-3); an empty one says nothing about those it once listed. */
  #removeMissing(deviceId: string, running: Running, listed: CatalogItem[]): number {
    const { collection } = running;
    if (!collection.complete || collection.sumNumWrong || running.strangeSn !== null || listed.length === 0) return 0;
    const keep = new Set(listed.map((item) => item.id));
    let removed = this.#directory.groups.keepOnly(deviceId, collection.items);
    for (const channel of this.#directory.channels(deviceId)) {
      if (keep.has(channel.id) || running.toldMeanwhile.has(channel.id)) continue;
      this.#directory.removeChannel(deviceId, channel.id);
      this.#channelEvent('channel.removed', channel);
      removed += 1;
    }
    return removed;
  }

  #merge(deviceId: string, items: readonly CatalogItem[]): ChannelChange {
    return this.#upsert(
      deviceId,
      items.filter(
        (item) =>
          this.#isChannel(item) && (item.id !== deviceId || this.#directory.channel(deviceId, deviceId) !== undefined),
      ),
    );
  }

  #upsert(deviceId: string, items: readonly CatalogItem[]): ChannelChange {
    const change = this.#directory.upsert(deviceId, items);
    for (const channel of change.added) this.#channelEvent('channel.added', channel);
    for (const channel of change.turnedOn) this.#channelEvent('channel.online', channel);
    for (const channel of change.turnedOff) this.#channelEvent('channel.offline', channel);
    return change;
  }

  #isChannel(item: CatalogItem): boolean {
    return item.id !== this.#platformId && isVideoChannel(item.id);
  }

  #distrustCount(deviceId: string): void {
    const device = this.#directory.device(deviceId);
    if (device !== undefined && learn(device, 'sumNumWrong', true)) this.#directory.save(device);
  }

  #channelEvent(
    type: 'channel.added' | 'channel.removed' | 'channel.online' | 'channel.offline',
    channel: Channel,
  ): void {
    this.#emit({ type, data: { deviceId: channel.deviceId, channelId: channel.id, name: channel.name } });
  }
}

/** VLOST and DEFECT: registered, but of no use (annex N). */
function isStatus(event: string): boolean {
  return event === 'ON' || event === 'OFF' || event === 'VLOST' || event === 'DEFECT';
}
