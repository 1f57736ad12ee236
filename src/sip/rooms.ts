import { randomBytes, randomInt } from 'node:crypto';
import { parseAdvertise } from './advertise.ts';
import { Calls } from './calls.ts';
import { Asking } from './camera/ask.ts';
import { Catalogs } from './camera/catalogs.ts';
import { CertificateLogins } from './camera/certificate-logins.ts';
import { DeviceFindings } from './camera/device-findings.ts';
import { Directory } from './camera/directory.ts';
import { Fleet } from './camera/fleet.ts';
import { Inquiries } from './camera/inquiries.ts';
import { MessageDesk } from './camera/messages.ts';
import { type NotifiedDesk, notifiedDesks } from './camera/notified.ts';
import { Outbox } from './camera/outbox.ts';
import type { RedirectDesk } from './camera/redirect-desk.ts';
import { Registrar } from './camera/registrar.ts';
import { RegistrationDesk } from './camera/registration.ts';
import { RollCall } from './camera/roll-call.ts';
import { passwordOf } from './camera/secret.ts';
import { Subscriptions } from './camera/subscriptions.ts';
import { SipEndpoint } from './endpoint.ts';
import { Exchange } from './exchange.ts';
import { Farewells } from './farewells.ts';
import { IncomingCalls } from './incoming-calls.ts';
import { Notes } from './notes.ts';
import type { Peer } from './peer.ts';
import { randomToken } from './random-token.ts';
import { redirectDesk } from './redirect-ping.ts';
import type { SipClock, SipEvent, SipServerOptions } from './server-options.ts';
import type { SipSockets } from './socket.ts';
import type { ServerId } from './transaction/output.ts';
import type { SipRequest } from './wire/message.ts';

/** What is behind the corridor. */
export interface Rooms {
  readonly endpoint: SipEndpoint;
  readonly exchange: Exchange;
  /** Null: signalling digests are off. */
  readonly notes: Notes | null;
  readonly directory: Directory;
  readonly findings: DeviceFindings;
  readonly outbox: Outbox;
  readonly fleet: Fleet;
  readonly registrar: Registrar;
  readonly registrations: RegistrationDesk;
  readonly redirects: RedirectDesk | null;
  readonly catalogs: Catalogs;
  readonly asking: Asking;
  readonly inquiries: Inquiries;
  readonly messages: MessageDesk;
  readonly notified: Map<string, NotifiedDesk>;
  readonly subscriptions: Subscriptions;
  readonly rollCall: RollCall;
  readonly farewells: Farewells;
  readonly calls: Calls;
  readonly incoming: IncomingCalls;
}

export interface RoomPorts {
  readonly clock: SipClock;
  /** Null before the port is open. */
  sockets(): SipSockets | null;
  onRequest(request: SipRequest, transaction: ServerId | null, from: Peer, atMs: number): void;
  /** Counts a deviation; true when a known device shows this code for the first time. */
  noteFinding(deviceId: string, code: string, detail: string): boolean;
}

/** Furnishes the rooms, once: who knows whom, and which event opens which door. */
export function openRooms(o: SipServerOptions, p: RoomPorts): Rooms {
  const directory = new Directory(o.stores.devices, o.stores.channels);
  const nowMs = () => p.clock.nowMs();
  const epochMs = () => p.clock.epochMs();
  const emit = (event: SipEvent) => o.onEvent(event);
  const found = (deviceId: string, code: string, detail: string) => {
    if (p.noteFinding(deviceId, code, detail)) o.log.info({ deviceId, code, detail }, 'tolerated deviation');
  };
  const outbox = new Outbox();
  const findings = new DeviceFindings();
  const passwordFor = (deviceId: string) => passwordOf(directory.device(deviceId), o.password, o.sealingKey);
  const { mode, userIdentity } = o.note ?? { mode: 'off', userIdentity: null };
  const notes =
    mode === 'off'
      ? null
      : new Notes({
          mode,
          userIdentity,
          platformId: o.platformId,
          device: (id) => directory.device(id),
          ownerOf: (channelId, at) => fleet.deviceWith(channelId, at),
          passwordOf: passwordFor,
          save: (device) => directory.save(device),
          epochMs,
          complain: (data, message) => o.log.warn(data, message),
        });
  const endpoint = new SipEndpoint({
    random: randomToken,
    ...(notes === null ? {} : { seal: (message, to) => notes.seal(message, to) }),
  });
  const exchange = new Exchange(endpoint, {
    notes,
    send: (bytes, to) => p.sockets()?.send(bytes, to) ?? false,
    localAddressTo: (host) => p.sockets()?.localAddressTo(host) ?? o.host,
    localPort: (transport) => (transport === 'tls' ? p.sockets()?.tlsPort : p.sockets()?.udpPort) ?? o.port,
    advertise: parseAdvertise(o.advertise),
    platformId: o.platformId,
    domain: o.domain,
    random: randomToken,
    onRequest: (request, transaction, from, atMs) => p.onRequest(request, transaction, from, atMs),
    onStray: (response, from, atMs) => calls.stray(response, from, atMs),
    onUnacknowledged: (transaction) => incoming.unacknowledged(transaction),
  });
  const fleet = new Fleet(directory, {
    emit: (event) => {
      emit(event);
      // a BYE that was lost while nobody noticed is said again at each registration, not only after an absence
      if (event.type === 'device.registered' || event.type === 'device.online') farewells.sayOwed(event.data.deviceId);
      if (event.type === 'device.online') subscriptions.online(event.data.deviceId);
    },
    gone: (deviceId, reason) => {
      calls.gone(deviceId, reason);
      incoming.gone(deviceId, reason);
      inquiries.gone(deviceId);
      subscriptions.gone(deviceId, reason === 'unregistered');
    },
    found,
  });
  const peerOf = (deviceId: string) => fleet.peerOf(deviceId);
  const seen = (deviceId: string, atMs: number) => fleet.seen(deviceId, atMs);
  const registrar = new Registrar({
    platformId: o.platformId,
    realm: o.domain,
    authRequired: o.authRequired,
    algorithms: o.digest ?? ['MD5'],
    admission: o.admission,
    certificates:
      o.certificates == null
        ? null
        : new CertificateLogins({ certificates: o.certificates, random: randomToken, epochMs }),
    directory,
    passwordOf: passwordFor,
    nonceKey: randomBytes(32),
    random: randomToken,
  });
  const catalogs = new Catalogs(directory, o.platformId, emit, found);
  const ports = { exchange, outbox, peerOf, seen, found, nowMs, epochMs };
  const asking = new Asking({ ...ports, directory, firstSn: randomInt(1, 1_000_000) });
  const inquiries = new Inquiries({
    ...ports,
    random: Math.random,
    asking,
    catalogs,
    directory,
    timeZone: o.timeZone ?? 'Asia/Shanghai',
    emit,
  });
  const redirects = redirectDesk(o.redirect ?? [], { fleet, inquiries, nowMs });
  const registrations = new RegistrationDesk(registrar, fleet, {
    emit,
    attempt: (attempt) => o.onAttempt?.(attempt),
    ping: (peer, deviceId, there) => inquiries.ping(peer, deviceId, there),
    redirects,
    nowMs,
    registered: (deviceId, changed, isAnew) => {
      inquiries.afterRegistration(deviceId, changed);
      if (isAnew) subscriptions.anew(deviceId);
    },
    found,
  });
  const rollCall = new RollCall(fleet, inquiries, p.clock);
  const own = { ...ports, platformId: o.platformId, domain: o.domain, store: o.stores.dialogues };
  const farewells = new Farewells(own);
  const calls = new Calls({ ...own, random: randomToken }, farewells);
  const believes = (deviceId: string, from: Peer) =>
    fleet.believes(deviceId, from, epochMs()) && !fleet.isAnothers(deviceId, from);
  const incoming = new IncomingCalls({ ...own, random: randomToken, believes }, farewells);
  const notified = notifiedDesks({ emit });
  const subscriptions = new Subscriptions({
    ...own,
    directory,
    found,
    emit,
    body: (device, write) => asking.body(device, write),
    token: randomToken,
    random: Math.random,
  });
  const takers = { catalogs, records: inquiries.records, calls, subscriptions };
  const messages = new MessageDesk({ fleet, asking, ...takers, notified, found });
  return {
    endpoint,
    exchange,
    notes,
    directory,
    findings,
    outbox,
    fleet,
    registrar,
    registrations,
    redirects,
    catalogs,
    asking,
    inquiries,
    messages,
    notified,
    subscriptions,
    rollCall,
    farewells,
    calls,
    incoming,
  };
}
