import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** EDGE: the sockets over which a simulated camera hears. */

export interface VoiceLink {
  readonly port: number;
  /** Connects, where it is the camera's part. */
  aim(host: string, port: number): void;
  /** One RTP packet back. */
  send(packet: Buffer): void;
  close(): void;
}

/** Opens what the camera offers; `onPacket` gets each RTP packet. */
export async function openVoiceLink(
  transport: 'udp' | 'tcp-active' | 'tcp-passive',
  localHost: string,
  onPacket: (packet: Buffer) => void,
): Promise<VoiceLink> {
  if (transport === 'udp') return udpLink(localHost, onPacket);
  let socket: Socket | null = null;
  let isClosed = false;
  const adopt = (next: Socket): void => {
    if (isClosed || socket !== null) {
      next.destroy();
      return;
    }
    socket = next;
    next.setNoDelay(true);
    next.on('error', () => undefined);
    readFrames(next, onPacket);
  };
  const server = transport === 'tcp-passive' ? createServer(adopt) : null;
  server?.listen(0, localHost);
  if (server !== null) await once(server, 'listening');
  const address = server?.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 9, // RFC 4145: an active end names the discard port
    aim(host, port) {
      if (server === null) adopt(connect({ host, port, localAddress: localHost }));
    },
    send(packet) {
      socket?.write(Buffer.concat([Buffer.from([packet.length >> 8, packet.length & 0xff]), packet]));
    },
    close() {
      isClosed = true;
      socket?.destroy();
      server?.close();
    },
  };
}

async function udpLink(localHost: string, onPacket: (packet: Buffer) => void): Promise<VoiceLink> {
  const socket = createSocket('udp4');
  socket.on('error', () => undefined);
  socket.on('message', onPacket);
  socket.bind(0, localHost);
  await once(socket, 'listening');
  let target: { host: string; port: number } | null = null;
  let isOpen = true;
  return {
    port: socket.address().port,
    aim(host, port) {
      target = { host, port };
    },
    send(packet) {
      if (isOpen && target !== null) socket.send(packet, target.port, target.host);
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      socket.close();
    },
  };
}

/** RFC 4571. */
function readFrames(socket: Socket, onPacket: (packet: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
      const end = 2 + rest.readUInt16BE(0);
      onPacket(rest.subarray(2, end));
      rest = rest.subarray(end);
    }
  });
}
