/**
 * The media TCP connections of one call: each has its own framing, several may stand at once (TCP-9), and the one the
 * call's peer lock believes in is the current one. Idle ones are closed (TCP-10).
 */
import { Deframer } from './rfc4571.ts';
import type { TcpConnection, TcpHandler } from './tcp.ts';

/** Connections one call may hold at a time: a device that races its own retries has 2 or 3. */
export const MAX_CONNECTIONS = 8;

/** TCP-10: a connection that never sent a valid packet, or no longer does while another is current, is closed after this. */
export const IDLE_MS = 10_000;

export interface MediaConnection extends TcpHandler {
  readonly address: string;
  readonly port: number;
  readonly deframer: Deframer;
  readonly openedMs: number;
  /** Set when the edge has it. */
  edge: TcpConnection | null;
  /** When its last admitted packet came. */
  provedMs: number | null;
}

export interface ConnectionsOptions {
  now(): number;
  /** A whole packet, and when its last byte was read; returns whether it was admitted into the call. */
  onPacket(packet: Uint8Array, connection: MediaConnection, nowMs: number): boolean;
  /** The connection is gone; `proved`: it had carried the call. */
  onGone(connection: MediaConnection, detail: string): void;
}

/** Hears the bytes of a connection in order, valid during the call only. */
interface ConnectionsTap {
  stream(bytes: Uint8Array, host: string, port: number): void;
}

/** Sums over the connections, those closed already included. */
export interface FramingCounts {
  empty: number;
  resyncs: number;
  interleaved: number;
  /** Connections with 32-bit lengths (TCP-8). */
  wide: number;
  /** Connections that began with a private header (TCP-3). */
  headers: number;
}

export class Connections {
  readonly #o: ConnectionsOptions;
  readonly #all = new Set<MediaConnection>();
  readonly #past: FramingCounts = { empty: 0, resyncs: 0, interleaved: 0, wide: 0, headers: 0 };
  /** Connections refused, or closed by us because they were idle, sent no RTP, or stood in the way. */
  dropped = 0;
  /** Sees what is read, before it is cut into packets; null: nobody listens. */
  #tap: ConnectionsTap | null = null;
  #isHeld = false;
  /** The packets of one read, some fifty of a fast line, have come at the same time. */
  #readMs = 0;

  constructor(o: ConnectionsOptions) {
    this.#o = o;
  }

  get size(): number {
    return this.#all.size;
  }

  /** Makes the handler of a new connection; null when all places are taken by connections that carry media. */
  open(address: string, port: number): MediaConnection | null {
    if (this.#all.size >= MAX_CONNECTIONS && !this.#makeRoom()) {
      this.dropped += 1;
      return null;
    }
    const connection: MediaConnection = {
      address,
      port,
      deframer: new Deframer((packet) => {
        if (this.#o.onPacket(packet, connection, this.#readMs)) connection.provedMs = this.#readMs;
      }),
      openedMs: this.#o.now(),
      edge: null,
      provedMs: null,
      onBytes: (bytes) => {
        this.#tap?.stream(bytes, address, port);
        this.#readMs = this.#o.now();
        if (connection.deframer.push(bytes)) return;
        this.#refuse(connection, 'no RTP in the stream');
      },
      onClosed: (detail) => this.#drop(connection, detail),
    };
    this.#all.add(connection);
    return connection;
  }

  /** The edge behind a connection made by `open`. */
  ready(connection: MediaConnection, edge: TcpConnection): void {
    connection.edge = edge;
    if (!this.#all.has(connection)) edge.close();
    else if (this.#isHeld) edge.hold(true);
  }

  /** TCP-10. `current`: the connection the call lives on; it may pause as long as it likes. */
  closeIdle(nowMs: number, isCurrent: (connection: MediaConnection) => boolean): void {
    for (const connection of this.#all)
      if (nowMs - (connection.provedMs ?? connection.openedMs) >= IDLE_MS && !isCurrent(connection))
        this.#refuse(connection, 'no RTP for 10 s');
  }

  /** Begins, or with null ends, the hearing of all that is read. */
  listen(tap: ConnectionsTap | null): void {
    this.#tap = tap;
    // What has come of the frame under way belongs to what follows.
    for (const { deframer, address, port } of this.#all)
      if (deframer.pending.length > 0) tap?.stream(deframer.pending, address, port);
  }

  /** With true nothing more is read, from those to come neither; with false it goes on. */
  hold(isHeld: boolean): void {
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    for (const connection of this.#all) connection.edge?.hold(isHeld);
  }

  counts(): FramingCounts {
    const sum = { ...this.#past };
    for (const connection of this.#all) add(sum, connection);
    return sum;
  }

  /** Closes every connection without a word. Idempotent. */
  close(): void {
    for (const connection of this.#all) {
      this.#all.delete(connection);
      connection.deframer.close();
      connection.edge?.close();
    }
  }

  #refuse(connection: MediaConnection, detail: string): void {
    this.dropped += 1;
    this.#drop(connection, detail);
  }

  #drop(connection: MediaConnection, detail: string): void {
    if (!this.#all.delete(connection)) return;
    add(this.#past, connection);
    connection.deframer.close();
    connection.edge?.close();
    this.#o.onGone(connection, detail);
  }

  /** The oldest connection that never carried media goes. */
  #makeRoom(): boolean {
    for (const connection of this.#all) {
      if (connection.provedMs !== null) continue;
      this.#refuse(connection, 'too many connections');
      return true;
    }
    return false;
  }
}

function add(sum: FramingCounts, { deframer }: MediaConnection): void {
  const { empty, resyncs, wide, headerBytes } = deframer.counts;
  sum.wide += wide;
  if (wide === 0) sum.empty += empty;
  // A private header is passed over as a lost framing is, once.
  const header = headerBytes > 0 ? 1 : 0;
  sum.headers += header;
  sum.resyncs += resyncs - header;
  if (deframer.framing === 'interleaved') sum.interleaved += 1;
}
