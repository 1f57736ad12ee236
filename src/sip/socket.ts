import dgram from 'node:dgram';
import net from 'node:net';
import type { Server as TlsServer } from 'node:tls';
import { LocalAddresses } from './local-address.ts';
import type { Peer } from './peer.ts';
import { plainAddress } from './socket-address.ts';
import { CONNECTION_LIMITS, type ConnectionLimits, SipConnections } from './tcp-connections.ts';
import { listenTls, type SipTls } from './tls-listen.ts';
import type { Fault } from './wire/fault.ts';
import type { SipMessage } from './wire/message.ts';
import { parseDatagram } from './wire/parse.ts';

/** The largest IPv4 UDP payload (SIP-7). */
export const MAX_DATAGRAM_BYTES = 65_507;
/** Registrations of a whole site come in one burst after a power cut; the kernel grants what it allows. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
/** A port free for UDP may be taken for TCP; with port 0 another is tried. */
const PORT_ATTEMPTS = 20;

export interface SipSocketOptions {
  /** Local address; `0.0.0.0` or `::` for all. */
  readonly host: string;
  /** One port for UDP and TCP; 0: any that is free for both. */
  readonly port: number;
  /** A whole message, or bytes that are none. Keep-alives do not get here. */
  onMessage(message: SipMessage | Fault, peer: Peer): void;
  /** A TCP connection is gone; `peer.connection` names it. */
  onDisconnect(peer: Peer): void;
  /** Sees everything on the wire: datagrams, and TCP as it was read and written. */
  tap?: (direction: 'in' | 'out', bytes: Uint8Array, peer: Peer) => void;
  /** Sees every whole message as its bytes, in order; valid during the call only. */
  trace?: (direction: 'in' | 'out', message: Uint8Array, peer: Peer) => void;
  /** TCP connections over which devices are registered: the others are the first to go. */
  readonly inUse?: () => ReadonlySet<number>;
  readonly limits?: Partial<ConnectionLimits>;
  /** SIP over TLS as well. */
  readonly tls?: SipTls | null;
}

/** Why the port could not be opened. */
export interface SocketFault {
  readonly fault: 'address-in-use' | 'address-unknown' | 'forbidden' | 'socket';
  readonly detail: string;
}

/** EDGE. The SIP port: UDP and TCP. Translates between bytes and messages and decides nothing. */
export class SipSockets {
  readonly #udp: dgram.Socket;
  readonly #connections: SipConnections;
  readonly #secure: SipConnections | null;
  readonly #options: SipSocketOptions;
  readonly #localAddresses = new LocalAddresses();
  #closed = false;
  #datagrams = 0;
  #keepAlives = 0;
  #malformed = 0;
  #sendErrors = 0;

  private constructor(udp: dgram.Socket, tcp: net.Server, tls: TlsServer | null, options: SipSocketOptions) {
    this.#udp = udp;
    this.#options = options;
    const common = {
      limits: { ...CONNECTION_LIMITS, ...options.limits },
      onMessage: (message: SipMessage | Fault, peer: Peer) => this.#deliver(message, peer),
      onDisconnect: (peer: Peer) => options.onDisconnect(peer),
      inUse: options.inUse,
      ...(options.tap === undefined ? undefined : { tap: options.tap }),
      ...(options.trace === undefined ? undefined : { trace: options.trace }),
    };
    this.#connections = new SipConnections(tcp, { ...common, transport: 'tcp' });
    this.#secure = tls === null ? null : new SipConnections(tls, { ...common, transport: 'tls' });
    udp.on('message', (bytes, remote) => this.#receive(bytes, remote));
    udp.on('error', () => {
      this.#sendErrors += 1;
    });
  }

  /** Opens the sockets, or says why not. */
  static async open(options: SipSocketOptions): Promise<SipSockets | SocketFault> {
    const wish = options.tls ?? null;
    if (wish === null) return SipSockets.#openPlain(options, null);
    const tls = await listenTls(options.host, wish, { ...CONNECTION_LIMITS, ...options.limits });
    if (tls instanceof Error) return socketFault(tls, 'TLS', options.host, wish.port);
    const sockets = await SipSockets.#openPlain(options, tls);
    if ('fault' in sockets) await new Promise<void>((resolve) => tls.close(() => resolve()));
    return sockets;
  }

  static async #openPlain(options: SipSocketOptions, tls: TlsServer | null): Promise<SipSockets | SocketFault> {
    for (let attempt = 1; ; attempt += 1) {
      const udp = await bindUdp(options.host, options.port);
      if ('fault' in udp) return udp;
      const tcp = await listenTcp(options.host, udp.address().port);
      if (!('fault' in tcp)) return new SipSockets(udp, tcp, tls, options);
      await new Promise<void>((resolve) => udp.close(() => resolve()));
      if (options.port !== 0 || tcp.fault !== 'address-in-use' || attempt === PORT_ATTEMPTS) return tcp;
    }
  }

  get udpPort(): number {
    return this.#udp.address().port;
  }

  /** The same number as `udpPort`. */
  get tcpPort(): number {
    return this.#connections.port;
  }

  /** The port of SIP over TLS; null: there is none. */
  get tlsPort(): number | null {
    return this.#secure?.port ?? null;
  }

  /**
   * Sends bytes. False when that is impossible: too long for a datagram, or the TCP connection is gone. Nothing is dialled
   * (SIP-8). True promises no arrival.
   */
  send(bytes: Uint8Array, peer: Peer): boolean {
    if (this.#closed) return false;
    if (peer.transport !== 'udp') {
      const connections = peer.transport === 'tls' ? this.#secure : this.#connections;
      if (connections?.send(bytes, peer) !== true) return false;
    } else {
      const family = net.isIP(peer.host);
      if (bytes.length > MAX_DATAGRAM_BYTES || family === 0 || !(peer.port >= 1 && peer.port <= 65_535)) return false;
      const host = family === 4 && net.isIPv6(this.#options.host) ? `::ffff:${peer.host}` : peer.host;
      this.#udp.send(bytes, peer.port, host, (error) => {
        if (error !== null) this.#sendErrors += 1;
      });
    }
    this.#options.tap?.('out', bytes, peer);
    this.#options.trace?.('out', bytes, peer);
    return true;
  }

  /** Our address as that host sees it (before any address translation); the bound one unless all are bound. */
  localAddressTo(host: string): string {
    return this.#boundToAll ? this.#localAddresses.facing(host) : this.#options.host;
  }

  get #boundToAll(): boolean {
    return this.#options.host === '0.0.0.0' || this.#options.host === '::';
  }

  /** Gauges and counters for the metrics. */
  counts(): {
    connections: number;
    connectionsRefused: number;
    connectionsClosed: number;
    datagrams: number;
    keepAlives: number;
    malformed: number;
    sendErrors: number;
    localAddresses: number;
  } {
    return {
      connections: this.#connections.size + (this.#secure?.size ?? 0),
      connectionsRefused: this.#connections.refused + (this.#secure?.refused ?? 0),
      connectionsClosed: this.#connections.closedByUs + (this.#secure?.closedByUs ?? 0),
      datagrams: this.#datagrams,
      keepAlives: this.#keepAlives,
      malformed: this.#malformed,
      sendErrors: this.#sendErrors,
      localAddresses: this.#localAddresses.size,
    };
  }

  /** Closes everything. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([
      this.#connections.close(),
      this.#secure?.close(),
      new Promise<void>((resolve) => this.#udp.close(() => resolve())),
    ]);
  }

  #receive(bytes: Buffer, remote: dgram.RemoteInfo): void {
    if (remote.port === 0) return; // forged: no answer can ever go there
    const peer: Peer = { transport: 'udp', host: plainAddress(remote.address), port: remote.port };
    this.#datagrams += 1;
    this.#options.tap?.('in', bytes, peer);
    this.#options.trace?.('in', bytes, peer);
    this.#deliver(parseDatagram(bytes), peer);
  }

  #deliver(message: SipMessage | Fault, peer: Peer): void {
    if (this.#closed) return;
    if (message.kind === 'fault') {
      if (message.code === 'empty') {
        this.#keepAlives += 1;
        return;
      }
      this.#malformed += 1;
    } else if (this.#boundToAll && isLogin(message)) {
      // in time for what the login sets off; not for everybody who writes to us: each question is a socket
      this.#localAddresses.learn(peer.host);
    }
    this.#options.onMessage(message, peer);
  }
}

function isLogin(message: SipMessage): boolean {
  return (
    message.kind === 'request' && message.method === 'REGISTER' && message.headers.get('Authorization') !== undefined
  );
}

function bindUdp(host: string, port: number): Promise<dgram.Socket | SocketFault> {
  return new Promise((resolve) => {
    const socket = dgram.createSocket(net.isIPv6(host) ? 'udp6' : 'udp4');
    socket.once('error', (error) => {
      socket.close();
      resolve(socketFault(error, 'UDP', host, port));
    });
    socket.bind({ port, address: host, exclusive: true }, () => {
      socket.removeAllListeners('error');
      try {
        socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
      } catch {
        // the kernel's limit stays
      }
      resolve(socket);
    });
  });
}

function listenTcp(host: string, port: number): Promise<net.Server | SocketFault> {
  return new Promise((resolve) => {
    const server = net.createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 });
    server.once('error', (error) => resolve(socketFault(error, 'TCP', host, port)));
    server.listen({ port, host, exclusive: true }, () => {
      server.removeAllListeners('error');
      resolve(server);
    });
  });
}

function socketFault(error: NodeJS.ErrnoException, protocol: string, host: string, port: number): SocketFault {
  const at = `${protocol} ${host}:${port}`;
  if (error.code === 'EADDRINUSE') return { fault: 'address-in-use', detail: `${at} is in use.` };
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return { fault: 'address-unknown', detail: `${host} is no address of this machine.` };
  }
  if (error.code === 'EACCES') return { fault: 'forbidden', detail: `${at} may not be opened by this user.` };
  return { fault: 'socket', detail: `${at} cannot be opened: ${error.message}.` };
}
