import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** The receiving end of a media session as a test needs it: collects RTP packets, reads the program stream by its lengths. */
export interface Collector {
  readonly port: number;
  readonly packets: Buffer[];
  /** TCP active: connects to the device. */
  dial(port: number): void;
  readonly ended: () => boolean;
  /** TCP: reads nothing for a while. */
  pause(): void;
  resume(): void;
  close(): void;
}

export async function collectUdp(): Promise<Collector> {
  const socket = createSocket('udp4');
  const packets: Buffer[] = [];
  socket.on('message', (bytes) => packets.push(Buffer.from(bytes)));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    packets,
    dial: () => undefined,
    ended: () => false,
    pause: () => undefined,
    resume: () => undefined,
    close: () => socket.close(),
  };
}

/** RFC 4571: two bytes of length, one packet. */
export async function collectTcp(listen: boolean): Promise<Collector> {
  const packets: Buffer[] = [];
  const sockets: Socket[] = [];
  let ended = false;
  const adopt = (socket: Socket) => {
    sockets.push(socket);
    let pending = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      ended = true;
    });
    socket.on('data', (bytes) => {
      pending = Buffer.concat([pending, bytes]);
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        const end = 2 + pending.readUInt16BE(0);
        packets.push(pending.subarray(2, end));
        pending = pending.subarray(end);
      }
    });
  };
  const server = createServer(adopt);
  if (listen) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  return {
    port: listen ? (server.address() as { port: number }).port : 9,
    packets,
    dial: (port) => adopt(connect(port, '127.0.0.1')),
    ended: () => ended,
    pause: () => {
      for (const socket of sockets) socket.pause();
    },
    resume: () => {
      for (const socket of sockets) socket.resume();
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

export interface Rtp {
  readonly marker: boolean;
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Buffer;
}

export function rtp(packet: Buffer): Rtp {
  return {
    marker: packet[1]! >= 0x80,
    payloadType: packet[1]! & 0x7f,
    sequence: packet.readUInt16BE(2),
    timestamp: packet.readUInt32BE(4),
    ssrc: packet.readUInt32BE(8),
    payload: packet.subarray(12),
  };
}

/** Elementary stream bytes by stream id. Trusts every length: the stream under test must be right. */
export function elementary(stream: Buffer): { video: Buffer; audio: Buffer; packs: number; maps: number } {
  const parts: Record<number, Buffer[]> = { 224: [], 192: [] };
  let packs = 0;
  let maps = 0;
  for (let at = 0; at + 14 <= stream.length; ) {
    const code = stream.readUInt32BE(at);
    if (code === 0x1ba) {
      packs++;
      at += 14 + (stream[at + 13]! & 7);
      continue;
    }
    if (code >>> 8 !== 1) throw new Error(`no start code at ${at}`);
    const end = at + 6 + stream.readUInt16BE(at + 4);
    if (code === 0x1bc) maps++;
    parts[code & 0xff]?.push(stream.subarray(at + 9 + stream[at + 8]!, end));
    at = end;
  }
  return { video: Buffer.concat(parts[224]!), audio: Buffer.concat(parts[192]!), packs, maps };
}
