import type { Exchange } from '../exchange.ts';
import { writeCatalogQuery } from '../manscdp/catalog.ts';
import { type DeviceInfo, deviceInfoQuestion } from '../manscdp/device-info.ts';
import { deviceStatusQuestion } from '../manscdp/device-status.ts';
import type { Peer } from '../peer.ts';
import type { Asking } from './ask.ts';
import type { CatalogEvent, CatalogResult, Catalogs } from './catalogs.ts';
import type { Device, Directory } from './directory.ts';
import type { QueryFault } from './query.ts';
import { RecordSearches } from './records.ts';

/** What we ask devices: after a registration, when somebody wants to know, and whether they still live. */

export interface InquiryPorts {
  exchange: Exchange;
  asking: Asking;
  catalogs: Catalogs;
  directory: Directory;
  /** A deviation of this device was tolerated. */
  found(deviceId: string, code: string, detail: string): void;
  nowMs(): number;
  emit(event: CatalogEvent): void;
  /** Between 0 and 1, for the moments of questions that nobody asked for. */
  random(): number;
  /** Zone of times without one, when the profile of the device names none. */
  timeZone: string;
}

/**
 * The catalogue of each device is asked for about this often: many agree to tell changes of it and never do. What it says anew is
 * applied, the rest is no news.
 */
export const CATALOG_POLL_MS = 3_600_000;

export class Inquiries {
  /** Searches for footage: answers of hundreds of messages that must not wait for each other. */
  readonly records: RecordSearches;
  readonly #ports: InquiryPorts;
  /** When the catalogue of each device is asked for again; bounded by the devices. */
  readonly #polls = new Map<string, number>();

  constructor(ports: InquiryPorts) {
    this.#ports = ports;
    this.records = new RecordSearches({
      ...ports,
      post: (deviceId, write, failed) => ports.asking.post(deviceId, { write, failed }),
    });
  }

  /** DeviceInfo, DeviceStatus and Catalog: at the first registration and after a change, and as long as no catalogue came whole (9.1). */
  afterRegistration(deviceId: string, changed: boolean): void {
    if (!this.#polls.has(deviceId)) this.#pollLater(deviceId);
    if (!changed && this.#ports.catalogs.complete(deviceId)) return;
    void this.info(deviceId);
    void this.#ports.asking.ask(deviceId, deviceStatusQuestion(deviceId));
    void this.catalog(deviceId).then((result) => {
      if ('fault' in result) this.#tellFailure(deviceId, result);
    });
  }

  /** Asks what it is; name, maker, model and firmware go into the directory. */
  async info(deviceId: string): Promise<DeviceInfo | QueryFault> {
    const answer = await this.#ports.asking.ask(deviceId, deviceInfoQuestion(deviceId));
    const device = this.#ports.directory.device(deviceId);
    if (!('fault' in answer) && answer.ok && device !== undefined) this.#learn(device, answer);
    return answer;
  }

  /** Asks for the catalogue, or joins the query that runs. Ends complete, or with what came until it fell quiet. */
  catalog(deviceId: string): Promise<CatalogResult | QueryFault> {
    const { asking, catalogs, nowMs } = this.#ports;
    return new Promise((resolve) => {
      const sent = asking.post(deviceId, {
        write: (sn, style) =>
          catalogs.ask(deviceId, sn, resolve, nowMs()).send ? writeCatalogQuery(deviceId, sn, style) : null,
        // an answer that comes although the query was never acknowledged is an answer
        failed: (fault) => !catalogs.begun(deviceId) && catalogs.fail(deviceId, fault),
      });
      if (typeof sent !== 'number') resolve(sent);
    });
  }

  /** The same, waiting at most that long: the channels are in the directory as they come. */
  async catalogWithin(deviceId: string, waitMs: number): Promise<{ queryId: string; complete: boolean } | QueryFault> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), waitMs);
    });
    const result = await Promise.race([this.catalog(deviceId), late]);
    clearTimeout(timer);
    if (result === null) {
      const queryId = this.#ports.catalogs.runningQuery(deviceId);
      if (queryId === null) return { fault: 'timeout', detail: `no catalogue answer within ${waitMs / 1000} s` };
      return { queryId, complete: false };
    }
    return 'fault' in result ? result : { queryId: result.queryId, complete: result.complete };
  }

  /** A quiet device is asked before it is called offline (REG-15). */
  async probe(deviceId: string): Promise<void> {
    const answer = await this.#ports.asking.ask(deviceId, deviceStatusQuestion(deviceId));
    if (!('fault' in answer))
      this.#ports.found(deviceId, 'REG-15', 'it sent no keepalive in time, but answered when asked for its status');
  }

  /** Asks a device of an earlier run whether it is still there, without waiting for its turn: nobody talks to it yet. */
  stillThere(deviceId: string, peer: Peer, there: () => void): void {
    this.#ports.asking.knock(deviceId, peer, deviceStatusQuestion(deviceId), there);
  }

  /** Whether somebody is at that address: any answer to an OPTIONS counts (REG-10). */
  ping(peer: Peer, deviceId: string, there: () => void): void {
    const { exchange } = this.#ports;
    let told = false;
    const onResponse = () => {
      if (!told) there();
      told = true;
    };
    exchange.request(
      exchange.compose({ method: 'OPTIONS', toId: deviceId, peer }),
      peer,
      { onResponse, onFailed: () => {} },
      this.#ports.nowMs(),
    );
  }

  /** Asks what is due. */
  poll(nowMs: number): void {
    this.records.poll(nowMs);
    for (const [deviceId, dueMs] of this.#polls) {
      if (dueMs > nowMs) continue;
      this.#pollLater(deviceId);
      void this.catalog(deviceId);
    }
  }

  /** The device is gone: nobody waits for it any longer. */
  gone(deviceId: string): void {
    this.#polls.delete(deviceId);
    const fault: QueryFault = { fault: 'offline', detail: 'the device is offline' };
    this.#ports.asking.gone(deviceId, fault);
    this.#ports.catalogs.fail(deviceId, fault);
    this.records.gone(deviceId, fault);
  }

  /** Not all of them at once: a thousand devices that registered together are asked in the course of half an hour. */
  #pollLater(deviceId: string): void {
    this.#polls.set(deviceId, this.#ports.nowMs() + CATALOG_POLL_MS * (0.75 + this.#ports.random() / 2));
  }

  /** A catalogue that nobody waits for and that did not come; a device that left meanwhile has its own event. */
  #tellFailure(deviceId: string, { fault, detail }: QueryFault): void {
    if (fault === 'offline' || fault === 'closed' || fault === 'not-found') return;
    this.#ports.emit({ type: 'catalog.failed', data: { deviceId, reason: fault, detail } });
  }

  close(): void {
    const fault: QueryFault = { fault: 'closed', detail: 'the gateway is shutting down' };
    this.#ports.asking.close(fault);
    this.#ports.catalogs.failAll(fault);
    this.records.failAll(fault);
  }

  #learn(device: Device, info: DeviceInfo): void {
    const before = JSON.stringify(device);
    if (!device.named && info.name !== '') device.name = info.name;
    if (info.manufacturer !== '') device.manufacturer = info.manufacturer;
    if (info.model !== '') device.model = info.model;
    if (info.firmware !== '') device.firmware = info.firmware;
    if (JSON.stringify(device) !== before) this.#ports.directory.save(device);
  }
}
