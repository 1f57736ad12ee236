import { type CatalogPart, readCatalog } from '../manscdp/catalog.ts';
import { catalogFindings } from '../manscdp/catalog-findings.ts';
import { type Envelope, isCommand, readEnvelope } from '../manscdp/envelope.ts';
import { readKeepalive } from '../manscdp/keepalive.ts';
import { readMediaStatus } from '../manscdp/media-status.ts';
import type { Peer } from '../peer.ts';
import { tagOf, userOf } from '../wire/address.ts';
import { callIdOf, contentTypeOf, type SipRequest } from '../wire/message.ts';
import type { Asking } from './ask.ts';
import type { Catalogs } from './catalogs.ts';
import type { Directory } from './directory.ts';
import type { Fleet } from './fleet.ts';
import type { NotifiedDesk } from './notified.ts';
import { learn } from './profile.ts';
import type { RecordSearches } from './records.ts';
import { toleratedWords } from './tolerated.ts';

/** The MESSAGE and NOTIFY desk: bodies of a device that was found at its own address. The SIP answer is sent before a body takes effect. */

export interface MessageCounters {
  /** Requests in the name of a device that did not come from where it registered. */
  elsewhere: number;
  keepalives: number;
  keepaliveFaults: number;
  answers: number;
  mediaStatuses: number;
  unasked: number;
  notifies: number;
  /** Commands that are none of ours: answered 200 and ignored (XML-10). */
  ignored: number;
  /** Bodies without any element or command. */
  malformed: number;
}

/** What goes into one Ethernet frame with the headers of such a message: longer ones travel in fragments (SIP-7). */
const MAX_UNFRAGMENTED_BYTES = 1_300;

/** Commands of any edition (annex A): those without a desk here are ignored, but they are no deviation. */
const STANDARD_COMMANDS = new Set(
  [
    'Alarm',
    'Broadcast',
    'ConfigDownload',
    'CruiseTrackListQuery',
    'CruiseTrackQuery',
    'DeviceConfig',
    'DeviceControl',
    'DeviceInfo',
    'DeviceStatus',
    'DeviceUpgradeResult',
    'HomePositionQuery',
    'MediaStatus',
    'MobilePosition',
    'PTZPosition',
    'PresetQuery',
    'RecordInfo',
    'SDCardStatus',
    'UploadSnapShotFinished',
    'VideoUploadNotify',
  ].map((command) => command.toLowerCase()),
);

/** Calls for footage, as far as messages are about them. */
export interface FootageCalls {
  footageFrom(callId: string, user: string, from: Peer): string | null;
  mediaStatus(deviceId: string, callId: string, named: readonly (string | null)[], notifyType: string): boolean;
}

/** Subscriptions, as far as NOTIFYs are about them. */
export interface NotifyTakers {
  notified(deviceId: string, request: SipRequest): void;
  readonly order: {
    newest<T extends { readonly id: string }>(deviceId: string, request: SipRequest, items: readonly T[]): readonly T[];
  };
}

export interface MessagePorts {
  readonly fleet: Fleet;
  readonly asking: Asking;
  readonly catalogs: Catalogs;
  readonly records: RecordSearches;
  readonly calls: FootageCalls;
  readonly subscriptions: NotifyTakers;
  readonly notified: ReadonlyMap<string, NotifiedDesk>;
  /** A deviation of that device was tolerated. */
  found(deviceId: string, code: string, detail: string): void;
}

export class MessageDesk {
  readonly counters: MessageCounters = {
    elsewhere: 0,
    keepalives: 0,
    keepaliveFaults: 0,
    answers: 0,
    mediaStatuses: 0,
    unasked: 0,
    notifies: 0,
    ignored: 0,
    malformed: 0,
  };
  readonly #fleet: Fleet;
  readonly #directory: Directory;
  readonly #asking: Asking;
  readonly #catalogs: Catalogs;
  readonly #records: RecordSearches;
  readonly #calls: FootageCalls;
  readonly #subscriptions: NotifyTakers;
  readonly #notified: ReadonlyMap<string, NotifiedDesk>;
  readonly #found: (deviceId: string, code: string, detail: string) => void;

  constructor({ fleet, asking, catalogs, records, calls, subscriptions, notified, found }: MessagePorts) {
    this.#found = found;
    this.#subscriptions = subscriptions;
    this.#fleet = fleet;
    this.#directory = fleet.directory;
    this.#asking = asking;
    this.#catalogs = catalogs;
    this.#records = records;
    this.#calls = calls;
    this.#notified = notified;
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
    this.#noteMessage(deviceId, request, from);
    if (request.method === 'NOTIFY') this.#subscriptions.notified(deviceId, request);
    if (body !== null && body !== 'empty') this.#handle(deviceId, body, request, nowMs);
  }

  /** What was tolerated in the message that carried a body. */
  #noteMessage(deviceId: string, request: SipRequest, from: Peer): void {
    for (const code of request.tolerated ?? []) this.#found(deviceId, code, toleratedWords(code, request));
    const { length } = request.body;
    if (length > MAX_UNFRAGMENTED_BYTES && from.transport === 'udp')
      this.#found(
        deviceId,
        'SIP-7',
        `a ${request.method} of ${length} bytes in one datagram: SIP over TCP is safer for this device`,
      );
    const type = contentTypeOf(request);
    if (length > 0 && type !== 'application/manscdp+xml')
      this.#found(
        deviceId,
        'SIP-10',
        `a ${request.method} with ${type === null ? 'no Content-Type' : `Content-Type ${type}`} holds MANSCDP`,
      );
    const sender = userOf(request.headers.get('From'));
    // inside the dialogue of a call it is the channel, as invited
    if (sender !== deviceId && tagOf(request.headers.get('To')) === null)
      this.#found(deviceId, 'INV-6', `a ${request.method} names ${sender} in From instead of the device`);
  }

  /** The user of From, which is the device; some write the channel there, then it is the device at that address which has it. */
  #senderOf(request: SipRequest, from: Peer): string | null {
    const user = userOf(request.headers.get('From'));
    if (user === null) return null;
    if (this.#directory.device(user) !== undefined) return user;
    const owner = this.#fleet.deviceWith(user, from);
    // the end of a file is told by ids that nobody knows, also outside of the call (PB-1)
    if (owner !== null || !Buffer.from(request.body).includes('MediaStatus')) return owner;
    return this.#calls.footageFrom(callIdOf(request), user, from);
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
  #handle(deviceId: string, envelope: Envelope, request: SipRequest, nowMs: number): void {
    for (const [code, detail] of envelope.tolerated) this.#found(deviceId, code, detail);
    if (envelope.root === 'response') this.#response(deviceId, envelope, request, nowMs);
    else if (isCommand(envelope, 'Keepalive')) this.#keepalive(deviceId, envelope);
    else if (isCommand(envelope, 'MediaStatus')) this.#mediaStatus(deviceId, envelope, request);
    else if (isCommand(envelope, 'Catalog')) {
      this.counters.notifies += 1;
      const part = readCatalog(envelope);
      this.#noteCatalog(deviceId, envelope, part);
      this.#catalogs.notify(deviceId, this.#subscriptions.order.newest(deviceId, request, part.items));
    } else {
      const desk = this.#notified.get(envelope.cmdType.toLowerCase());
      if (desk === undefined) this.#ignore(deviceId, envelope);
      else desk(deviceId, envelope, request.method === 'NOTIFY' ? 'NOTIFY' : 'MESSAGE');
    }
  }

  /** With faults it is online all the same (REG-16). */
  #keepalive(deviceId: string, envelope: Envelope): void {
    this.counters.keepalives += 1;
    const { ok, faults } = readKeepalive(envelope);
    if (ok && faults.length === 0) return;
    this.counters.keepaliveFaults += 1;
    const list = faults.length === 0 ? 'no list of faults' : `faults of ${faults.slice(0, 5).join(', ')}`;
    this.#found(deviceId, 'REG-16', `its keepalive says ${ok ? 'OK' : 'that something is wrong'}, with ${list}`);
  }

  /** Of a call that is over it says nothing new; it was answered 200 all the same (PB-1). */
  #mediaStatus(deviceId: string, envelope: Envelope, request: SipRequest): void {
    this.counters.mediaStatuses += 1;
    const named = [envelope.deviceId, userOf(request.headers.get('From')), request.uri.user];
    this.#calls.mediaStatus(deviceId, callIdOf(request), named, readMediaStatus(envelope));
  }

  /** Answered 200: whoever is told 400 for a private command stops talking (XML-10). */
  #ignore(deviceId: string, envelope: Envelope): void {
    this.counters.ignored += 1;
    if (!STANDARD_COMMANDS.has(envelope.cmdType.toLowerCase()))
      this.#found(deviceId, 'XML-10', `it sent ${envelope.cmdType.slice(0, 40)}, which the standard does not know`);
  }

  #noteCatalog(deviceId: string, envelope: Envelope, part: CatalogPart): void {
    for (const [code, detail] of catalogFindings(envelope, part)) this.#found(deviceId, code, detail);
  }

  #response(deviceId: string, envelope: Envelope, request: SipRequest, nowMs: number): void {
    // a question first: sample documents copy `Catalog` into other answers (XML-8), and those have no list
    const part = isCommand(envelope, 'Catalog') ? readCatalog(envelope) : null;
    if (part !== null && (part.items.length > 0 || part.sumNum !== null)) {
      this.counters.answers += 1;
      this.#noteCatalog(deviceId, envelope, part);
      // the 2011 edition writes change notifies as Response (annex N): items with events
      if (part.items.some((item) => item.event !== ''))
        this.#catalogs.notify(deviceId, this.#subscriptions.order.newest(deviceId, request, part.items));
      else this.#catalogs.answer(deviceId, envelope.sn, part, nowMs);
      return;
    }
    if (isCommand(envelope, 'RecordInfo')) {
      if (this.#records.answer(deviceId, envelope, nowMs)) this.counters.answers += 1;
      else this.counters.unasked += 1;
      return;
    }
    const noted = this.#asking.answer(deviceId, envelope, nowMs);
    if (noted === null) this.counters.unasked += 1;
    else this.counters.answers += 1;
    for (const [code, detail] of noted ?? []) this.#found(deviceId, code, detail);
  }
}
