import { readCatalog } from '../manscdp/catalog.ts';
import { type Envelope, isCommand, readEnvelope } from '../manscdp/envelope.ts';
import { readKeepalive } from '../manscdp/keepalive.ts';
import type { Peer } from '../peer.ts';
import { userOf } from '../wire/address.ts';
import type { SipRequest } from '../wire/message.ts';
import type { Catalogs } from './catalogs.ts';
import type { Directory } from './directory.ts';
import type { Fleet } from './fleet.ts';
import { learn } from './profile.ts';
import type { Questions } from './query.ts';

/** The MESSAGE and NOTIFY desk: bodies of a device that was found at its own address. The SIP answer is sent before a body takes effect. */

export interface MessageCounters {
  /** Requests in the name of a device that did not come from where it registered. */
  elsewhere: number;
  keepalives: number;
  keepaliveFaults: number;
  answers: number;
  unasked: number;
  notifies: number;
  /** Commands that are none of ours: answered 200 and ignored (XML-10). */
  ignored: number;
  /** Bodies without any element or command. */
  malformed: number;
}

export class MessageDesk {
  readonly counters: MessageCounters = {
    elsewhere: 0,
    keepalives: 0,
    keepaliveFaults: 0,
    answers: 0,
    unasked: 0,
    notifies: 0,
    ignored: 0,
    malformed: 0,
  };
  readonly #fleet: Fleet;
  readonly #directory: Directory;
  readonly #questions: Questions;
  readonly #catalogs: Catalogs;

  constructor(fleet: Fleet, questions: Questions, catalogs: Catalogs) {
    this.#fleet = fleet;
    this.#directory = fleet.directory;
    this.#questions = questions;
    this.#catalogs = catalogs;
  }

  /** No digest comes with these: only what arrives from where the device registered is believed (SIP-2, REG-12). */
  receive(
    request: SipRequest,
    from: Peer,
    answer: (status: number, phrase: string) => void,
    nowMs: number,
    epochMs: number,
  ): void {
    const deviceId = this.#senderOf(request, from);
    if (deviceId === null || !this.#fleet.believes(deviceId, from, epochMs)) {
      this.counters.elsewhere += 1;
      answer(403, 'Not Registered Here');
      return;
    }
    const body = this.#read(deviceId, request);
    answer(body === null ? 400 : 200, body === null ? 'No MANSCDP Body' : 'OK');
    this.#fleet.heard(deviceId, from, nowMs, epochMs);
    if (body !== null && body !== 'empty') this.#handle(deviceId, body, nowMs);
  }

  /** The user of From, which is the device; some write the channel there, then it is the device at that address which has it. */
  #senderOf(request: SipRequest, from: Peer): string | null {
    const user = userOf(request.headers.get('From'));
    if (user === null) return null;
    return this.#directory.device(user) === undefined ? this.#fleet.deviceWith(user, from) : user;
  }

  /** Reads a body; null: answer 400. An empty body is nothing wrong: some devices send empty NOTIFYs. */
  #read(deviceId: string, request: SipRequest): Envelope | 'empty' | null {
    if (request.body.length === 0) return 'empty';
    const device = this.#directory.device(deviceId);
    const envelope = readEnvelope(request.body, device?.profile.charset ?? null);
    if ('fault' in envelope) {
      this.counters.malformed += 1;
      return null;
    }
    if (device !== undefined && envelope.charset !== null && learn(device, 'charset', envelope.charset))
      this.#directory.save(device);
    return envelope;
  }

  /** Carries out what a body says. */
  #handle(deviceId: string, envelope: Envelope, nowMs: number): void {
    if (envelope.root === 'response') this.#response(deviceId, envelope, nowMs);
    else if (isCommand(envelope, 'Keepalive')) {
      this.counters.keepalives += 1;
      if (!readKeepalive(envelope).ok) this.counters.keepaliveFaults += 1;
    } else if (isCommand(envelope, 'Catalog')) {
      this.counters.notifies += 1;
      this.#catalogs.notify(deviceId, readCatalog(envelope));
    } else this.counters.ignored += 1;
  }

  #response(deviceId: string, envelope: Envelope, nowMs: number): void {
    // a question first: sample documents copy `Catalog` into other answers (XML-8), and those have no list
    const part = isCommand(envelope, 'Catalog') ? readCatalog(envelope) : null;
    if (part !== null && (part.items.length > 0 || part.sumNum !== null)) {
      this.counters.answers += 1;
      // the 2011 edition writes change notifies as Response (annex N): items with events
      if (part.items.some((item) => item.event !== '')) this.#catalogs.notify(deviceId, part);
      else this.#catalogs.answer(deviceId, envelope.sn, part, nowMs);
    } else if (this.#questions.answer(deviceId, envelope)) this.counters.answers += 1;
    else this.counters.unasked += 1;
  }
}
