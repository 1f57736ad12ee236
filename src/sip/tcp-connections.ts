import type net from 'node:net';
import type { Peer } from './peer.ts';
import { plainAddress } from './socket-address.ts';
import type { Fault } from './wire/fault.ts';
import type { SipMessage } from './wire/message.ts';
import { SipStream } from './wire/stream.ts';

/** What TCP peers may take of us. */
export interface ConnectionLimits {
  /** Connections in all: one file descriptor each. */
  readonly maxConnections: number;
  /** Connections from one address: a whole site may sit behind one. */
  readonly maxConnectionsPerHost: number;
  /** TLS handshakes under way, in all and from one address: a site that comes back after a power cut, spread over seconds. */
  readonly maxHandshakes: number;
  readonly maxHandshakesPerHost: number;
  /** From the opening of a connection to its first whole message: the patience of a SIP transaction. */
  readonly firstMessageMs: number;
  /** From the first byte of a message to its last. */
  readonly messageMs: number;
  /** Between whole messages. Heartbeat intervals reach 3,600 s (REG-14); one may be missed by a little. */
  readonly idleMs: number;
  /** The same on a connection over which no device is registered: a login takes seconds, whoever sends one OPTIONS need not stay for an hour. */
  readonly strangerIdleMs: number;
  /** Bytes a peer may leave unread before it is given up. */
  readonly maxUnsentBytes: number;
}

export const CONNECTION_LIMITS: ConnectionLimits = {
  maxConnections: 8192,
  maxConnectionsPerHost: 1024,
  maxHandshakes: 1024,
  maxHandshakesPerHost: 256,
  firstMessageMs: 32_000,
  messageMs: 32_000,
  idleMs: 3_900_000,
  strangerIdleMs: 120_000,
  maxUnsentBytes: 1024 * 1024,
};

/** How long the answer to "which connections carry devices?" is good: strangers may knock thousands of times a second. */
const IN_USE_MS = 500;
/** Silence in the middle of a message: longer than between two segments of one, shorter than a device waits for its answer. */
const SETTLE_MS = 500;
/** How often idle connections are looked for, at most. */
const SWEEP_MS = 5_000;

interface Connection {
  readonly socket: net.Socket;
  readonly peer: Peer & { readonly connection: number };
  readonly stream: SipStream;
  /** Monotonic: when the last whole message came, or the connection was opened. */
  lastMessageMs: number;
  /** When the message under way began; null between messages. */
  messageSinceMs: number | null;
  /** Takes what lies there as a message when nothing more comes (SIP-6). */
  settling: NodeJS.Timeout | undefined;
  proven: boolean;
}

export interface ConnectionOptions {
  /** `tls`: the server hands over connections whose handshake is done. */
  readonly transport: 'tcp' | 'tls';
  readonly limits: ConnectionLimits;
  onMessage(message: SipMessage | Fault, peer: Peer): void;
  onDisconnect(peer: Peer): void;
  /** Connections over which devices are registered; without it every connection counts as one. */
  inUse?: (() => ReadonlySet<number>) | undefined;
  tap?: (direction: 'in' | 'out', bytes: Uint8Array, peer: Peer) => void;
  trace?: (direction: 'in' | 'out', message: Uint8Array, peer: Peer) => void;
}

/** Connections of both servers have ids of their own: those of TLS begin here. */
const FIRST_TLS_ID = 2 ** 40;

/** EDGE. The connections that cameras opened to the SIP port, or to that of SIP over TLS. */
export class SipConnections {
  readonly #server: net.Server;
  readonly #options: ConnectionOptions;
  readonly #byId = new Map<number, Connection>();
  readonly #perHost = new Map<string, number>();
  readonly #sweep: NodeJS.Timeout;
  #lastId = 0;
  #inUse: { readonly atMs: number; readonly ids: ReadonlySet<number> } | null = null;
  /** Connections turned away because there were too many. */
  refused = 0;
  /** Connections closed for silence, garbage or because the peer did not read. */
  closedByUs = 0;

  constructor(server: net.Server, options: ConnectionOptions) {
    this.#server = server;
    this.#options = options;
    if (options.transport === 'tls') this.#lastId = FIRST_TLS_ID;
    const isOpen = options.transport === 'tls' ? 'secureConnection' : 'connection';
    server.on(isOpen, (socket: net.Socket) => this.#accept(socket));
    server.on('error', () => {
      this.refused += 1; // accept failed: out of descriptors
    });
    const { firstMessageMs, messageMs, idleMs, strangerIdleMs } = options.limits;
    const sweepMs = Math.min(SWEEP_MS, firstMessageMs, messageMs, idleMs, strangerIdleMs);
    this.#sweep = setInterval(() => this.#closeIdle(), sweepMs).unref();
  }

  get size(): number {
    return this.#byId.size;
  }

  get port(): number {
    const address = this.#server.address();
    return address !== null && typeof address === 'object' ? address.port : 0;
  }

  /** False when the connection is gone. */
  send(bytes: Uint8Array, peer: Peer): boolean {
    const connection = peer.connection === undefined ? undefined : this.#byId.get(peer.connection);
    if (connection === undefined || !connection.socket.writable) return false;
    if (connection.socket.writableLength + bytes.length > this.#options.limits.maxUnsentBytes) {
      this.#drop(connection);
      return false;
    }
    connection.socket.write(bytes);
    return true;
  }

  /** Idempotent. */
  async close(): Promise<void> {
    clearInterval(this.#sweep);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#byId.values()) connection.socket.destroy();
    await closed;
  }

  #accept(socket: net.Socket): void {
    const host = plainAddress(socket.remoteAddress ?? '');
    const fromHost = this.#perHost.get(host) ?? 0;
    const { maxConnections, maxConnectionsPerHost } = this.#options.limits;
    socket.on('error', () => {}); // 'close' follows and says all there is to know
    if (host === '' || fromHost >= maxConnectionsPerHost || (this.#byId.size >= maxConnections && !this.#makeRoom())) {
      this.refused += 1;
      socket.destroy();
      return;
    }
    this.#lastId += 1;
    const peer = {
      transport: this.#options.transport,
      host,
      port: socket.remotePort ?? 0,
      connection: this.#lastId,
    } as const;
    const { trace } = this.#options;
    const connection: Connection = {
      socket,
      peer,
      stream: new SipStream(trace === undefined ? null : (message) => trace('in', message, peer)),
      lastMessageMs: performance.now(),
      messageSinceMs: null,
      settling: undefined,
      proven: false,
    };
    this.#byId.set(connection.peer.connection, connection);
    this.#perHost.set(host, fromHost + 1);
    socket.on('data', (bytes) => this.#read(connection, bytes));
    socket.on('close', () => this.#gone(connection));
  }

  #read(connection: Connection, bytes: Buffer): void {
    const { peer, stream } = connection;
    this.#options.tap?.('in', bytes, peer);
    const nowMs = performance.now();
    this.#take(connection, stream.push(bytes), nowMs);
    if (!stream.midMessage) connection.messageSinceMs = null;
    else connection.messageSinceMs ??= nowMs;
    clearTimeout(connection.settling);
    if (stream.dead) this.#drop(connection);
    else if (stream.midMessage)
      connection.settling = setTimeout(
        () => this.#take(connection, stream.settle(), performance.now()),
        SETTLE_MS,
      ).unref();
  }

  #take(connection: Connection, messages: readonly (SipMessage | Fault)[], nowMs: number): void {
    for (const message of messages) {
      if (message.kind !== 'fault') {
        connection.proven = true;
        connection.lastMessageMs = nowMs;
        connection.messageSinceMs = null;
      }
      this.#options.onMessage(message, connection.peer);
    }
  }

  #gone(connection: Connection): void {
    const { connection: id, host } = connection.peer;
    clearTimeout(connection.settling);
    if (!this.#byId.delete(id)) return;
    const left = (this.#perHost.get(host) ?? 1) - 1;
    if (left > 0) this.#perHost.set(host, left);
    else this.#perHost.delete(host);
    this.#options.onDisconnect(connection.peer);
  }

  #drop(connection: Connection): void {
    if (connection.socket.destroyed) return;
    this.closedByUs += 1;
    connection.socket.destroy();
  }

  /** Strangers that fill the table keep no camera out: the one that has been here longest goes. */
  #makeRoom(): boolean {
    for (const connection of this.#byId.values()) {
      if (this.#isInUse(connection)) continue;
      this.#drop(connection);
      this.#gone(connection);
      return true;
    }
    return false;
  }

  #isInUse(connection: Connection): boolean {
    const { inUse } = this.#options;
    if (inUse === undefined) return true;
    const nowMs = performance.now();
    if (this.#inUse === null || nowMs - this.#inUse.atMs > IN_USE_MS) this.#inUse = { atMs: nowMs, ids: inUse() };
    return this.#inUse.ids.has(connection.peer.connection);
  }

  #closeIdle(): void {
    const nowMs = performance.now();
    const { firstMessageMs, messageMs, strangerIdleMs } = this.#options.limits;
    for (const connection of this.#byId.values()) {
      const silentMs = nowMs - connection.lastMessageMs;
      const stalledMs = connection.messageSinceMs === null ? 0 : nowMs - connection.messageSinceMs;
      const idleMs = this.#isInUse(connection) ? this.#options.limits.idleMs : strangerIdleMs;
      if (silentMs > (connection.proven ? idleMs : firstMessageMs) || stalledMs > messageMs) this.#drop(connection);
    }
  }
}
