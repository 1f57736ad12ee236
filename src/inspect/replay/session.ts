/**
 * One call's media out of a capture, through the receiver of the live path: what came in at its sockets then comes in here,
 * at the time of the capture. No socket is opened.
 */
import { PortPool } from '../../media/ingest/port-pool.ts';
import { type MediaAnswer, Receiver } from '../../media/receiver.ts';
import type { TcpHalf } from '../read/tcp.ts';
import type { StreamReport } from '../report.ts';
import { type StreamKeeper, StreamLog } from './stream-log.ts';

/** As often as the live path looks at its clock. */
const TICK_MS = 20;
/** After a longer pause of the capture the ticks between are left out: all that waits has run out by then. */
const MAX_TICKS = 100;
/** The edges are looked at once a second; the last second of a capture must not be left out. */
const LAST_LOOK_MS = 1000;

export interface SessionOptions {
  readonly number: number;
  readonly callId: string | null;
  readonly transport: 'udp' | 'tcp';
  /** What the media was promised to carry. */
  readonly ssrc: number;
  readonly to: string;
  readonly startEpochMs: number;
  readonly keeper: StreamKeeper | null;
}

export class Session {
  readonly log: StreamLog;
  readonly #receiver: Receiver<StreamLog>;
  readonly #connections = new Map<TcpHalf, NonNullable<ReturnType<Receiver['accept']>>>();
  #nowMs = 0;
  #tickedMs = 0;
  #isOver = false;

  constructor(o: SessionOptions) {
    this.log = new StreamLog({ ...o, keeper: o.keeper });
    this.log.to = o.to;
    this.#receiver = new Receiver({
      // TCP active differs from passive in who dials, which is over
      transport: o.transport === 'udp' ? 'udp' : 'tcp-passive',
      pool: new PortPool({ host: '', first: 1, last: 0 }),
      ssrc: o.ssrc,
      feed: this.log,
      onEvent: (event) => this.log.event(event, this.#nowMs),
      now: () => this.#nowMs,
    });
  }

  /** Something came. */
  get isUsed(): boolean {
    return this.log.counters.packets > 0 || this.#receiver.strangers > 0 || this.#receiver.malformed > 0;
  }

  answered(answer: MediaAnswer): void {
    this.#receiver.answered(answer);
  }

  /** `nowMs` since the start of the capture; it never goes back. */
  datagram(bytes: Uint8Array, host: string, port: number, localPort: number, nowMs: number): void {
    if (this.#isOver) return;
    this.advance(nowMs);
    this.#receiver.datagram(Buffer.from(bytes), host, port, localPort);
  }

  /** Bytes of a TCP connection in order. */
  stream(half: TcpHalf, bytes: Uint8Array, nowMs: number): void {
    if (this.#isOver) return;
    this.advance(nowMs);
    let connection = this.#connections.get(half);
    if (connection === undefined) {
      const accepted = this.#receiver.accept(half.source, half.sourcePort);
      if (accepted === null) return;
      connection = accepted;
      this.#connections.set(half, connection);
    }
    connection.onBytes(bytes);
  }

  closed(half: TcpHalf): void {
    const connection = this.#connections.get(half);
    if (connection === undefined) return;
    this.#connections.delete(half);
    this.log.missingBytes += half.missing;
    connection.onClosed('closed by the other side');
  }

  advance(nowMs: number): void {
    if (nowMs <= this.#nowMs || this.#isOver) return;
    if (nowMs - this.#tickedMs > TICK_MS * MAX_TICKS) this.#tickedMs = nowMs - TICK_MS * MAX_TICKS;
    while (this.#tickedMs + TICK_MS <= nowMs) {
      this.#tickedMs += TICK_MS;
      this.#nowMs = Math.max(this.#nowMs, this.#tickedMs);
      this.#receiver.tick();
    }
    this.#nowMs = nowMs;
  }

  /** The call is over. Idempotent. */
  end(): void {
    if (this.#isOver) return;
    this.advance(this.#nowMs + LAST_LOOK_MS);
    this.#isOver = true;
    for (const half of this.#connections.keys()) this.log.missingBytes += half.missing;
    this.#connections.clear();
    this.#receiver.close({ byeAnswered: true });
  }

  report(): StreamReport {
    const { rtcp, strangers, malformed } = this.#receiver;
    return this.log.report({ rtcp, strangers, malformed });
  }
}
