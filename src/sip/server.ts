import { randomBytes } from 'node:crypto';
import { toldMediaHost } from './advertise.ts';
import type { Call, InviteOptions } from './call.ts';
import type { CatalogResult } from './camera/catalogs.ts';
import type { DeviceFinding } from './camera/device-findings.ts';
import type { Directory } from './camera/directory.ts';
import type { NotifiedDesk } from './camera/notified.ts';
import type { QueryFault } from './camera/query.ts';
import type { RecordsOptions, RecordsSearch } from './camera/records.ts';
import { sealPassword } from './camera/secret.ts';
import type { Subscriptions } from './camera/subscriptions.ts';
import { ALLOW, CAPABILITIES } from './capabilities.ts';
import type { Expectation } from './incoming-call.ts';
import type { Question } from './manscdp/question.ts';
import type { RecordQuery } from './manscdp/record-info.ts';
import type { Peer } from './peer.ts';
import { openRooms, type Rooms } from './rooms.ts';
import type { SipClock, SipFault, SipServerOptions } from './server-options.ts';
import { sipCounters } from './sip-counters.ts';
import { SipSockets } from './socket.ts';
import type { ServerId } from './transaction/output.ts';
import type { Fault } from './wire/fault.ts';
import type { SipMessage, SipRequest } from './wire/message.ts';

export type { Call, InviteFailure, InviteOptions } from './call.ts';
export type { DeviceFinding } from './camera/device-findings.ts';
export type { QueryFault } from './camera/query.ts';
export type { SipEvent, SipServerOptions } from './server-options.ts';

/** Retransmissions are checked at their deadlines; everything slower (presence, queries, queues) this often. */
const TICK_MS = 100;
const SLOW_TICK_MS = 500;
/** The desks trust no message that makes them throw: it is answered 500 and logged this often at most. */
const LOG_EVERY_MS = 10_000;

/** CORRIDOR of SIP. A request → its desk (register, message, notify, bye, options, else 405); a response → the exchange, where somebody waits. */
export class SipServer {
  readonly platformId: string;
  readonly directory: Directory;
  readonly #o: SipServerOptions;
  readonly #clock: SipClock;
  readonly #rooms: Rooms;
  /** What devices are to tell by themselves. */
  readonly subscriptions: Subscriptions;
  #sockets: SipSockets | null = null;
  #timer: NodeJS.Timeout | null = null;
  #slowMs = 0;
  #loggedMs = Number.NEGATIVE_INFINITY;
  readonly #counters = { received: 0, malformed: 0, unknownMethods: 0, desksFailed: 0 };

  /** Opens the port, UDP and TCP, and knows the devices of the store. */
  static async open(options: SipServerOptions): Promise<SipServer | SipFault> {
    const server = new SipServer(options);
    const sockets = await SipSockets.open({
      host: options.host,
      port: options.port,
      onMessage: (message, peer) => server.#receive(message, peer),
      onDisconnect: (peer) => server.#disconnected(peer),
      inUse: () => server.#rooms.fleet.connections(),
      tls: options.tls ?? null,
      ...(options.connectionLimits === undefined ? {} : { limits: options.connectionLimits }),
      ...(options.tap === undefined ? {} : { tap: options.tap }),
      ...(options.trace === undefined ? {} : { trace: options.trace }),
    });
    if ('fault' in sockets) return sockets;
    server.#sockets = sockets;
    server.#timer = setInterval(() => server.#tick(), TICK_MS);
    return server;
  }

  private constructor(o: SipServerOptions) {
    this.#o = o;
    this.platformId = o.platformId;
    this.#clock = o.clock ?? { nowMs: () => performance.now(), epochMs: () => Date.now() };
    this.#rooms = openRooms(o, {
      clock: this.#clock,
      sockets: () => this.#sockets,
      onRequest: (request, transaction, from, atMs) => this.#request(request, transaction, from, atMs),
      noteFinding: (deviceId, code, detail) => this.noteFinding(deviceId, code, detail),
    });
    this.directory = this.#rooms.directory;
    this.subscriptions = this.#rooms.subscriptions;
  }

  /** The port of both transports. */
  get port(): number {
    return this.#sockets?.udpPort ?? this.#o.port;
  }

  /** The port of SIP over TLS; null: there is none. */
  get tlsPort(): number | null {
    return this.#sockets?.tlsPort ?? null;
  }

  /** Our own address on the way to that host, before any address translation. */
  localAddressTo(host: string): string {
    return this.#sockets?.localAddressTo(host) ?? this.#o.host;
  }

  /**
   * Host the device should send media to: the advertised one of media, that of everything, the one that the media ports are bound
   * to, else our address that faces the device. Never `0.0.0.0` (SIP-3).
   */
  mediaHostFor(deviceId: string): string {
    const host = this.#rooms.fleet.peerOf(deviceId)?.host ?? this.directory.device(deviceId)?.address?.host;
    return toldMediaHost(this.#o) ?? this.localAddressTo(host ?? '127.0.0.1');
  }

  /** Begins a call to a channel. */
  invite(options: InviteOptions): Call {
    return this.#rooms.calls.invite(options);
  }

  /** Waits for a call of a device that was told to make one; the answer ends the waiting. Null: too many are waited for. */
  expectCall(expectation: Expectation): (() => void) | null {
    return this.#rooms.incoming.expect(expectation);
  }

  /** Asks a device, or tells it something; what `null` in an answer means, the question says. */
  ask<A>(deviceId: string, question: Question<A>): Promise<A | QueryFault> {
    return this.#rooms.asking.ask(deviceId, question);
  }

  /** From now on this desk takes what devices say unasked under that CmdType. */
  onNotified(cmdType: string, desk: NotifiedDesk): void {
    this.#rooms.notified.set(cmdType.toLowerCase(), desk);
  }

  /** Asks for the catalogue, to the end. */
  catalog(deviceId: string): Promise<CatalogResult | QueryFault> {
    return this.#rooms.inquiries.catalog(deviceId);
  }

  /** Asks for the catalogue and waits at most that long: the channels are in the directory as they come. */
  queryCatalog(deviceId: string, waitMs: number): Promise<{ queryId: string; complete: boolean } | QueryFault> {
    return this.#rooms.inquiries.catalogWithin(deviceId, waitMs);
  }

  /** Looks for footage of a channel; waits for its turn when others search at that device. */
  records(deviceId: string, query: RecordQuery, o: RecordsOptions): RecordsSearch {
    return this.#rooms.inquiries.records.begin(deviceId, query, o);
  }

  /** True once a Catalog answer of this device has begun in this process. */
  catalogBegun(deviceId: string): boolean {
    return this.#rooms.catalogs.begun(deviceId);
  }

  /** Makes the device its own channel, until a catalogue comes. */
  addSelfChannel(deviceId: string): void {
    this.#rooms.catalogs.addSelf(deviceId);
  }

  /** Seals a password for the `sealedPassword` of a device. Whoever was locked out with the old one may try again. */
  sealPassword(deviceId: string, password: string): string {
    this.#rooms.registrar.passwordChanged(deviceId);
    return sealPassword(password, deviceId, this.#o.sealingKey, randomBytes);
  }

  /** Media of the device arrives: it lives (REG-13). */
  seen(deviceId: string): void {
    this.#rooms.fleet.seen(deviceId, this.#clock.nowMs());
  }

  /** Deletes a device; `block`: it may never return. Its calls end. */
  removeDevice(deviceId: string, o: { block: boolean }): void {
    this.subscriptions.forget(deviceId);
    this.#rooms.fleet.remove(deviceId, o.block);
    this.#rooms.catalogs.forget(deviceId);
    this.#rooms.farewells.forgetDevice(deviceId);
    this.#rooms.registrations.forget(deviceId);
    this.#rooms.findings.forget(deviceId);
  }

  /** Deviations of this device that were tolerated since this process began, first seen first. */
  findingsOf(deviceId: string): readonly DeviceFinding[] {
    return this.#rooms.findings.of(deviceId);
  }

  /** Counts a deviation of a device; true when it is a known device and shows this code for the first time. */
  noteFinding(deviceId: string, code: string, detail: string): boolean {
    if (this.directory.device(deviceId) === undefined) return false;
    return this.#rooms.findings.add(deviceId, code, detail, this.#clock.epochMs());
  }

  /** Takes up what an earlier run left: BYE for its open dialogues, to devices that cannot be reached when they come back; and is who was registered still there? */
  takeUp(): void {
    this.#rooms.farewells.sayOwed(null);
    this.#rooms.rollCall.begin();
  }

  /** A flat snapshot for the metrics. */
  counters(): Record<string, number> {
    return sipCounters(this.#rooms, {
      ...this.#counters,
      nowMs: this.#clock.nowMs(),
      sockets: this.#sockets?.counts() ?? null,
    });
  }

  /** Closes the port. BYEs are said before, by whoever holds the calls. Idempotent. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#rooms.inquiries.close();
    this.subscriptions.close();
    this.#rooms.calls.close();
    this.#rooms.incoming.close();
    this.#rooms.farewells.close();
    await this.#sockets?.close();
  }

  /** Every message enters here. */
  #receive(message: SipMessage | Fault, from: Peer): void {
    const nowMs = this.#clock.nowMs();
    if (message.kind === 'fault') {
      this.#counters.malformed += 1;
      return;
    }
    this.#counters.received += 1;
    try {
      this.#take(message, from, nowMs);
    } catch (error) {
      this.#failed(error, message.kind === 'request' ? message.method : `answer ${message.status}`, from, nowMs);
    }
  }

  /** What can be refused without a trace is, before a transaction is spent on it (SIP-13). */
  #take(message: SipMessage, from: Peer, nowMs: number): void {
    if (message.kind === 'request' && message.method === 'REGISTER') {
      if (!this.#rooms.registrar.admit(message, from, nowMs)) return;
      if (this.#o.authRequired && message.headers.get('Authorization') === undefined) {
        const decision = this.#rooms.registrar.decide(message, from, nowMs);
        if (decision.type !== 'accept') {
          this.#rooms.exchange.respond(
            message,
            null,
            from,
            this.#rooms.registrations.refusal(decision, from, nowMs),
            nowMs,
          );
          return;
        }
      }
    }
    // a retransmission ends here; a new request comes back through #request, a response goes to whoever waits for it
    this.#rooms.exchange.receive(message, from, nowMs);
  }

  /** One new request, with the transaction that its answer belongs to. */
  #request(request: SipRequest, transaction: ServerId | null, from: Peer, nowMs: number): void {
    try {
      this.#toDesk(request, transaction, from, nowMs);
    } catch (error) {
      this.#failed(error, request.method, from, nowMs);
      if (request.method !== 'ACK')
        this.#rooms.exchange.respond(request, transaction, from, { status: 500, phrase: 'Server Error' }, nowMs);
    }
  }

  /** A fault of ours must end one message, not the process. */
  #failed(error: unknown, method: string, from: Peer, nowMs: number): void {
    this.#counters.desksFailed += 1;
    if (nowMs - this.#loggedMs < LOG_EVERY_MS) return;
    this.#loggedMs = nowMs;
    this.#o.log.warn({ err: error, method, from: from.host }, 'a SIP message could not be handled');
  }

  #toDesk(request: SipRequest, transaction: ServerId | null, from: Peer, nowMs: number): void {
    const epochMs = this.#clock.epochMs();
    const answer = (status: number, phrase: string, headers: (readonly [string, string])[] = []) =>
      this.#rooms.exchange.respond(request, transaction, from, { status, phrase, headers }, this.#clock.nowMs());
    // what anybody may ask is answered without memory: strangers fill no table, and one forged INVITE makes one answer and not
    // the dozen that its transaction would send
    const answerAnybody = (status: number, phrase: string, headers: (readonly [string, string])[] = []) =>
      this.#rooms.exchange.respond(request, null, from, { status, phrase, headers }, this.#clock.nowMs());
    switch (request.method) {
      case 'REGISTER':
        this.#rooms.registrations.receive(request, from, (a) => answer(a.status, a.phrase, a.headers), nowMs, epochMs);
        return;
      case 'MESSAGE':
      case 'NOTIFY':
        this.#rooms.messages.receive(
          request,
          from,
          (status, phrase) => (status === 403 ? answerAnybody : answer)(status, phrase),
          nowMs,
          epochMs,
        );
        return;
      case 'BYE':
        if (this.#rooms.incoming.bye(request, from) || this.#rooms.calls.bye(request, from)) answer(200, 'OK');
        else answerAnybody(481, 'Call/Transaction Does Not Exist');
        return;
      case 'OPTIONS':
        answerAnybody(200, 'OK', CAPABILITIES);
        return;
      case 'INVITE': {
        const refusal = this.#rooms.incoming.invite(request, transaction, from);
        if (refusal !== null) answerAnybody(refusal.status, refusal.phrase);
        return;
      }
      case 'CANCEL':
        if (this.#rooms.incoming.cancel(request, from)) answer(200, 'OK');
        else answerAnybody(481, 'Call/Transaction Does Not Exist');
        return;
      case 'ACK':
        this.#rooms.incoming.ack(request, from);
        return;
      default:
        this.#counters.unknownMethods += 1;
        answerAnybody(405, 'Method Not Allowed', [ALLOW]);
    }
  }

  #disconnected(peer: Peer): void {
    const nowMs = this.#clock.nowMs();
    this.#rooms.fleet.connectionClosed(peer, nowMs);
    this.#rooms.exchange.unreachable(peer, nowMs);
  }

  #tick(): void {
    const nowMs = this.#clock.nowMs();
    const due = this.#rooms.endpoint.nextDeadlineMs();
    if (due !== null && due <= nowMs) this.#rooms.exchange.poll(nowMs);
    if (nowMs - this.#slowMs < SLOW_TICK_MS) return;
    this.#slowMs = nowMs;
    const epochMs = this.#clock.epochMs();
    this.#rooms.calls.poll(nowMs);
    this.#rooms.outbox.poll(nowMs);
    this.#rooms.asking.poll(nowMs);
    this.subscriptions.poll(nowMs);
    this.#rooms.catalogs.poll(nowMs);
    this.#rooms.inquiries.poll(nowMs);
    this.#rooms.registrations.poll(nowMs, epochMs);
    this.#rooms.redirects?.poll(nowMs);
    this.#rooms.rollCall.poll();
    for (const deviceId of this.#rooms.fleet.poll(nowMs, epochMs)) void this.#rooms.inquiries.probe(deviceId);
  }
}
