import { createSocket } from 'node:dgram';
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
  /** Called once when the receiver hangs up. */
  onLost: (() => void) | null;
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
/** How long a listening camera waits for the receiver to connect. */
const ACCEPT_WAIT_MS = 15_000;

/** Media over UDP: every packet one datagram. */
export async function openUdpLink(localHost: string, target: MediaTarget): Promise<MediaLink> {
  const socket = createSocket('udp4');
  socket.on('error', () => undefined); // a receiver that is gone shows as ICMP errors: a camera goes on sending
  try {
    socket.bind(0, localHost);
    await once(socket, 'listening');
    socket.connect(target.port, target.host); // a connected socket asks no resolver for every packet
    await once(socket, 'connect');
  } catch (error) {
    socket.close();
    throw error;
  }
  let open = true;
  return {
    port: socket.address().port,
    ready: async () => undefined,
    send(packets) {
      if (open) for (const packet of packets) socket.send(packet);
      return true;
    },
    onLost: null,
    close() {
      if (!open) return;
      open = false;
      socket.close();
    },
  };
}

/** RFC 4571 framing (or what a quirk makes of it) on one TCP connection. */
class TcpLink implements MediaLink {
  onLost: (() => void) | null = null;
  port = 0;
  protected socket: Socket | null = null;
  protected closed = false;
  readonly #behaviour: Behaviour;

  constructor(behaviour: Behaviour) {
    this.#behaviour = behaviour;
  }

  async ready(): Promise<void> {}

  send(packets: readonly Buffer[]): boolean {
    const socket = this.socket;
    if (socket === null || socket.destroyed || socket.writableLength > MAX_UNSENT_BYTES) return false;
    const { emptyFrames, framing, smallWrites } = this.#behaviour;
    const pieces: Buffer[] = [];
    for (const packet of packets) {
      const length = Buffer.from([packet.length >> 8, packet.length & 0xff]);
      if (framing === 'interleaved') pieces.push(Buffer.from([0x24, 0]));
      pieces.push(length, packet);
      if (emptyFrames) pieces.push(Buffer.from([0, 0]));
    }
    const bytes = Buffer.concat(pieces);
    if (smallWrites)
      for (let at = 0; at < bytes.length; at += SMALL_WRITE) socket.write(bytes.subarray(at, at + SMALL_WRITE));
    else socket.write(bytes);
    return true;
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

/** TCP-7: splits the length field and the RTP header alike. */
const SMALL_WRITE = 7;

class DialledLink extends TcpLink {
  readonly #localHost: string;
  readonly #target: MediaTarget;

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
        return;
      } catch (error) {
        if (this.closed || attempt === CONNECT_TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, CONNECT_GAP_MS));
        if (this.closed) throw error;
      }
    }
  }

  #dial(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: this.#target.host, port: this.#target.port, localAddress: this.#localHost });
      this.socket = socket;
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
