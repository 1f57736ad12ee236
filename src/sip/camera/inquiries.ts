import type { Exchange } from '../exchange.ts';
import { writeCatalogQuery } from '../manscdp/catalog.ts';
import { type DeviceInfo, writeDeviceInfoQuery } from '../manscdp/device-info.ts';
import { type DeviceStatus, writeDeviceStatusQuery } from '../manscdp/device-status.ts';
import { type BodyStyle, bodyStyle, MANSCDP_CONTENT_TYPE } from '../manscdp/envelope.ts';
import { type KeyFrameCommand, writeKeyFrameCommand } from '../manscdp/key-frame.ts';
import type { Peer } from '../peer.ts';
import type { SipResponse } from '../wire/message.ts';
import type { CatalogEvent, CatalogResult, Catalogs } from './catalogs.ts';
import type { Device, Directory } from './directory.ts';
import { MESSAGE_HOLD_MS, type Outbox } from './outbox.ts';
import type { QueryFault, Questions } from './query.ts';
import { RecordSearches } from './records.ts';

/** What we ask devices: after a registration, when somebody wants to know, and whether they still live. */

export interface InquiryPorts {
  exchange: Exchange;
  outbox: Outbox;
  questions: Questions;
  catalogs: Catalogs;
  directory: Directory;
  peerOf(deviceId: string): Peer | null;
  seen(deviceId: string, nowMs: number): void;
  /** A deviation of this device was tolerated. */
  found(deviceId: string, code: string, detail: string): void;
  nowMs(): number;
  emit(event: CatalogEvent): void;
  /** First SN, 1 to 2^31: a restarted gateway does not take late answers to its predecessor for its own. */
  firstSn: number;
  /** Zone of times without one, when the profile of the device names none. */
  timeZone: string;
}

/** SNs stay below 2^31: some devices parse them signed. */
const SN_LIMIT = 0x7fff_fff0;

export class Inquiries {
  /** Searches for footage: answers of hundreds of messages that must not wait for each other. */
  readonly records: RecordSearches;
  readonly #ports: InquiryPorts;
  #sn: number;
  #closed = false;

  constructor(ports: InquiryPorts) {
    this.#ports = ports;
    this.#sn = ports.firstSn;
    this.records = new RecordSearches({
      ...ports,
      post: (deviceId, write, failed) => this.#post(deviceId, write, failed),
    });
  }

  /** DeviceInfo, DeviceStatus and Catalog: at the first registration and after a change, and as long as no catalogue came whole (9.1). */
  afterRegistration(deviceId: string, changed: boolean): void {
    if (!changed && this.#ports.catalogs.complete(deviceId)) return;
    void this.info(deviceId);
    void this.status(deviceId);
    void this.catalog(deviceId).then((result) => {
      if ('fault' in result) this.#tellFailure(deviceId, result);
    });
  }

  /** Asks what it is; name, maker, model and firmware go into the directory. */
  async info(deviceId: string): Promise<DeviceInfo | QueryFault> {
    const { questions } = this.#ports;
    const answer = await this.#ask<DeviceInfo>(deviceId, writeDeviceInfoQuery, (sn, settle, nowMs) =>
      questions.ask(deviceId, 'DeviceInfo', sn, settle, nowMs),
    );
    const device = this.#ports.directory.device(deviceId);
    if (!('fault' in answer) && answer.ok && device !== undefined) this.#learn(device, answer);
    return answer;
  }

  /** Asks how it does. */
  status(deviceId: string): Promise<DeviceStatus | QueryFault> {
    const { questions } = this.#ports;
    return this.#ask<DeviceStatus>(deviceId, writeDeviceStatusQuery, (sn, settle, nowMs) =>
      questions.ask(deviceId, 'DeviceStatus', sn, settle, nowMs),
    );
  }

  /** Asks for the catalogue, or joins the query that runs. Ends complete, or with what came until it fell quiet. */
  catalog(deviceId: string): Promise<CatalogResult | QueryFault> {
    const { catalogs } = this.#ports;
    return this.#ask<CatalogResult>(
      deviceId,
      writeCatalogQuery,
      (sn, settle, nowMs) => (catalogs.ask(deviceId, sn, settle, nowMs).send ? true : 'joined'),
      // an answer that comes although the query was never acknowledged is an answer
      (fault) => !catalogs.begun(deviceId) && catalogs.fail(deviceId, fault),
    );
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

  /** Asks a channel for a key frame; whether it obeys shows in its media. */
  keyFrame(deviceId: string, channelId: string, command: KeyFrameCommand): void {
    const device = this.#ports.directory.device(deviceId);
    if (device === undefined || this.#closed || !device.online) return;
    this.#sn = this.#sn >= SN_LIMIT ? 1 : this.#sn + 1;
    const style = bodyStyle(device.version, device.profile.charset ?? null);
    this.#send(device, writeKeyFrameCommand(channelId, this.#sn, command, style), () => {});
  }

  /** A quiet device is asked before it is called offline (REG-15). */
  async probe(deviceId: string): Promise<void> {
    const answer = await this.status(deviceId);
    if (!('fault' in answer))
      this.#ports.found(deviceId, 'REG-15', 'it sent no keepalive in time, but answered when asked for its status');
  }

  /**
   * Asks a device of an earlier run whether it is still there, without waiting for its turn: nobody talks to it yet. `there` is
   * called when it takes the question: its address is proved by the answer, for nobody else has seen what was asked.
   */
  stillThere(deviceId: string, peer: Peer, there: () => void): void {
    const { exchange, directory } = this.#ports;
    const device = directory.device(deviceId);
    if (device === undefined || this.#closed) return;
    this.#sn = this.#sn >= SN_LIMIT ? 1 : this.#sn + 1;
    const body = writeDeviceStatusQuery(deviceId, this.#sn, bodyStyle(device.version, device.profile.charset ?? null));
    const request = exchange.compose({
      method: 'MESSAGE',
      toId: deviceId,
      peer,
      contentType: MANSCDP_CONTENT_TYPE,
      body,
    });
    const onResponse = ({ status }: SipResponse): void => {
      // 403 and the like: it is there, and belongs to somebody else now
      if (status >= 200 && status < 300) there();
    };
    exchange.request(request, peer, { onResponse, onFailed: () => {} }, this.#ports.nowMs());
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

  /** The device is gone: nobody waits for it any longer. */
  gone(deviceId: string): void {
    const fault: QueryFault = { fault: 'offline', detail: 'the device is offline' };
    this.#ports.questions.failAll(deviceId, fault);
    this.#ports.catalogs.fail(deviceId, fault);
    this.records.gone(deviceId, fault);
  }

  /** A catalogue that nobody waits for and that did not come; a device that left meanwhile has its own event. */
  #tellFailure(deviceId: string, { fault, detail }: QueryFault): void {
    if (fault === 'offline' || fault === 'closed' || fault === 'not-found') return;
    this.#ports.emit({ type: 'catalog.failed', data: { deviceId, reason: fault, detail } });
  }

  close(): void {
    this.#closed = true;
    const fault: QueryFault = { fault: 'closed', detail: 'the gateway is shutting down' };
    this.#ports.questions.failAll(null, fault);
    this.#ports.catalogs.failAll(fault);
    this.records.failAll(fault);
  }

  /** Notes the question, then sends it; `failed` undoes what `note` did. */
  #ask<A>(
    deviceId: string,
    write: (deviceId: string, sn: number, style: BodyStyle) => Buffer,
    note: (sn: number, settle: (answer: A | QueryFault) => void, nowMs: number) => boolean | 'joined',
    failed?: (fault: QueryFault) => unknown,
  ): Promise<A | QueryFault> {
    const device = this.#ports.directory.device(deviceId);
    if (device === undefined) return Promise.resolve({ fault: 'not-found', detail: 'there is no such device' });
    if (this.#closed || !device.online) return Promise.resolve({ fault: 'offline', detail: 'the device is offline' });
    return new Promise((resolve) => {
      this.#sn = this.#sn >= SN_LIMIT ? 1 : this.#sn + 1;
      const sn = this.#sn;
      const noted = note(sn, resolve, this.#ports.nowMs());
      if (noted === 'joined') return;
      if (!noted) {
        resolve({ fault: 'busy', detail: 'too many questions are open' });
        return;
      }
      const fail = failed ?? ((fault: QueryFault) => this.#ports.questions.fail(deviceId, sn, fault));
      this.#send(device, write(deviceId, sn, bodyStyle(device.version, device.profile.charset ?? null)), fail);
    });
  }

  /** Sends a query of somebody who keeps his own table; its SN, or why it cannot leave. `failed`: the device did not take it. */
  #post(
    deviceId: string,
    write: (sn: number, style: BodyStyle) => Buffer,
    failed: (fault: QueryFault) => void,
  ): number | QueryFault {
    const device = this.#ports.directory.device(deviceId);
    if (device === undefined) return { fault: 'not-found', detail: 'there is no such device' };
    if (this.#closed || !device.online) return { fault: 'offline', detail: 'the device is offline' };
    this.#sn = this.#sn >= SN_LIMIT ? 1 : this.#sn + 1;
    const sn = this.#sn;
    this.#send(device, write(sn, bodyStyle(device.version, device.profile.charset ?? null)), failed);
    return sn;
  }

  #send(device: Device, body: Buffer, fail: (fault: QueryFault) => unknown): void {
    const { exchange, outbox, peerOf, seen, nowMs } = this.#ports;
    const run = (done: (nowMs: number) => void, atMs: number): void => {
      const peer = peerOf(device.id);
      if (peer === null) {
        done(atMs);
        fail({ fault: 'unreachable', detail: 'there is no connection to the device' });
        return;
      }
      const request = exchange.compose({
        method: 'MESSAGE',
        toId: device.id,
        peer,
        contentType: MANSCDP_CONTENT_TYPE,
        body,
      });
      const onResponse = (response: SipResponse, _: Peer, answeredMs: number): void => {
        seen(device.id, answeredMs);
        if (response.status < 200) return;
        done(answeredMs);
        if (response.status < 300) return; // "received": the answer itself is a MESSAGE of the device
        const detail = `the device answered ${response.status} ${response.reason}`;
        fail({ fault: 'rejected', detail, status: response.status });
      };
      const onFailed = (cause: string, failedMs: number): void => {
        done(failedMs);
        fail({ fault: cause === 'timeout' ? 'timeout' : 'unreachable', detail: 'the device did not take the query' });
      };
      exchange.request(request, peer, { onResponse, onFailed }, atMs);
    };
    if (!outbox.add(device.id, { urgent: false, holdMs: MESSAGE_HOLD_MS, run }, nowMs())) {
      fail({ fault: 'busy', detail: 'too many requests wait for this device' });
    }
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
