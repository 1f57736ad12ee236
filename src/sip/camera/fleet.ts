import { type Peer, samePeer } from '../peer.ts';
import type { Device, Directory } from './directory.ts';
import { Presence } from './presence.ts';
import { learn } from './profile.ts';
import type { Registration } from './registrar.ts';

/** Which devices are online, and where: the directory, the presence and the routes to them, changed together. */

export type FleetEvent =
  | {
      type: 'device.registered';
      data: {
        deviceId: string;
        address: string;
        transport: string;
        expiresSeconds: number;
        version: string | null;
        first: boolean;
      };
    }
  | { type: 'device.online' | 'device.offline'; data: { deviceId: string; reason: string } }
  | { type: 'device.unregistered'; data: { deviceId: string } };

/** Why a device can no longer be talked to. */
export type GoneReason = 'unregistered' | 'keepalive-missed' | 'registration-expired' | 'connection-lost' | 'deleted';

/** The same as the reason why a call ended. */
export const GONE_WORDS: Record<GoneReason, string> = {
  unregistered: 'the device unregistered',
  'keepalive-missed': 'the device went offline: its keepalives stopped',
  'registration-expired': 'the device went offline: its registration ran out',
  'connection-lost': 'the device went offline: its connection is gone',
  deleted: 'the device was deleted',
};

export interface FleetPorts {
  emit(event: FleetEvent): void;
  /** Calls and questions of the device end now. */
  gone(deviceId: string, reason: GoneReason): void;
  /** A deviation of this device was tolerated. */
  found(deviceId: string, code: string, detail: string): void;
}

/** How often the time of the last keepalive is written to the store: it is a hint for people, not worth a write a minute. */
const KEEPALIVE_SAVE_MS = 600_000;

export class Fleet {
  readonly directory: Directory;
  readonly presence = new Presence();
  readonly #ports: FleetPorts;
  readonly #routes = new Map<string, Peer>();
  readonly #savedEpochMs = new Map<string, number>();

  constructor(directory: Directory, ports: FleetPorts) {
    this.directory = directory;
    this.#ports = ports;
    for (const device of directory.devices()) {
      // a UDP device may be asked before it shows itself (left-over dialogues); a TCP connection died with the last process
      if (device.address !== null && device.transport === 'udp') {
        this.#routes.set(device.id, { transport: 'udp', ...device.address });
      }
    }
  }

  /** Where requests to the device go; null when there is no way to it. */
  peerOf(deviceId: string): Peer | null {
    return this.#routes.get(deviceId) ?? null;
  }

  /** The TCP connections that devices are at. */
  connections(): Set<number> {
    const ids = new Set<number>();
    for (const { connection } of this.#routes.values()) if (connection !== undefined) ids.add(connection);
    return ids;
  }

  /** A verified REGISTER. */
  register(r: Registration, from: Peer, nowMs: number, epochMs: number): void {
    const device = this.directory.ensureDevice(r.deviceId);
    if (device === null) return;
    const wasOnline = device.online;
    const first = device.registeredEpochMs === null;
    device.address = { host: from.host, port: from.port };
    device.transport = from.transport;
    device.registeredEpochMs = epochMs;
    device.expiresSeconds = r.expiresSeconds;
    device.version = r.version ?? device.version;
    device.online = true;
    this.#routes.set(device.id, from);
    this.#goOnline(device, r.expiresSeconds * 1000, nowMs);
    this.#save(device, epochMs);
    const address = addressText(from);
    const { expiresSeconds } = r;
    const data = {
      deviceId: device.id,
      address,
      transport: from.transport,
      expiresSeconds,
      version: device.version,
      first,
    };
    this.#ports.emit({ type: 'device.registered', data });
    if (!wasOnline) this.#ports.emit({ type: 'device.online', data: { deviceId: device.id, reason: 'registered' } });
  }

  /** A verified REGISTER with Expires 0. */
  unregister(deviceId: string, epochMs: number): void {
    const device = this.directory.device(deviceId);
    if (device === undefined) return;
    this.#ports.gone(deviceId, 'unregistered');
    device.address = null;
    device.expiresSeconds = null;
    this.#goOffline(device, 'unregistered', epochMs);
    this.#routes.delete(deviceId);
    this.#ports.emit({ type: 'device.unregistered', data: { deviceId } });
  }

  /**
   * Whether something without a digest, in the name of this device, is believed: it came from where the device registered, over
   * the same connection or from the same IP, whose port may have moved (SIP-2). From elsewhere it proves nothing (REG-12).
   */
  believes(deviceId: string, from: Peer, epochMs: number): boolean {
    const device = this.directory.device(deviceId);
    if (device?.address?.host !== from.host) return false;
    // whoever can forge an address must not speak for a device that chose TLS
    if (device.transport === 'tls' && from.transport !== 'tls') return false;
    // while it is online presence knows: the wall clock may jump. Once the registration has run out it has to register, on a
    // connection that still stands as well: answered 200 it never would
    if (!this.presence.isOnline(deviceId) && !registrationHolds(device, epochMs)) return false;
    const route = this.#routes.get(deviceId);
    if (route?.connection !== undefined && route.connection === from.connection) return true;
    // a datagram in the name of a TCP device counts only while its connection stands: without one it has to register
    return from.transport === device.transport || route !== undefined;
  }

  /** Whether another device is at exactly this address: behind one NAT many have the same host. */
  isAnothers(deviceId: string, from: Peer): boolean {
    for (const [id, route] of this.#routes) if (id !== deviceId && samePeer(route, from)) return true;
    return false;
  }

  /** A believed message: a sign of life, and perhaps a new port or connection. */
  heard(deviceId: string, from: Peer, nowMs: number, epochMs: number): void {
    const device = this.directory.device(deviceId);
    if (device === undefined) return;
    if (from.transport === device.transport) this.#move(device, from, epochMs);
    device.keepaliveEpochMs = epochMs;
    this.#alive(device, 'keepalive', nowMs, epochMs);
    this.presence.heard(deviceId, nowMs);
  }

  /**
   * Devices that were registered when an earlier run ended and whose registration still holds, with the way to them: to be asked
   * whether they are still there. Nobody is waited for that has to register anyway; a TCP device dials us by itself.
   */
  perhapsThere(epochMs: number): { deviceId: string; peer: Peer }[] {
    return this.directory
      .devices()
      .filter((device) => !device.online && registrationHolds(device, epochMs))
      .flatMap(({ id }) => {
        const peer = this.#routes.get(id);
        return peer === undefined ? [] : [{ deviceId: id, peer }];
      });
  }

  /** It took a request of ours at the address where it was registered before this process began. */
  stillThere(deviceId: string, asked: Peer, nowMs: number, epochMs: number): void {
    const device = this.directory.device(deviceId);
    const route = this.#routes.get(deviceId);
    if (device === undefined || device.online || route === undefined || !samePeer(route, asked)) return;
    if (registrationHolds(device, epochMs)) this.#alive(device, 'answered', nowMs, epochMs);
  }

  /** A sign of life that is not a message: an answer to a request of ours, media (REG-13). */
  seen(deviceId: string, nowMs: number): void {
    this.presence.seen(deviceId, nowMs);
  }

  /** The device at this address that has this channel, for messages that name the channel as their sender. */
  deviceWith(channelId: string, from: Peer): string | null {
    for (const [deviceId, route] of this.#routes) {
      if (route.host === from.host && this.directory.channel(deviceId, channelId) !== undefined) return deviceId;
    }
    return null;
  }

  connectionClosed(peer: Peer, nowMs: number): void {
    for (const [deviceId, route] of this.#routes) {
      if (route.connection !== peer.connection || peer.connection === undefined) continue;
      this.#routes.delete(deviceId);
      if (this.directory.device(deviceId)?.profile.reconnects !== true) this.presence.connectionLost(deviceId, nowMs);
    }
  }

  remove(deviceId: string, block: boolean): void {
    const device = this.directory.device(deviceId);
    this.#ports.gone(deviceId, 'deleted');
    if (device?.online) this.#ports.emit({ type: 'device.offline', data: { deviceId, reason: 'deleted' } });
    this.presence.offline(deviceId);
    this.#routes.delete(deviceId);
    this.#savedEpochMs.delete(deviceId);
    this.directory.remove(deviceId, block);
  }

  /** Ends what fell silent; answers the devices to be probed before that happens. */
  poll(nowMs: number, epochMs: number): string[] {
    const probes: string[] = [];
    for (const event of this.presence.poll(nowMs)) {
      if (event.type === 'probe') {
        probes.push(event.deviceId);
        continue;
      }
      if (event.type === 'no-keepalive') {
        const words = `no keepalive for ${Math.round(event.quietMs / 1000)} s; its answers or its media show that it lives`;
        this.#ports.found(event.deviceId, 'REG-13', words);
        continue;
      }
      const device = this.directory.device(event.deviceId);
      if (device === undefined) continue;
      this.#ports.gone(device.id, event.reason);
      this.#goOffline(device, event.reason, epochMs);
    }
    return probes;
  }

  #goOnline(device: Device, expiresInMs: number, nowMs: number): void {
    const { keepaliveSeconds, keepaliveCount } = device.profile;
    const keepalive = {
      ...(keepaliveSeconds === undefined ? {} : { intervalSeconds: keepaliveSeconds }),
      ...(keepaliveCount === undefined ? {} : { count: keepaliveCount }),
    };
    this.presence.online(device.id, { expiresInMs, ...keepalive }, nowMs);
  }

  #goOffline(device: Device, reason: GoneReason, epochMs: number): void {
    const wasOnline = device.online;
    device.online = false;
    this.presence.offline(device.id);
    this.#save(device, epochMs);
    if (wasOnline) this.#ports.emit({ type: 'device.offline', data: { deviceId: device.id, reason } });
  }

  #alive(device: Device, reason: 'keepalive' | 'answered', nowMs: number, epochMs: number): void {
    if (!this.presence.seen(device.id, nowMs)) {
      // known in the store and at its stored address: it still thinks that it is registered (REG-12)
      const endsEpochMs = (device.registeredEpochMs ?? epochMs) + (device.expiresSeconds ?? 0) * 1000;
      device.online = true;
      this.#goOnline(device, endsEpochMs - epochMs, nowMs);
      this.#ports.emit({ type: 'device.online', data: { deviceId: device.id, reason } });
    }
    if (epochMs - (this.#savedEpochMs.get(device.id) ?? 0) >= KEEPALIVE_SAVE_MS) this.#save(device, epochMs);
  }

  #move(device: Device, from: Peer, epochMs: number): void {
    const route = this.#routes.get(device.id);
    if (route !== undefined && samePeer(route, from)) return;
    this.#routes.set(device.id, from);
    this.presence.connectionBack(device.id);
    // it opens a connection per message (SIP-8)
    if (from.connection !== undefined && route === undefined && device.online) {
      this.#ports.found(device.id, 'SIP-8', `it opened a new connection (port ${from.port}) for one message`);
      if (learn(device, 'reconnects', true)) this.#save(device, epochMs);
    }
    if (device.address?.port === from.port) return;
    if (from.transport === 'udp' && device.address !== null) {
      const words = `its packets came from port ${device.address.port} and now come from port ${from.port} of ${from.host}`;
      this.#ports.found(device.id, 'SIP-2', words);
    }
    device.address = { host: from.host, port: from.port };
    this.#save(device, epochMs);
  }

  #save(device: Device, epochMs: number): void {
    this.#savedEpochMs.set(device.id, epochMs);
    this.directory.save(device);
  }
}

/** Until its registration runs out a device may come back by a message alone. */
function registrationHolds(device: Device, epochMs: number): boolean {
  if (device.registeredEpochMs === null || device.expiresSeconds === null) return false;
  return epochMs < device.registeredEpochMs + device.expiresSeconds * 1000;
}

function addressText(peer: { host: string; port: number }): string {
  return peer.host.includes(':') ? `[${peer.host}]:${peer.port}` : `${peer.host}:${peer.port}`;
}
