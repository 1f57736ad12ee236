/** EDGE: one UDP socket that receives media. It translates and decides nothing. */
import dgram from 'node:dgram';
import type { BindFault } from './port-pool.ts';

/**
 * Kernel receive buffer to ask for (RTP-2): the key frames of an 8 Mbit/s camera come in bursts of 1 MB, and a busy machine
 * may not read for a second. Only what waits takes memory. Linux cuts it at net.core.rmem_max and then doubles it for its own
 * bookkeeping.
 */
export const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

export interface UdpOptions {
  readonly host: string;
  readonly port: number;
  /** The buffer is the receiver's own: dgram makes a new one for every datagram. */
  onPacket(packet: Buffer, from: dgram.RemoteInfo): void;
}

export class UdpPort {
  readonly port: number;
  /** What the kernel really gave. */
  readonly receiveBufferBytes: number;
  readonly #socket: dgram.Socket;
  #closed = false;

  constructor(socket: dgram.Socket) {
    this.#socket = socket;
    this.port = socket.address().port;
    this.receiveBufferBytes = socket.getRecvBufferSize();
  }

  /** One datagram, best effort: what the system refuses is as lost as what the network drops. */
  send(bytes: Uint8Array, port: number, address: string): void {
    if (!this.#closed) this.#socket.send(bytes, port, address, () => {});
  }

  /** Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
  }
}

/** Bound and receiving when it resolves. */
export function openUdp(o: UdpOptions): Promise<UdpPort | BindFault> {
  return new Promise((resolve) => {
    const socket = dgram.createSocket({ type: o.host.includes(':') ? 'udp6' : 'udp4' });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      resolve(bindFault(error, 'UDP', o.port));
    });
    socket.bind({ port: o.port, address: o.host, exclusive: true }, () => {
      socket.removeAllListeners('error');
      // A bound socket that only receives has no error that ends it; a stall is noticed by its silence.
      socket.on('error', () => {});
      try {
        socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
      } catch {
        // The system's default then; `receiveBufferBytes` says so.
      }
      socket.on('message', o.onPacket);
      resolve(new UdpPort(socket));
    });
  });
}

/** EADDRINUSE and EACCES (a reserved port) ask for another port; the rest is the system's refusal. */
export function bindFault(error: NodeJS.ErrnoException, kind: 'UDP' | 'TCP', port: number): BindFault {
  const occupied = error.code === 'EADDRINUSE' || error.code === 'EACCES';
  return { bind: occupied ? 'occupied' : 'failed', detail: `${kind} port ${port}: ${error.message}` };
}
