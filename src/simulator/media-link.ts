import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Behaviour } from './behaviour.ts';

/** EDGE: the sockets over which media leaves. */

/** Where packets of one call go. */
export interface MediaLink {
  /** Local port, for the answer's `m=` line. */
  readonly port: number;
  /** Makes the way to the receiver; rejects when it does not come about. UDP needs nothing. */
  ready(): Promise<void>;
  /** Sends the packets. False when the receiver is too slow and they were left out. */
  send(packets: readonly Buffer[]): boolean;
  /**
   * Sends the first `length` bytes: packets that are framed as RFC 4571 has it already. `sent` is called when the bytes may be written
   * over. Nothing is left out: look at {@link unsentBytes} first.
   */
  stream(bytes: Buffer, length: number, sent: () => void): void;
  /** Bytes that wait for a receiver that does not read. */
  readonly unsentBytes: number;
  /** Called once when the receiver hangs up. */
  onLost: (() => void) | null;
  /** Called when a report of the receiver comes (RFC 3550 6.4.2). */
  onReport: (() => void) | null;
  close(): void;
}

export interface MediaTarget {
  readonly host: string;
  readonly port: number;
}

/** What a camera keeps for a receiver that does not read: more than a second of 8 Mbit/s. Beyond, it leaves frames out. */
const MAX_UNSENT_BYTES = 2 * 1024 * 1024;
/** Annex D: at least three tries, at least 1 s apart. */
const CONNECT_TRIES = 3;
const CONNECT_GAP_MS = 1000;
/** RFC 3550 12.1. */
const RECEIVER_REPORT = 201;
/** How long a listening camera waits for the receiver to connect. */
const ACCEPT_WAIT_MS = 15_000;

/** RTP-16: an address of this machine that no camera has. */
const STRANGER_HOST = '127.0.0.99';
/** Tries for a pair of ports of which the upper one is free as well. */
const PAIR_TRIES = 20;

/** Media over UDP: every packet one datagram. */
export async function openUdpLink(localHost: string, target: MediaTarget, behaviour: Behaviour): Promise<MediaLink> {
  const sockets: UdpSocket[] = [];
  try {
    const { socket, reports } = behaviour.needsReports
      ? await boundPair(localHost)
      : { socket: await bound(localHost), reports: null };
    sockets.push(socket, ...(reports === null ? [] : [reports]));
    socket.connect(target.port, target.host); // a connected socket asks no resolver for every packet
    await once(socket, 'connect');
    const intruder = behaviour.intruder === 'none' ? null : await boundIntruder(localHost, behaviour);
    if (intruder !== null) sockets.push(intruder);
    return udpLink(socket, reports, intruder, target, sockets);
  } catch (error) {
    for (const socket of sockets) socket.close();
    throw error;
  }
}

async function bound(host: string, port = 0): Promise<UdpSocket> {
  const socket = createSocket('udp4');
  socket.on('error', () => undefined); // a receiver that is gone shows as ICMP errors: a camera goes on sending
  const failed = once(socket, 'error').then(([error]) => {
    throw error;
  });
  socket.bind(port, host);
  try {
    await Promise.race([once(socket, 'listening'), failed]);
  } catch (error) {
    socket.close();
    throw error;
  }
  failed.catch(() => undefined);
  return socket;
}

/** RTP-11: RTCP comes to the port above. */
async function boundPair(host: string): Promise<{ socket: UdpSocket; reports: UdpSocket }> {
  for (let attempt = 1; ; attempt++) {
    const socket = await bound(host);
    try {
      return { socket, reports: await bound(host, socket.address().port + 1) };
    } catch (error) {
      socket.close();
      if (attempt === PAIR_TRIES) throw error;
    }
  }
}

function boundIntruder(host: string, behaviour: Behaviour): Promise<UdpSocket> {
  return bound(behaviour.intruder === 'other-address' && host.startsWith('127.') ? STRANGER_HOST : host);
}

function udpLink(
  socket: UdpSocket,
  reports: UdpSocket | null,
  intruder: UdpSocket | null,
  target: MediaTarget,
  sockets: readonly UdpSocket[],
): MediaLink {
  let open = true;
  const link: MediaLink = {
    port: socket.address().port,
    ready: async () => undefined,
    send(packets) {
      if (!open) return true;
      for (const packet of packets) socket.send(packet);
      const [first] = packets;
      if (intruder !== null && first !== undefined) intruder.send(foreign(first), target.port, target.host);
      return true;
    },
    stream(bytes, length, sent) {
      if (!open) return;
      let at = 0;
      while (at + 2 < length) {
        const size = bytes.readUInt16BE(at);
        const isLast = at + 2 + size + 2 >= length;
        if (isLast) socket.send(bytes, at + 2, size, sent);
        else socket.send(bytes, at + 2, size);
        at += 2 + size;
      }
    },
    get unsentBytes() {
      return open ? socket.getSendQueueSize() : 0;
    },
    onLost: null,
    onReport: null,
    close() {
      if (!open) return;
      open = false;
      for (const each of sockets) each.close();
    },
  };
  reports?.on('message', (packet) => {
    if (packet[1] === RECEIVER_REPORT) link.onReport?.();
  });
  return link;
}

/** The same packet of another sender. */
function foreign(packet: Buffer): Buffer {
  const out = Buffer.from(packet);
  if (out.length >= 12) out.writeUInt32BE((out.readUInt32BE(8) ^ 0x5a5a_5a5a) >>> 0, 8);
  return out;
}

/** RFC 4571 framing (or what a quirk makes of it) on one TCP connection. */
class TcpLink implements MediaLink {
  onLost: (() => void) | null = null;
  onReport: (() => void) | null = null;
  port = 0;
  protected socket: Socket | null = null;
  protected closed = false;
  protected readonly behaviour: Behaviour;
  #isOpened = false;
  /** Counts up to the next packet of which bytes are missing (TCP-5). */
  #written = 0;

  constructor(behaviour: Behaviour) {
    this.behaviour = behaviour;
  }

  async ready(): Promise<void> {}

  send(packets: readonly Buffer[]): boolean {
    const socket = this.socket;
    if (socket === null || socket.destroyed || socket.writableLength > MAX_UNSENT_BYTES) return false;
    const { emptyFrames, framing, privateHeader, shortWrites, smallWrites } = this.behaviour;
    const pieces: Buffer[] = [];
    if (privateHeader && !this.#isOpened) pieces.push(PRIVATE_HEADER);
    this.#isOpened = true;
    for (const packet of packets) {
      const length = Buffer.from([packet.length >> 8, packet.length & 0xff]);
      if (framing === 'interleaved') pieces.push(Buffer.from([0x24, 0]));
      if (framing === 'wide') pieces.push(Buffer.from([0, 0]));
      this.#written += shortWrites;
      const isShort = this.#written >= 1;
      if (isShort) this.#written -= 1;
      pieces.push(length, isShort ? packet.subarray(0, packet.length - LEFT_OUT) : packet);
      if (emptyFrames) pieces.push(Buffer.from([0, 0]));
    }
    const bytes = Buffer.concat(pieces);
    if (smallWrites)
      for (let at = 0; at < bytes.length; at += SMALL_WRITE) socket.write(bytes.subarray(at, at + SMALL_WRITE));
    else socket.write(bytes);
    return true;
  }

  stream(bytes: Buffer, length: number, sent: () => void): void {
    if (this.socket !== null && !this.socket.destroyed) this.socket.write(bytes.subarray(0, length), sent);
  }

  get unsentBytes(): number {
    return this.socket?.writableLength ?? 0;
  }

  close(): void {
    this.closed = true;
    this.socket?.destroy();
  }

  protected adopt(socket: Socket): void {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (!this.closed) this.onLost?.();
    });
    socket.resume();
  }
}

/** TCP-3: what Hikvision's EHome writes first. */
const PRIVATE_HEADER = Buffer.concat([Buffer.from([1, 0, 1]), Buffer.alloc(253, 7)]);
/** TCP-5: bytes that a socket did not take. */
const LEFT_OUT = 100;

/** TCP-7: splits the length field and the RTP header alike. */
const SMALL_WRITE = 7;

class DialledLink extends TcpLink {
  readonly #localHost: string;
  readonly #target: MediaTarget;
  /** TCP-9. */
  #idle: Socket | null = null;

  constructor(behaviour: Behaviour, localHost: string, target: MediaTarget) {
    super(behaviour);
    this.#localHost = localHost;
    this.#target = target;
    this.port = 9; // an active end has no port to name: RFC 4145 4.1 asks for the discard port
  }

  override async ready(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        this.adopt(await this.#dial());
        if (this.behaviour.idleConnection) await this.#dial(true);
        return;
      } catch (error) {
        if (this.closed || attempt === CONNECT_TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, CONNECT_GAP_MS));
        if (this.closed) throw error;
      }
    }
  }

  override close(): void {
    super.close();
    this.#idle?.destroy();
  }

  #dial(isIdle = false): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: this.#target.host, port: this.#target.port, localAddress: this.#localHost });
      if (isIdle) this.#idle = socket;
      else this.socket = socket;
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('closed before it was connected')));
      socket.once('connect', () => resolve(socket));
    });
  }
}

class ListeningLink extends TcpLink {
  readonly #server: Server;
  #arrived: ((result: Socket | null) => void) | null = null;
  #early: Socket | null = null;
  #wait: NodeJS.Timeout | null = null;

  constructor(behaviour: Behaviour, server: Server, port: number) {
    super(behaviour);
    this.#server = server;
    this.port = port;
    server.on('connection', (socket) => {
      if (this.#early !== null || this.socket !== null) return socket.destroy();
      this.#early = socket;
      socket.on('error', () => undefined);
      this.#arrived?.(socket);
    });
  }

  override async ready(): Promise<void> {
    const socket =
      this.#early ??
      (await new Promise<Socket | null>((resolve) => {
        this.#arrived = resolve;
        this.#wait = setTimeout(resolve, ACCEPT_WAIT_MS, null);
      }));
    if (this.#wait !== null) clearTimeout(this.#wait);
    this.#server.close();
    if (socket === null || this.closed) throw new Error('nobody connected');
    this.adopt(socket);
  }

  override close(): void {
    super.close();
    this.#early?.destroy();
    this.#server.close();
    this.#arrived?.(null);
  }
}

/** We connect to the receiver once {@link MediaLink.ready} is called: after the ACK. */
export function tcpDialLink(behaviour: Behaviour, localHost: string, target: MediaTarget): MediaLink {
  return new DialledLink(behaviour, localHost, target);
}

/** We listen and take the first connection. */
export async function tcpListenLink(behaviour: Behaviour, localHost: string): Promise<MediaLink> {
  const server = createServer();
  server.listen(0, localHost);
  await once(server, 'listening');
  const address = server.address();
  return new ListeningLink(behaviour, server, typeof address === 'object' && address !== null ? address.port : 0);
}
