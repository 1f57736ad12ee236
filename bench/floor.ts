/**
 * The floors: the least a Node process can do to receive the same packets. UDP: a `dgram` socket that counts. TCP: a
 * `net` socket with 'data' events and RFC 4571 framing that counts.
 */
import dgram from 'node:dgram';
import net from 'node:net';

export interface Floor {
  readonly ports: readonly number[];
  readonly packets: () => number;
  close(): void;
}

export async function udpFloor(streams: number): Promise<Floor> {
  let packets = 0;
  const sockets: dgram.Socket[] = [];
  for (let i = 0; i < streams; i += 1) {
    const socket = dgram.createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    socket.setRecvBufferSize(1024 * 1024);
    socket.on('message', () => {
      packets += 1;
    });
    sockets.push(socket);
  }
  return {
    ports: sockets.map((socket) => socket.address().port),
    packets: () => packets,
    close: () => {
      for (const socket of sockets) socket.close();
    },
  };
}

export async function tcpFloor(streams: number): Promise<Floor> {
  let packets = 0;
  const servers: net.Server[] = [];
  const open = new Set<net.Socket>();
  for (let i = 0; i < streams; i += 1) {
    const server = net.createServer((socket) => {
      open.add(socket);
      let rest: Buffer | null = null;
      socket.on('error', () => {});
      socket.on('data', (chunk: Buffer) => {
        const bytes: Buffer = rest === null ? chunk : Buffer.concat([rest, chunk]);
        let at = 0;
        while (at + 2 <= bytes.length) {
          const end = at + 2 + bytes.readUInt16BE(at);
          if (end > bytes.length) break;
          packets += 1;
          at = end;
        }
        rest = at === bytes.length ? null : bytes.subarray(at);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
  }
  return {
    ports: servers.map((server) => (server.address() as net.AddressInfo).port),
    packets: () => packets,
    close: () => {
      for (const server of servers) server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
