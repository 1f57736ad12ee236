import { randomBytes, randomInt } from 'node:crypto';
import { parseAdvertise, toldMediaHost } from './advertise.ts';
import type { Call, InviteOptions } from './call.ts';
import { Calls } from './calls.ts';
import { Asking } from './camera/ask.ts';
import { type CatalogResult, Catalogs } from './camera/catalogs.ts';
import { type DeviceFinding, DeviceFindings } from './camera/device-findings.ts';
import { Directory } from './camera/directory.ts';
import { Fleet } from './camera/fleet.ts';
import { Inquiries } from './camera/inquiries.ts';
import { MessageDesk } from './camera/messages.ts';
import { type NotifiedDesk, notifiedDesks } from './camera/notified.ts';
import { Outbox } from './camera/outbox.ts';
import type { QueryFault } from './camera/query.ts';
import type { RecordsOptions, RecordsSearch } from './camera/records.ts';
import type { RedirectDesk } from './camera/redirect-desk.ts';
import { Registrar } from './camera/registrar.ts';
import { RegistrationDesk } from './camera/registration.ts';
import { RollCall } from './camera/roll-call.ts';
import { passwordOf, sealPassword } from './camera/secret.ts';
import { Subscriptions } from './camera/subscriptions.ts';
import { ALLOW, CAPABILITIES } from './capabilities.ts';
import { SipEndpoint } from './endpoint.ts';
import { Exchange } from './exchange.ts';
import { Farewells } from './farewells.ts';
import type { Expectation } from './incoming-call.ts';
import { IncomingCalls } from './incoming-calls.ts';
import type { Question } from './manscdp/question.ts';
import type { RecordQuery } from './manscdp/record-info.ts';
import type { Peer } from './peer.ts';
import { randomToken } from './random-token.ts';
import { redirectDesk } from './redirect-ping.ts';
import type { SipEvent, SipFault, SipServerOptions } from './server-options.ts';
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
  readonly #clock: { nowMs(): number; epochMs(): number };
  readonly #endpoint = new SipEndpoint({ random: randomToken });
  readonly #outbox = new Outbox();
  readonly #findings = new DeviceFindings();
  readonly #exchange: Exchange;
  readonly #fleet: Fleet;
  readonly #registrar: Registrar;
  readonly #registrations: RegistrationDesk;
  readonly #redirects: RedirectDesk | null;
  readonly #catalogs: Catalogs;
  readonly #asking: Asking;
  readonly #messages: MessageDesk;
  /** What devices are to tell by themselves. */
  readonly subscriptions: Subscriptions;
  readonly #notified: Map<string, NotifiedDesk>;
  readonly #inquiries: Inquiries;
  readonly #rollCall: RollCall;
  readonly #farewells: Farewells;
  readonly #calls: Calls;
  readonly #incoming: IncomingCalls;
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
      inUse: () => server.#fleet.connections(),
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
    this.directory = new Directory(o.stores.devices, o.stores.channels);
    const nowMs = () => this.#clock.nowMs();
    const epochMs = () => this.#clock.epochMs();
    const emit = (event: SipEvent) => o.onEvent(event);
    const found = (deviceId: string, code: string, detail: string) => {
      if (this.noteFinding(deviceId, code, detail)) o.log.info({ deviceId, code, detail }, 'tolerated deviation');
    };
    this.#exchange = new Exchange(this.#endpoint, {
      send: (bytes, to) => this.#sockets?.send(bytes, to) ?? false,
      localAddressTo: (host) => this.#sockets?.localAddressTo(host) ?? o.host,
      localPort: (transport) => (transport === 'tls' ? this.#sockets?.tlsPort : null) ?? this.port,
      advertise: parseAdvertise(o.advertise),
      platformId: o.platformId,
      domain: o.domain,
      random: randomToken,
      onRequest: (request, transaction, from, atMs) => this.#request(request, transaction, from, atMs),
      onStray: (response, from, atMs) => this.#calls.stray(response, from, atMs),
      onUnacknowledged: (transaction) => this.#incoming.unacknowledged(transaction),
    });
    this.#fleet = new Fleet(this.directory, {
      emit: (event) => {
        emit(event);
        // a BYE that was lost while nobody noticed is said again at each registration, not only after an absence
        if (event.type === 'device.registered' || event.type === 'device.online')
          this.#farewells.sayOwed(event.data.deviceId);
        if (event.type === 'device.online') this.subscriptions.online(event.data.deviceId);
      },
      gone: (deviceId, reason) => {
        this.#calls.gone(deviceId, reason);
        this.#incoming.gone(deviceId, reason);
        this.#inquiries.gone(deviceId);
        this.subscriptions.gone(deviceId, reason === 'unregistered');
      },
      found,
    });
    const peerOf = (deviceId: string) => this.#fleet.peerOf(deviceId);
    const seen = (deviceId: string, atMs: number) => this.#fleet.seen(deviceId, atMs);
    this.#registrar = new Registrar({
      platformId: o.platformId,
      realm: o.domain,
      authRequired: o.authRequired,
      algorithms: o.digest ?? ['MD5'],
      admission: o.admission,
      directory: this.directory,
      passwordOf: (deviceId) => passwordOf(this.directory.device(deviceId), o.password, o.sealingKey),
      nonceKey: randomBytes(32),
      random: randomToken,
    });
    this.#catalogs = new Catalogs(this.directory, o.platformId, emit, found);
    const ports = { exchange: this.#exchange, outbox: this.#outbox, peerOf, seen, found, nowMs, epochMs };
    this.#asking = new Asking({ ...ports, directory: this.directory, firstSn: randomInt(1, 1_000_000) });
    this.#inquiries = new Inquiries({
      ...ports,
      random: Math.random,
      asking: this.#asking,
      catalogs: this.#catalogs,
      directory: this.directory,
      timeZone: o.timeZone ?? 'Asia/Shanghai',
      emit,
    });
    this.#redirects = redirectDesk(o.redirect ?? [], { fleet: this.#fleet, inquiries: this.#inquiries, nowMs });
    this.#registrations = new RegistrationDesk(this.#registrar, this.#fleet, {
      emit,
      attempt: (attempt) => o.onAttempt?.(attempt),
      ping: (peer, deviceId, there) => this.#inquiries.ping(peer, deviceId, there),
      redirects: this.#redirects,
      nowMs,
      registered: (deviceId, changed, isAnew) => {
        this.#inquiries.afterRegistration(deviceId, changed);
        if (isAnew) this.subscriptions.anew(deviceId);
      },
      found,
    });
    this.#rollCall = new RollCall(this.#fleet, this.#inquiries, this.#clock);
    const own = { ...ports, platformId: o.platformId, domain: o.domain, store: o.stores.dialogues };
    this.#farewells = new Farewells(own);
    this.#calls = new Calls({ ...own, random: randomToken }, this.#farewells);
    const believes = (deviceId: string, from: Peer) => this.#fleet.believes(deviceId, from, epochMs());
    this.#incoming = new IncomingCalls({ ...own, random: randomToken, believes }, this.#farewells);
    const { records } = this.#inquiries;
    const notified = notifiedDesks({ emit });
    this.#notified = notified;
    this.subscriptions = new Subscriptions({
      ...own,
      directory: this.directory,
      found,
      emit,
      body: (device, write) => this.#asking.body(device, write),
      token: randomToken,
      random: Math.random,
    });
    const takers = { catalogs: this.#catalogs, records, calls: this.#calls, subscriptions: this.subscriptions };
    this.#messages = new MessageDesk({ fleet: this.#fleet, asking: this.#asking, ...takers, notified, found });
  }

  /** The port of both transports. */
  get port(): number {
    return this.#sockets?.udpPort ?? this.#o.port;
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
    const host = this.#fleet.peerOf(deviceId)?.host ?? this.directory.device(deviceId)?.address?.host;
    return toldMediaHost(this.#o) ?? this.localAddressTo(host ?? '127.0.0.1');
  }

  /** Begins a call to a channel. */
  invite(options: InviteOptions): Call {
    return this.#calls.invite(options);
  }

  /** Waits for a call of a device that was told to make one; the answer ends the waiting. Null: too many are waited for. */
  expectCall(expectation: Expectation): (() => void) | null {
    return this.#incoming.expect(expectation);
  }

  /** Asks a device, or tells it something; what `null` in an answer means, the question says. */
  ask<A>(deviceId: string, question: Question<A>): Promise<A | QueryFault> {
    return this.#asking.ask(deviceId, question);
  }

  /** From now on this desk takes what devices say unasked under that CmdType. */
  onNotified(cmdType: string, desk: NotifiedDesk): void {
    this.#notified.set(cmdType.toLowerCase(), desk);
  }

  /** Asks for the catalogue, to the end. */
  catalog(deviceId: string): Promise<CatalogResult | QueryFault> {
    return this.#inquiries.catalog(deviceId);
  }

  /** Asks for the catalogue and waits at most that long: the channels are in the directory as they come. */
  queryCatalog(deviceId: string, waitMs: number): Promise<{ queryId: string; complete: boolean } | QueryFault> {
    return this.#inquiries.catalogWithin(deviceId, waitMs);
  }

  /** Looks for footage of a channel; waits for its turn when others search at that device. */
  records(deviceId: string, query: RecordQuery, o: RecordsOptions): RecordsSearch {
    return this.#inquiries.records.begin(deviceId, query, o);
  }

  /** True once a Catalog answer of this device has begun in this process. */
  catalogBegun(deviceId: string): boolean {
    return this.#catalogs.begun(deviceId);
  }

  /** Makes the device its own channel, until a catalogue comes. */
  addSelfChannel(deviceId: string): void {
    this.#catalogs.addSelf(deviceId);
  }

  /** Seals a password for the `sealedPassword` of a device. Whoever was locked out with the old one may try again. */
  sealPassword(deviceId: string, password: string): string {
    this.#registrar.passwordChanged(deviceId);
    return sealPassword(password, deviceId, this.#o.sealingKey, randomBytes);
  }

  /** Media of the device arrives: it lives (REG-13). */
  seen(deviceId: string): void {
    this.#fleet.seen(deviceId, this.#clock.nowMs());
  }

  /** Deletes a device; `block`: it may never return. Its calls end. */
  removeDevice(deviceId: string, o: { block: boolean }): void {
    this.#fleet.remove(deviceId, o.block);
    this.#catalogs.forget(deviceId);
    this.#farewells.forgetDevice(deviceId);
    this.#registrations.forget(deviceId);
    this.#findings.forget(deviceId);
    this.subscriptions.forget(deviceId);
  }

  /** Deviations of this device that were tolerated since this process began, first seen first. */
  findingsOf(deviceId: string): readonly DeviceFinding[] {
    return this.#findings.of(deviceId);
  }

  /** Counts a deviation of a device; true when it is a known device and shows this code for the first time. */
  noteFinding(deviceId: string, code: string, detail: string): boolean {
    if (this.directory.device(deviceId) === undefined) return false;
    return this.#findings.add(deviceId, code, detail, this.#clock.epochMs());
  }

  /** Takes up what an earlier run left: BYE for its open dialogues, to devices that cannot be reached when they come back; and is who was registered still there? */
  takeUp(): void {
    this.#farewells.sayOwed(null);
    this.#rollCall.begin();
  }

  /** A flat snapshot for the metrics. */
  counters(): Record<string, number> {
    return sipCounters({
      nowMs: this.#clock.nowMs(),
      server: this.#counters,
      endpoint: this.#endpoint.counts(),
      sockets: this.#sockets?.counts() ?? null,
      registrar: this.#registrar,
      registrations: this.#registrations,
      redirects: this.#redirects,
      messages: this.#messages,
      asking: this.#asking,
      subscriptions: this.subscriptions,
      catalogs: this.#catalogs,
      records: this.#inquiries.records,
      outbox: this.#outbox,
      exchange: this.#exchange,
      calls: this.#calls,
      incoming: this.#incoming,
      farewells: this.#farewells,
      findings: this.#findings,
      rollCall: this.#rollCall,
    });
  }

  /** Closes the port. BYEs are said before, by whoever holds the calls. Idempotent. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#inquiries.close();
    this.subscriptions.close();
    this.#calls.close();
    this.#incoming.close();
    this.#farewells.close();
    await this.#sockets?.close();
  }

  /** Every message enters here. What can be refused without a trace is, before a transaction is spent on it (SIP-13). */
  #receive(message: SipMessage | Fault, from: Peer): void {
    const nowMs = this.#clock.nowMs();
    if (message.kind === 'fault') {
      this.#counters.malformed += 1;
      return;
    }
    this.#counters.received += 1;
    if (message.kind === 'request' && message.method === 'REGISTER') {
      if (!this.#registrar.admit(message, from, nowMs)) return;
      if (this.#o.authRequired && message.headers.get('Authorization') === undefined) {
        const decision = this.#registrar.decide(message, from, nowMs);
        if (decision.type !== 'accept') {
          this.#exchange.respond(message, null, from, this.#registrations.refusal(decision, from, nowMs), nowMs);
          return;
        }
      }
    }
    // a retransmission ends here; a new request comes back through #request, a response goes to whoever waits for it
    this.#exchange.receive(message, from, nowMs);
  }

  /** One new request, with the transaction that its answer belongs to. */
  #request(request: SipRequest, transaction: ServerId | null, from: Peer, nowMs: number): void {
    try {
      this.#toDesk(request, transaction, from, nowMs);
    } catch (error) {
      // a fault of ours must end one request, not the process
      this.#counters.desksFailed += 1;
      if (nowMs - this.#loggedMs >= LOG_EVERY_MS) {
        this.#loggedMs = nowMs;
        this.#o.log.warn({ err: error, method: request.method, from: from.host }, 'a SIP request could not be handled');
      }
      if (request.method !== 'ACK')
        this.#exchange.respond(request, transaction, from, { status: 500, phrase: 'Server Error' }, nowMs);
    }
  }

  #toDesk(request: SipRequest, transaction: ServerId | null, from: Peer, nowMs: number): void {
    const epochMs = this.#clock.epochMs();
    const answer = (status: number, phrase: string, headers: (readonly [string, string])[] = []) =>
      this.#exchange.respond(request, transaction, from, { status, phrase, headers }, this.#clock.nowMs());
    // what anybody may ask is answered without memory: strangers fill no table, and one forged INVITE makes one answer and not
    // the dozen that its transaction would send
    const answerAnybody = (status: number, phrase: string, headers: (readonly [string, string])[] = []) =>
      this.#exchange.respond(request, null, from, { status, phrase, headers }, this.#clock.nowMs());
    switch (request.method) {
      case 'REGISTER':
        this.#registrations.receive(request, from, (a) => answer(a.status, a.phrase, a.headers), nowMs, epochMs);
        return;
      case 'MESSAGE':
      case 'NOTIFY':
        this.#messages.receive(
          request,
          from,
          (status, phrase) => (status === 403 ? answerAnybody : answer)(status, phrase),
          nowMs,
          epochMs,
        );
        return;
      case 'BYE':
        if (this.#incoming.bye(request, from) || this.#calls.bye(request, from)) answer(200, 'OK');
        else answerAnybody(481, 'Call/Transaction Does Not Exist');
        return;
      case 'OPTIONS':
        answerAnybody(200, 'OK', CAPABILITIES);
        return;
      case 'INVITE': {
        const refusal = this.#incoming.invite(request, transaction, from);
        if (refusal !== null) answerAnybody(refusal.status, refusal.phrase);
        return;
      }
      case 'CANCEL':
        if (this.#incoming.cancel(request, from)) answer(200, 'OK');
        else answerAnybody(481, 'Call/Transaction Does Not Exist');
        return;
      case 'ACK':
        this.#incoming.ack(request, from);
        return;
      default:
        this.#counters.unknownMethods += 1;
        answerAnybody(405, 'Method Not Allowed', [ALLOW]);
    }
  }

  #disconnected(peer: Peer): void {
    const nowMs = this.#clock.nowMs();
    this.#fleet.connectionClosed(peer, nowMs);
    this.#exchange.unreachable(peer, nowMs);
  }

  #tick(): void {
    const nowMs = this.#clock.nowMs();
    const due = this.#endpoint.nextDeadlineMs();
    if (due !== null && due <= nowMs) this.#exchange.poll(nowMs);
    if (nowMs - this.#slowMs < SLOW_TICK_MS) return;
    this.#slowMs = nowMs;
    const epochMs = this.#clock.epochMs();
    this.#calls.poll(nowMs);
    this.#outbox.poll(nowMs);
    this.#asking.poll(nowMs);
    this.subscriptions.poll(nowMs);
    this.#catalogs.poll(nowMs);
    this.#inquiries.poll(nowMs);
    this.#registrations.poll(nowMs, epochMs);
    this.#redirects?.poll(nowMs);
    this.#rollCall.poll();
    for (const deviceId of this.#fleet.poll(nowMs, epochMs)) void this.#inquiries.probe(deviceId);
  }
}
