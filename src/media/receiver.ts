/**
 * A port lease, its sockets and a feed, opened and closed as one. Every packet goes: edge (udp, tcp + RFC 4571) → peer
 * lock → feed, synchronously; what the feed says goes to `onEvent` in the order in which it happened.
 */

import type { FeedCounters, FeedEvent } from './frame.ts';
import { Connections, type MediaConnection } from './ingest/connections.ts';
import { hostPort, PeerLock } from './ingest/peer.ts';
import type { BindFault, Lease, MediaFault, PortPool } from './ingest/port-pool.ts';
import { ReceiverReports } from './ingest/rtcp.ts';
import { isRtcp, RTP_HEADER_BYTES } from './ingest/rtp.ts';
import { Dial, listenTcp, type TcpConnection, type TcpListener } from './ingest/tcp.ts';
import { joinTicker, leaveTicker, type Ticking } from './ingest/ticker.ts';
import { openUdp, type UdpPort } from './ingest/udp.ts';
import { EdgeCounts, ReceiverFindings } from './receiver-findings.ts';

/** `tcp-passive`: the device connects to us; `tcp-active`: we connect to the device. GB/T 28181-2022 annex D. */
export type MediaTransport = 'udp' | 'tcp-passive' | 'tcp-active';

export type { MediaFault } from './ingest/port-pool.ts';

/** What a receiver needs of a feed. */
export interface PacketFeed {
  readonly counters: FeedCounters;
  packet(packet: Uint8Array, owned: boolean, nowMs: number): readonly FeedEvent[];
  poll(nowMs: number): readonly FeedEvent[];
  reset(nowMs: number): readonly FeedEvent[];
  end(nowMs: number): readonly FeedEvent[];
}

export type ReceiverEvent =
  | FeedEvent
  /** TCP: the first connection stands (again). */
  | { readonly type: 'connected'; readonly remote: string }
  /** A sender was chosen, or another took over from it; `ssrc` is what it really sends. */
  | { readonly type: 'first-packet'; readonly remote: string; readonly ssrc: number }
  /** TCP active: nobody answered within the ladder. */
  | { readonly type: 'connect-failed'; readonly detail: string }
  /** The TCP connection that carried the media is gone. Another may follow (TCP-9). */
  | { readonly type: 'disconnected'; readonly detail: string };

/** Hears everything that comes in at a receiver's sockets, exactly as it came and before anybody judges it. Bytes are valid during the call only. */
export interface MediaTap {
  /** One datagram; `localPort` is the receiver's port, or the odd one above it. */
  datagram(bytes: Uint8Array, host: string, port: number, localPort: number): void;
  /** Bytes of a TCP connection in order. The first of a connection begin where a frame of RFC 4571 begins. */
  stream(bytes: Uint8Array, host: string, port: number): void;
}

export interface ReceiverOptions<F extends PacketFeed = PacketFeed> {
  readonly transport: MediaTransport;
  readonly pool: PortPool;
  /** The `y=` of our offer. */
  readonly ssrc: number;
  readonly feed: F;
  onEvent(event: ReceiverEvent): void;
  /** Only the agreed SSRC gets in; default false, because half of all devices send another one (SSRC-1). */
  readonly isSsrcStrict?: boolean;
  /** Receiver reports are sent; default true (RTP-11). */
  readonly hasReports?: boolean;
  /** Monotonic milliseconds; default performance.now. */
  readonly now?: () => number;
}

/** The SDP answer, as far as media cares. */
export interface MediaAnswer {
  /** `y=`, null when absent. */
  readonly ssrc: number | null;
  /** `c=`, null when absent. */
  readonly host: string | null;
  /** Port of `m=`; 0: the device does not support the transport (TCP-11). */
  readonly port: number;
  /** Where the SIP answer came from. */
  readonly fallbackHost: string;
}

interface Sockets {
  readonly udp: readonly UdpPort[];
  readonly listener: TcpListener | null;
}

/** Opens sockets on a port of the pool; bound and listening when it resolves. */
export async function openReceiver<F extends PacketFeed>(o: ReceiverOptions<F>): Promise<Receiver<F> | MediaFault> {
  const receiver = new Receiver<F>(o);
  const leased = await o.pool.lease(o.transport === 'udp' ? 'pair' : 'single', (port) => receiver.bind(port));
  if ('fault' in leased) return leased;
  receiver.start(leased.lease, leased.opened);
  return receiver;
}

export class Receiver<F extends PacketFeed = PacketFeed> implements Ticking {
  readonly transport: MediaTransport;
  readonly feed: F;
  /** RTCP packets seen, on either port or in the stream. They never reach the feed. */
  rtcp = 0;
  readonly #edges = new EdgeCounts();
  readonly #o: ReceiverOptions<F>;
  readonly #now: () => number;
  readonly #peer: PeerLock;
  readonly #connections: Connections;
  readonly #findings: ReceiverFindings;
  readonly #reports: ReceiverReports;
  /** Where the sender's RTCP comes from, once it came. */
  #rtcpPort: number | null = null;
  #lease: Lease | null = null;
  #sockets: Sockets | null = null;
  #dial: Dial | null = null;
  #connected = false;
  #closed = false;
  #tap: MediaTap | null = null;

  /** Use `openReceiver`. */
  constructor(o: ReceiverOptions<F>) {
    this.#o = o;
    this.transport = o.transport;
    this.feed = o.feed;
    this.#now = o.now ?? (() => performance.now());
    this.#peer = new PeerLock(o.ssrc, o.isSsrcStrict);
    this.#reports = new ReceiverReports(o.ssrc);
    this.#findings = new ReceiverFindings((finding) => o.onEvent({ type: 'finding', finding }));
    this.#connections = new Connections({
      now: this.#now,
      onPacket: (packet, { address, port }, nowMs) => this.#take(packet, false, address, port, nowMs),
      onGone: (connection, detail) => this.#gone(connection, detail),
    });
  }

  /** The port of the offer. */
  get port(): number {
    return this.#lease?.port ?? 0;
  }

  /** `address:port` that sends the media, null before the first packet. */
  get remote(): string | null {
    return this.#peer.remote;
  }

  /** SSRC that is really sent, null before the first packet. */
  get ssrc(): number | null {
    return this.#peer.ssrc;
  }

  /** Monotonic milliseconds of the last packet admitted. */
  get lastPacketMs(): number | null {
    return this.#peer.lastPacketMs;
  }

  /** Packets refused because of who sent them. */
  get strangers(): number {
    return this.#peer.strangers;
  }

  /** To the device and back, by its answers to our reports; null while it gave none (most give none). */
  get roundTripMs(): number | null {
    return this.#reports.roundTripMs;
  }

  /** Datagrams and frames that are neither RTP nor RTCP. */
  get malformed(): number {
    return this.#edges.malformed;
  }

  /** TCP connections refused or closed by us: idle, without RTP, too many. */
  get connectionsDropped(): number {
    return this.#connections.dropped;
  }

  /** For openReceiver: binds what the transport needs on this port. */
  async bind(port: number): Promise<Sockets | BindFault> {
    const { transport, pool } = this.#o;
    const udp: UdpPort[] = [];
    const failed = (fault: BindFault) => {
      for (const socket of udp) socket.close();
      return fault;
    };
    // TCP-15: a device may fall back to UDP without a word, so the same number is open there too.
    const rtp = await openUdp({
      host: pool.host,
      port,
      onPacket: (packet, from) => this.datagram(packet, from.address, from.port, port),
    });
    if ('bind' in rtp) return rtp;
    udp.push(rtp);
    if (transport === 'udp') {
      const rtcp = await openUdp({
        host: pool.host,
        port: port + 1,
        onPacket: (packet, from) => this.datagram(packet, from.address, from.port, port + 1),
      });
      if ('bind' in rtcp) return failed(rtcp);
      udp.push(rtcp);
      return { udp, listener: null };
    }
    const listener = await listenTcp({
      host: pool.host,
      port,
      onConnection: (address, remotePort) => this.accept(address, remotePort),
      onReady: (edge, handler) => this.#connections.ready(handler as MediaConnection, edge),
    });
    if ('bind' in listener) return failed(listener);
    if (transport === 'tcp-active') {
      // The port was free to listen on, so it is free to dial from; listening itself would be in the way.
      listener.close();
      return { udp, listener: null };
    }
    return { udp, listener };
  }

  /** For openReceiver. */
  start(lease: Lease, sockets: Sockets): void {
    this.#lease = lease;
    this.#sockets = sockets;
    this.#edges.bufferBytes = sockets.udp[0]?.receiveBufferBytes ?? 0;
    joinTicker(this);
  }

  /**
   * The answer came: adjusts who may send, and starts dialling when the transport is TCP active (so the ACK must have
   * been sent before). May be called again.
   */
  answered(answer: MediaAnswer): void {
    if (this.#closed) return;
    const hosts = [answer.host, answer.fallbackHost].filter((host): host is string => host !== null && host !== '');
    this.#edges.answeredHost = answer.host;
    this.#peer.answered(answer.ssrc, hosts);
    if (this.transport !== 'tcp-active' || this.#dial !== null) return;
    if (answer.port <= 0 || answer.port > 0xffff) {
      this.#o.onEvent({ type: 'connect-failed', detail: `the answer names port ${answer.port}` });
      return;
    }
    const dialled = [...new Set(hosts)].filter((host) => host !== '0.0.0.0' && host !== '::');
    this.#startDial(dialled, answer.port);
  }

  /**
   * Idempotent. The feed gets its end (last frames come out), sockets close, the lease goes back: at once to its long
   * rest when the BYE was not answered, else after 2 s of silence to the pool.
   */
  close(o: { readonly byeAnswered: boolean }): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#emit(this.feed.end(this.#now()));
    leaveTicker(this);
    this.#dial?.cancel();
    this.#connections.close();
    const sockets = this.#sockets;
    this.#lease?.release({
      byeAnswered: o.byeAnswered,
      close: () => {
        for (const socket of sockets?.udp ?? []) socket.close();
        sockets?.listener?.close();
      },
    });
  }

  /** For the ticker. */
  tick(): void {
    const nowMs = this.#now();
    this.#emit(this.feed.poll(nowMs));
    if (this.#closed) return;
    const remote = this.#peer.remote;
    if (this.#connections.size > 0)
      this.#connections.closeIdle(nowMs, ({ address, port }) => hostPort(address, port) === remote);
    this.#report(nowMs);
    this.#findings.look(nowMs, {
      transport: this.transport,
      edges: this.#edges,
      peer: this.#peer,
      framing: this.#connections.counts(),
      reports: this.#reports,
      dropped: this.connectionsDropped,
      lost: this.feed.counters.lost,
    });
  }

  /** Begins, or with null ends, the hearing of all that comes in. */
  listen(tap: MediaTap | null): void {
    this.#tap = tap;
    this.#connections.listen(tap);
  }

  /** TCP: with true nothing more is read, so that the sender has to wait; with false it goes on. UDP: nothing happens. */
  hold(isHeld: boolean): void {
    this.#connections.hold(isHeld);
  }

  /** What came in at a socket of ours, or long ago at one (a capture is replayed). `packet` is the receiver's from now on. */
  datagram(packet: Uint8Array, address: string, port: number, localPort: number): void {
    // From either port: RTP that strayed to the odd one is media too (RTP-10).
    if (this.#closed) {
      this.#lease?.heard();
      return;
    }
    this.#tap?.datagram(packet, address, port, localPort);
    this.#edges.sort(this.transport, localPort, this.#take(packet, true, address, port, this.#now()), isRtcp(packet));
  }

  /** The way of every packet. Returns whether it was admitted. */
  #take(packet: Uint8Array, owned: boolean, address: string, port: number, nowMs: number): boolean {
    if (packet.length < RTP_HEADER_BYTES || (packet[0]! & 0xc0) !== 0x80) {
      if (isRtcp(packet)) this.#takeRtcp(packet, address, port);
      else this.#edges.malformed += 1;
      return false;
    }
    const second = packet[1]!;
    if (second >= 200 && second <= 207) {
      this.#takeRtcp(packet, address, port);
      return false;
    }
    const admission = this.#peer.admit(packet, address, port, owned, nowMs);
    if (admission === 'refuse' || admission === 'wait') return false;
    if (admission !== 'accept') this.#newSender(admission, nowMs);
    if (this.#closed) return false;
    if (packet.length > this.#edges.largest) this.#edges.largest = packet.length;
    const events = this.feed.packet(packet, owned, nowMs);
    if (events.length > 0) this.#emit(events);
    return true;
  }

  #takeRtcp(packet: Uint8Array, address: string, port: number): void {
    this.rtcp += 1;
    if (this.transport !== 'udp' || address !== this.#peer.address) return;
    this.#rtcpPort = port;
    this.#reports.heard(packet, this.#now());
  }

  /** RTP-11: from our odd port to where the sender's RTCP comes from, or to the port above its RTP. */
  #report(nowMs: number): void {
    const { address, port, ssrc, sequence } = this.#peer;
    const socket = this.#sockets?.udp[1];
    if (this.#o.hasReports === false) return;
    if (socket === undefined || address === null || port === null || ssrc === null) return;
    const { packets, lost, jitterMs } = this.feed.counters;
    const report = this.#reports.due(nowMs, { ssrc, sequence, received: packets, lost, jitterMs });
    if (report !== null) socket.send(report, this.#rtcpPort ?? Math.min(port + 1, 0xffff), address);
  }

  #newSender(admission: 'first' | 'replace', nowMs: number): void {
    if (admission === 'replace') this.#emit(this.feed.reset(nowMs));
    this.#o.onEvent({ type: 'first-packet', remote: this.#peer.remote!, ssrc: this.#peer.ssrc! });
    for (const packet of this.#peer.takeBacklog()) this.#emit(this.feed.packet(packet, true, nowMs));
  }

  #emit(events: readonly FeedEvent[]): void {
    for (let i = 0; i < events.length; i += 1) this.#o.onEvent(events[i]!);
  }

  /** A TCP connection came about; null when there is no room for it, or nothing is expected any more. */
  accept(address: string, port: number): MediaConnection | null {
    if (this.#closed) {
      this.#lease?.heard();
      return null;
    }
    const connection = this.#connections.open(address, port);
    if (connection !== null) this.#sayConnected(address, port);
    return connection;
  }

  #sayConnected(address: string, port: number): void {
    if (this.#connected) return;
    this.#connected = true;
    this.#o.onEvent({ type: 'connected', remote: hostPort(address, port) });
  }

  #startDial(hosts: readonly string[], port: number): void {
    if (hosts.length === 0) {
      this.#o.onEvent({ type: 'connect-failed', detail: 'the answer names no address' });
      return;
    }
    let connection: MediaConnection | null = null;
    this.#dial = new Dial({
      hosts,
      port,
      localHost: this.#o.pool.host,
      localPort: this.port,
      handler: {
        onBytes: (bytes) => connection?.onBytes(bytes),
        onClosed: (detail) => connection?.onClosed(detail),
      },
      onConnected: (edge: TcpConnection) => {
        connection = this.#connections.open(edge.address, edge.port);
        if (connection === null) return edge.close();
        this.#connections.ready(connection, edge);
        this.#sayConnected(edge.address, edge.port);
      },
      onFailed: (detail) => {
        if (!this.#closed) this.#o.onEvent({ type: 'connect-failed', detail });
      },
    });
  }

  #gone(connection: MediaConnection, detail: string): void {
    const wasCurrent = this.#peer.gone(connection.address, connection.port);
    if (this.#closed || (!wasCurrent && this.transport === 'tcp-passive' && this.#connections.size > 0)) return;
    this.#connected = false;
    this.#o.onEvent({ type: 'disconnected', detail });
  }
}
