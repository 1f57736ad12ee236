import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { SipMessage } from '../sip/wire/message.ts';
import { parseDatagram } from '../sip/wire/parse.ts';
import { SipStream } from '../sip/wire/stream.ts';

/** EDGE: the socket over which one simulated device speaks SIP. */

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** One device has one socket of its own, as a real one would: its address is part of its identity. */
export interface SipLink {
  readonly transport: 'udp' | 'tcp' | 'tls';
  /** Address of this device as the platform sees it (without NAT). */
  readonly local: Address;
  /** Sends to `to` (UDP) or over the connection (TCP, `to` is ignored). False when the connection is gone. */
  send(bytes: Buffer, to: Address): boolean;
  close(): void;
}

export interface SipLinkOptions {
  readonly server: Address;
  readonly localHost: string;
  readonly onMessage: (message: SipMessage, from: Address) => void;
  /** TCP only: the connection is gone and nobody here closed it. */
  readonly onLost: () => void;
  /** TCP only: messages in pieces, with line ends between them (SIP-5). */
  readonly pieces: boolean;
}

/** How long a TCP connection may take to come about. */
const CONNECT_TIMEOUT_MS = 5000;

/** The server's address as a number, and the local address that faces it. */
export async function facing(server: Address): Promise<{ server: Address; localHost: string }> {
  const { address } = await lookup(server.host, 4);
  const probe = createSocket('udp4');
  try {
    probe.connect(server.port, address);
    await once(probe, 'connect');
    return { server: { host: address, port: server.port }, localHost: probe.address().address };
  } finally {
    probe.close();
  }
}

/** A UDP socket on a free port. */
export async function openUdpSip(o: SipLinkOptions): Promise<SipLink> {
  const socket: UdpSocket = createSocket('udp4');
  socket.on('error', () => undefined);
  socket.on('message', (bytes, from) => {
    const message = parseDatagram(bytes);
    if (message.kind !== 'fault') o.onMessage(message, { host: from.address, port: from.port });
  });
  socket.bind(0, o.localHost);
  await once(socket, 'listening');
  let open = true;
  return {
    transport: 'udp',
    local: { host: o.localHost, port: socket.address().port },
    send(bytes, to) {
      if (open) socket.send(bytes, to.port, to.host);
      return open;
    },
    close() {
      if (!open) return;
      open = false;
      socket.close();
    },
  };
}

/** A connection to the server, used in both directions. Rejects when it cannot be made. Over TLS any certificate will do, as cameras have it. */
export async function openTcpSip(o: SipLinkOptions, transport: 'tcp' | 'tls' = 'tcp'): Promise<SipLink> {
  const way = { host: o.server.host, port: o.server.port, localAddress: o.localHost };
  const socket: Socket = transport === 'tls' ? connectTls({ ...way, rejectUnauthorized: false }) : connect(way);
  socket.setNoDelay(true);
  try {
    await once(socket, transport === 'tls' ? 'secureConnect' : 'connect', {
      signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS),
    });
  } catch (error) {
    socket.destroy();
    throw error;
  }
  const stream = new SipStream();
  let open = true;
  const lost = () => {
    if (!open) return;
    open = false;
    socket.destroy();
    o.onLost();
  };
  socket.on('error', () => undefined);
  socket.on('close', lost);
  socket.on('data', (bytes) => {
    for (const message of stream.push(bytes)) if (message.kind !== 'fault') o.onMessage(message, o.server);
    if (stream.dead) lost();
  });
  return {
    transport,
    local: { host: socket.localAddress ?? o.localHost, port: socket.localPort ?? 0 },
    send(bytes) {
      if (open && o.pieces) writeInPieces(socket, bytes);
      else if (open) socket.write(bytes);
      return open;
    },
    close() {
      if (!open) return;
      open = false;
      socket.end();
      socket.destroySoon();
    },
  };
}

/** A size that cuts every header line somewhere. */
const PIECE_BYTES = 37;

function writeInPieces(socket: Socket, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) socket.write(bytes.subarray(at, at + PIECE_BYTES));
  socket.write('\r\n\r\n'); // a keep-alive of RFC 5626
}
