/**
 * EDGE: TCP connections that carry media, accepted (the device connects) or dialled (we connect). All of them read into
 * one shared buffer: reading is synchronous, what is kept is copied by the deframer. This saves a third of the CPU of
 * 'data' events and nearly all of their garbage.
 */
import net from 'node:net';
import type { BindFault } from './port-pool.ts';
import { bindFault } from './udp.ts';

/** One read of a busy connection fits; one for the whole process. */
const READ_BUFFER_BYTES = 256 * 1024;
const readBuffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);

/** What a connection tells its owner. `onBytes`: valid during the call only. `onClosed`: once, last. */
export interface TcpHandler {
  onBytes(bytes: Uint8Array): void;
  onClosed(detail: string): void;
}

/** One media connection. */
export class TcpConnection {
  readonly address: string;
  readonly port: number;
  readonly #socket: net.Socket;

  constructor(socket: net.Socket) {
    this.#socket = socket;
    const address = socket.remoteAddress ?? '';
    this.address = address.startsWith('::ffff:') ? address.slice(7) : address;
    this.port = socket.remotePort ?? 0;
  }

  /** With true nothing more is read: the kernel's buffer fills, and the sender has to wait. What is in it stays. */
  hold(isHeld: boolean): void {
    if (isHeld) this.#socket.pause();
    else this.#socket.resume();
  }

  /** Writes bytes as they are; false when more than `maxUnsentBytes` wait already, and nothing is written. */
  send(bytes: Uint8Array, maxUnsentBytes: number): boolean {
    if (this.#socket.destroyed || this.#socket.writableLength > maxUnsentBytes) return false;
    this.#socket.setNoDelay(true); // voice: a packet of 20 ms must not wait for the next one
    this.#socket.write(bytes);
    return true;
  }

  /** Idempotent. `onClosed` still comes. */
  close(): void {
    this.#socket.destroy();
  }
}

/** Node's own handle behind a socket: `net.createServer` has no `onread`, so an accepted handle is put into a new socket. */
interface WithHandle {
  _handle: object | null;
}

type SharedReadOptions = net.SocketConstructorOpts & { handle: object; onread: net.OnReadOpts };

function sharedRead(onBytes: (bytes: Uint8Array) => void): net.OnReadOpts {
  return {
    buffer: readBuffer,
    callback: (length) => {
      onBytes(readBuffer.subarray(0, length));
      return true;
    },
  };
}

/** Puts an accepted, paused socket's handle into a socket that reads into the shared buffer. Null: this Node cannot. */
function adopt(socket: net.Socket, onBytes: (bytes: Uint8Array) => void): net.Socket | null {
  const holder = socket as unknown as WithHandle;
  const handle = holder._handle;
  if (handle === null || typeof handle !== 'object') return null;
  holder._handle = null;
  const options: SharedReadOptions = { handle, onread: sharedRead(onBytes) };
  return new net.Socket(options);
}

let adoptable: Promise<boolean> | null = null;

/** Whether `adopt` works on this Node: tried once over loopback, since it leans on an underscore field. */
export function canAdopt(): Promise<boolean> {
  adoptable ??= new Promise<boolean>((resolve) => {
    let adopted: net.Socket | null = null;
    const server = net.createServer({ pauseOnConnect: true });
    const finish = (works: boolean) => {
      clearTimeout(deadline);
      server.close();
      client.destroy();
      adopted?.destroy();
      resolve(works);
    };
    const deadline = setTimeout(() => finish(false), 1000);
    const client = new net.Socket();
    client.on('error', () => finish(false));
    server.on('error', () => finish(false));
    server.on('connection', (socket) => {
      try {
        adopted = adopt(socket, (bytes) => finish(bytes.length === 4 && bytes.buffer === readBuffer.buffer));
        adopted?.on('error', () => finish(false));
        if (adopted === null) finish(false);
      } catch {
        finish(false);
      }
    });
    server.listen({ port: 0, host: '127.0.0.1' }, () => {
      client.connect({ port: (server.address() as net.AddressInfo).port, host: '127.0.0.1' }, () =>
        client.write('test'),
      );
    });
  });
  return adoptable;
}

function attach(socket: net.Socket, handler: TcpHandler, events: boolean): TcpConnection {
  const connection = new TcpConnection(socket);
  let detail = 'closed by the device';
  if (events) socket.on('data', (bytes) => handler.onBytes(bytes));
  socket.on('error', (error) => {
    detail = error.message;
  });
  socket.on('close', () => handler.onClosed(detail));
  return connection;
}

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** A device connected. The handler gets what it sends; nothing is read before this returns. Null: refuse it. */
  onConnection(address: string, port: number): TcpHandler | null;
  /** Called with the connection right after `onConnection`. */
  onReady(connection: TcpConnection, handler: TcpHandler): void;
}

export class TcpListener {
  readonly port: number;
  readonly #server: net.Server;

  constructor(server: net.Server) {
    this.#server = server;
    this.port = (server.address() as net.AddressInfo).port;
  }

  /** No more connections; those accepted live on. Idempotent. */
  close(): void {
    if (this.#server.listening) this.#server.close();
  }
}

/** Listening when it resolves. `adoption` false: read by 'data' events (a test, or a Node without the trick). */
export async function listenTcp(o: ListenOptions, adoption?: boolean): Promise<TcpListener | BindFault> {
  const trick = adoption ?? (await canAdopt());
  return new Promise((resolve) => {
    const server = net.createServer({ pauseOnConnect: trick, noDelay: false });
    server.on('connection', (accepted) => {
      const handler = o.onConnection(plainAddress(accepted), accepted.remotePort ?? 0);
      if (handler === null) {
        accepted.destroy();
        return;
      }
      const adopted = trick ? adopt(accepted, (bytes) => handler.onBytes(bytes)) : null;
      if (trick && adopted === null) accepted.resume();
      o.onReady(attach(adopted ?? accepted, handler, adopted === null), handler);
    });
    server.once('error', (error: NodeJS.ErrnoException) => resolve(bindFault(error, 'TCP', o.port)));
    server.listen({ host: o.host, port: o.port, exclusive: true }, () => {
      server.removeAllListeners('error');
      // Running out of file descriptors in accept: the device tries again (annex D: at least three times).
      server.on('error', () => {});
      resolve(new TcpListener(server));
    });
  });
}

function plainAddress(socket: net.Socket): string {
  const address = socket.remoteAddress ?? '';
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}

/** Where to dial and from which port. */
export interface DialOptions {
  /** Tried in this order in every round (TCP-12: SDP address, then SIP source address). */
  readonly hosts: readonly string[];
  readonly port: number;
  readonly localHost: string;
  /** Some devices check that we come from the port of our offer. */
  readonly localPort: number;
  readonly handler: TcpHandler;
  onConnected(connection: TcpConnection): void;
  onFailed(detail: string): void;
}

/** TCP-12: pauses between the rounds of dialling. Milliseconds. */
export const DIAL_PAUSES_MS: readonly number[] = [300, 1000, 1000, 1000];

/** All rounds together end after this. */
export const DIAL_DEADLINE_MS = 5000;

/** One attempt: a private address behind NAT never answers, and the next address must get its turn. */
export const DIAL_ATTEMPT_MS = 1000;

/** Dials until a connection stands or the ladder ends; exactly one of the two callbacks comes, none after `cancel`. */
export class Dial {
  readonly #o: DialOptions;
  readonly #deadlineMs: number;
  #round = 0;
  #host = 0;
  #bindLocal = true;
  #socket: net.Socket | null = null;
  #timer: NodeJS.Timeout | null = null;
  #done = false;
  #lastDetail = '';

  constructor(o: DialOptions) {
    this.#o = o;
    this.#deadlineMs = performance.now() + DIAL_DEADLINE_MS;
    this.#attempt();
  }

  /** Idempotent; a connection that already stands is its owner's. */
  cancel(): void {
    this.#done = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#socket?.destroy();
    this.#socket = null;
  }

  #attempt(): void {
    const { hosts, port, localPort, handler } = this.#o;
    const host = hosts[this.#host]!;
    const socket = net.connect({
      host,
      port,
      ...(this.#bindLocal ? this.#local(host) : {}),
      onread: sharedRead((bytes) => handler.onBytes(bytes)),
    });
    this.#socket = socket;
    const fail = (detail: string, code?: string) => {
      if (this.#socket !== socket) return;
      socket.destroy();
      this.#socket = null;
      if (this.#timer !== null) clearTimeout(this.#timer);
      this.#lastDetail = `${host}:${port}: ${detail}`;
      if (this.#bindLocal && (code === 'EADDRINUSE' || code === 'EADDRNOTAVAIL' || code === 'EINVAL')) {
        // Our own port is not to be had: better from another port than not at all.
        this.#bindLocal = false;
        this.#lastDetail += ` (from port ${localPort})`;
        this.#attempt();
      } else {
        this.#next();
      }
    };
    socket.once('error', (error: NodeJS.ErrnoException) => fail(error.message, error.code));
    const patienceMs = Math.max(1, Math.min(DIAL_ATTEMPT_MS, this.#deadlineMs - performance.now()));
    this.#timer = setTimeout(() => fail('no answer'), patienceMs);
    socket.once('connect', () => {
      if (this.#socket !== socket) return;
      if (this.#timer !== null) clearTimeout(this.#timer);
      this.#done = true;
      this.#socket = null;
      socket.removeAllListeners('error');
      this.#o.onConnected(attach(socket, handler, false));
    });
  }

  #local(host: string): { localPort: number; localAddress?: string } {
    const any = net.isIP(this.#o.localHost) === 0 || this.#o.localHost === '0.0.0.0' || this.#o.localHost === '::';
    const sameFamily = net.isIPv6(host) === net.isIPv6(this.#o.localHost);
    return any || !sameFamily
      ? { localPort: this.#o.localPort }
      : { localPort: this.#o.localPort, localAddress: this.#o.localHost };
  }

  #next(): void {
    if (this.#done) return;
    this.#host += 1;
    if (this.#host < this.#o.hosts.length && performance.now() < this.#deadlineMs) {
      this.#attempt();
      return;
    }
    const pauseMs = DIAL_PAUSES_MS[this.#round];
    if (pauseMs === undefined || performance.now() + pauseMs >= this.#deadlineMs) {
      this.#done = true;
      this.#o.onFailed(this.#lastDetail);
      return;
    }
    this.#round += 1;
    this.#host = 0;
    this.#timer = setTimeout(() => this.#attempt(), pauseMs);
  }
}
