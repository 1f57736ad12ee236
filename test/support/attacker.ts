import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import { PLATFORM_ID } from './gbgate.ts';

const DOMAIN = PLATFORM_ID.slice(0, 10);
/** Datagrams between two pauses: what is lost in a full socket buffer attacks nobody. */
const BURST = 40;
const PAUSE_MS = 4;

/** Sends datagrams from any loopback address, and keeps what comes back. */
export class DatagramAttacker {
  readonly answers: Buffer[] = [];
  readonly #socket: dgram.Socket;

  private constructor(socket: dgram.Socket) {
    this.#socket = socket;
    socket.on('message', (bytes) => void this.answers.push(bytes));
    socket.on('error', () => {});
  }

  static async at(address: string): Promise<DatagramAttacker> {
    const socket = dgram.createSocket('udp4');
    socket.bind(0, address);
    await once(socket, 'listening');
    return new DatagramAttacker(socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** Resolves when all have left, some thousands a second. */
  async send(port: number, datagrams: Iterable<Uint8Array | string>, burst: number = BURST): Promise<number> {
    let sent = 0;
    for (const datagram of datagrams) {
      this.#socket.send(datagram, port, '127.0.0.1');
      if (++sent % burst === 0) await pause(PAUSE_MS);
    }
    await pause(PAUSE_MS);
    return sent;
  }

  /** The first answer that fits, come or to come; null after a second. */
  async answer(fits: (text: string) => boolean): Promise<string | null> {
    for (let i = 0; i < 100; i++) {
      const found = this.answers.map((bytes) => bytes.toString('latin1')).find(fits);
      if (found !== undefined) return found;
      await pause(10);
    }
    return null;
  }

  close(): void {
    this.#socket.close();
  }
}

/** Opens TCP connections from an address; those that are refused count as closed. */
export async function connectMany(port: number, localAddress: string, count: number): Promise<net.Socket[]> {
  const sockets: net.Socket[] = [];
  for (let i = 0; i < count; i++) {
    const socket = net.connect({ port, host: '127.0.0.1', localAddress });
    socket.on('error', () => {});
    sockets.push(socket);
    if (sockets.length % BURST === 0) await pause(PAUSE_MS);
  }
  await Promise.all(
    sockets.map((socket) =>
      socket.connecting ? Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => {}) : null,
    ),
  );
  return sockets;
}

/** A SIP request of a stranger, well formed. */
export function sipRequest(
  method: string,
  o: { user: string; callId?: string; to?: string; headers?: string[]; body?: string },
): string {
  const token = Math.random().toString(36).slice(2);
  const body = o.body ?? '';
  return [
    `${method} sip:${PLATFORM_ID}@${DOMAIN} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:5060;rport;branch=z9hG4bK${token}`,
    `From: <sip:${o.user}@${DOMAIN}>;tag=${token}`,
    `To: ${o.to ?? `<sip:${o.user}@${DOMAIN}>`}`,
    `Call-ID: ${o.callId ?? token}`,
    `CSeq: 1 ${method}`,
    'Max-Forwards: 70',
    ...(o.headers ?? []),
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

/** RTP with a pack header in it, as a camera's would begin. */
export function rtpPacket(o: { ssrc: number; sequence: number; bytes?: number }): Buffer {
  const packet = Buffer.alloc(o.bytes ?? 200, 0xff);
  packet.writeUInt16BE(0x8060, 0);
  packet.writeUInt16BE(o.sequence & 0xffff, 2);
  packet.writeUInt32BE(o.sequence * 3600, 4);
  packet.writeUInt32BE(o.ssrc, 8);
  packet.set([0, 0, 1, 0xba], 12);
  return packet;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
