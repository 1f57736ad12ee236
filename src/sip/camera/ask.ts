import { editionSpoken, versionOf } from '../editions.ts';
import type { Exchange } from '../exchange.ts';
import { type BodyStyle, bodyStyle, type Envelope, MANSCDP_CONTENT_TYPE } from '../manscdp/envelope.ts';
import type { Question } from '../manscdp/question.ts';
import type { Peer } from '../peer.ts';
import type { SipResponse } from '../wire/message.ts';
import type { Noted } from './device-findings.ts';
import type { Device, Directory } from './directory.ts';
import { MESSAGE_HOLD_MS, type Outbox } from './outbox.ts';
import { type QueryFault, Questions } from './query.ts';

/** The one way by which a MESSAGE of ours gets to a device: its turn in the outbox, its SN, its charset, and who waits for the answer. */

export interface AskPorts {
  readonly exchange: Exchange;
  readonly outbox: Outbox;
  readonly directory: Directory;
  peerOf(deviceId: string): Peer | null;
  seen(deviceId: string, nowMs: number): void;
  nowMs(): number;
  /** First SN, 1 to 2^31: a restarted gateway does not take late answers to its predecessor for its own. */
  readonly firstSn: number;
}

/** What is sent for somebody who keeps his own table of answers. */
export interface Posting {
  /** Null: it is not to be sent after all. */
  write(sn: number, style: BodyStyle): Buffer | null;
  /** The device took it: SIP 2xx. */
  taken?(sn: number): void;
  /** The device did not take it. */
  failed(fault: QueryFault, sn: number): unknown;
  readonly haste?: Question<unknown>['haste'];
  isWanted?(): boolean;
}

/** SNs stay below 2^31: some devices parse them signed. */
const SN_LIMIT = 0x7fff_fff0;

export class Asking {
  readonly #ports: AskPorts;
  readonly #questions = new Questions();
  #sn: number;
  #closed = false;

  constructor(ports: AskPorts) {
    this.#ports = ports;
    this.#sn = ports.firstSn;
  }

  /** Asks a device that is online and answers what it says, or why it says nothing. Ends within the time limit of the question. */
  ask<A>(deviceId: string, question: Question<A>): Promise<A | QueryFault> {
    return new Promise((resolve) => {
      let busy = false;
      const sent = this.post(deviceId, {
        write: (sn, style) => {
          busy = !this.#questions.ask(deviceId, question, sn, resolve, this.#ports.nowMs());
          return busy ? null : question.write(sn, style);
        },
        taken: (sn) => this.#questions.taken(deviceId, sn),
        failed: (fault, sn) => this.#questions.fail(deviceId, sn, fault),
        ...(question.haste === undefined ? {} : { haste: question.haste }),
        isWanted: () => question.isWanted?.() !== false,
      });
      if (typeof sent !== 'number') resolve(sent);
      else if (busy) resolve({ fault: 'busy', detail: 'too many questions are open' });
    });
  }

  /** Sends a body when its turn comes; answers its SN, or why it cannot leave. */
  post(deviceId: string, posting: Posting): number | QueryFault {
    const device = this.#ports.directory.device(deviceId);
    if (device === undefined) return { fault: 'not-found', detail: 'there is no such device' };
    if (this.#closed || !device.online) return { fault: 'offline', detail: 'the device is offline' };
    const sn = this.#nextSn();
    const body = posting.write(sn, styleFor(device));
    if (body !== null) this.#send(device, body, sn, posting);
    return sn;
  }

  /**
   * Sends a body at once, to where a device was last known, whether it is online or not: `there` is called when it is taken. Its
   * address is proved by that, for nobody else has seen what was asked.
   */
  knock<A>(deviceId: string, peer: Peer, question: Question<A>, there: () => void): void {
    const { directory, exchange, nowMs } = this.#ports;
    const device = directory.device(deviceId);
    if (device === undefined || this.#closed) return;
    const onResponse = ({ status }: SipResponse): void => {
      // 403 and the like: it is there, and belongs to somebody else now
      if (status >= 200 && status < 300) there();
    };
    const request = this.#compose(deviceId, peer, question.write(this.#nextSn(), styleFor(device)));
    exchange.request(request, peer, { onResponse, onFailed: () => {} }, nowMs());
  }

  /** A body with the next SN, as this device wants it, for a request that is no MESSAGE. */
  body(device: Device, write: (sn: number, style: BodyStyle) => Buffer): Buffer {
    return write(this.#nextSn(), styleFor(device));
  }

  /** Takes a Response from a device; null when nobody asked, else what was tolerated. */
  answer(deviceId: string, envelope: Envelope, nowMs: number): readonly Noted[] | null {
    return this.#questions.answer(deviceId, envelope, nowMs);
  }

  /** The device is gone: nobody waits for it any longer. */
  gone(deviceId: string, fault: QueryFault): void {
    this.#questions.failAll(deviceId, fault);
  }

  poll(nowMs: number): void {
    this.#questions.poll(nowMs);
  }

  /** Nothing leaves any more; who waits is told. */
  close(fault: QueryFault): void {
    this.#closed = true;
    this.#questions.failAll(null, fault);
  }

  /** Questions without an answer yet. */
  get size(): number {
    return this.#questions.size;
  }

  #nextSn(): number {
    this.#sn = this.#sn >= SN_LIMIT ? 1 : this.#sn + 1;
    return this.#sn;
  }

  #compose(deviceId: string, peer: Peer, body: Buffer) {
    return this.#ports.exchange.compose({
      method: 'MESSAGE',
      toId: deviceId,
      peer,
      contentType: MANSCDP_CONTENT_TYPE,
      body,
    });
  }

  #send(device: Device, body: Buffer, sn: number, posting: Posting): void {
    const { taken, failed, haste } = posting;
    const { exchange, outbox, peerOf, seen, nowMs } = this.#ports;
    const run = (done: (nowMs: number) => void, atMs: number): void => {
      if (posting.isWanted?.() === false) {
        done(atMs);
        taken?.(sn);
        return;
      }
      const peer = peerOf(device.id);
      if (peer === null) {
        done(atMs);
        failed({ fault: 'unreachable', detail: 'there is no connection to the device' }, sn);
        return;
      }
      const onResponse = (response: SipResponse, _: Peer, answeredMs: number): void => {
        seen(device.id, answeredMs);
        if (response.status < 200) return;
        done(answeredMs);
        if (response.status < 300) {
          taken?.(sn); // "received": the answer itself is a MESSAGE of the device
          return;
        }
        const detail = `the device answered ${response.status} ${response.reason}`;
        failed({ fault: 'rejected', detail, status: response.status }, sn);
      };
      const onFailed = (cause: string, failedMs: number): void => {
        done(failedMs);
        failed(
          { fault: cause === 'timeout' ? 'timeout' : 'unreachable', detail: 'the device did not take the query' },
          sn,
        );
      };
      exchange.request(this.#compose(device.id, peer, body), peer, { onResponse, onFailed }, atMs);
    };
    if (haste === 'beside') run(() => {}, nowMs());
    else if (!outbox.add(device.id, { urgent: haste === 'first', holdMs: MESSAGE_HOLD_MS, run }, nowMs())) {
      failed({ fault: 'busy', detail: 'too many requests wait for this device' }, sn);
    }
  }
}

function styleFor(device: Device): BodyStyle {
  return bodyStyle(versionOf(editionSpoken(device)), device.profile.charset ?? null);
}
