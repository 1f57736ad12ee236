/**
 * TCP streams out of their segments (RFC 9293): order restored, what came twice dropped, each direction by itself. Sans-IO,
 * bounded. A segment that the capture never saw leaves a gap, which is named, and the stream goes on behind it.
 */

/** One direction of one connection. What it is for is the owner's. */
export interface TcpHalf {
  readonly source: string;
  readonly sourcePort: number;
  readonly target: string;
  readonly targetPort: number;
  /** The other direction. */
  readonly back: TcpHalf;
  /** Whether this end opened the connection; null when the capture began later. */
  isOpener: boolean | null;
  /** Bytes that the capture does not have. */
  missing: number;
}

export interface TcpSink {
  /** Bytes in order, valid during the call only. */
  bytes(half: TcpHalf, bytes: Uint8Array): void;
  /** Bytes are missing here. */
  gap(half: TcpHalf): void;
  /** Nothing more comes: FIN or RST, a new connection with the same ports, or the end of the file. */
  closed(half: TcpHalf): void;
}

/** Out-of-order segments of one direction. On a path of 100 Mbit/s and 100 ms as many are under way. */
export const MAX_WAITING_SEGMENTS = 1024;
/** The same in bytes. */
export const MAX_WAITING_BYTES = 4 * 1024 * 1024;
/** The same of all connections together: a capture may lack segments of thousands. */
export const MAX_WAITING_TOTAL_BYTES = 64 * 1024 * 1024;
/** How often gaps are looked at: a packet of a hostile file must not look at thousands. */
const LOOK_MS = 100;
/** What is missing for so long will not come: a sender repeats after 0.2 to 3 s (RFC 6298), and the capture would have seen it. */
export const GAP_PATIENCE_MS = 5000;
/** Connections followed at a time; the one heard least recently is closed. */
export const MAX_CONNECTIONS = 4096;

const FIN = 0x01;
const SYN = 0x02;
const RST = 0x04;
const ACK = 0x10;

interface Half extends TcpHalf {
  back: Half;
  /** Next sequence number; null before the first segment. */
  next: number | null;
  waiting: { readonly sequence: number; readonly bytes: Buffer }[];
  waitingBytes: number;
  waitingSinceMs: number;
  isClosed: boolean;
}

export class TcpStreams {
  readonly #sink: TcpSink;
  /** Two entries a connection, the least recently heard first. */
  readonly #halves = new Map<string, Half>();
  /** Those with segments that wait for others. */
  readonly #late = new Set<Half>();
  #nowMs = 0;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #waitingBytes = 0;
  /** Segments whose header makes no sense. */
  malformed = 0;

  constructor(sink: TcpSink) {
    this.#sink = sink;
  }

  /** Connections that are followed. */
  get size(): number {
    return this.#halves.size / 2;
  }

  /** Time passes: gaps that have been open too long are given up. */
  poll(nowMs: number): void {
    this.#nowMs = nowMs;
    if (nowMs - this.#lookedMs < LOOK_MS) return;
    this.#lookedMs = nowMs;
    for (const half of this.#late) if (nowMs - half.waitingSinceMs >= GAP_PATIENCE_MS) this.#skipGap(half);
  }

  /** A segment: `bytes[start, end)` begins with its header. */
  segment(source: string, target: string, bytes: Uint8Array, start: number, end: number): void {
    const header = end - start < 20 ? 0 : (bytes[start + 12]! >> 4) * 4;
    if (header < 20 || start + header > end) {
      this.malformed += 1;
      return;
    }
    const sequence = uint32(bytes, start + 4);
    const flags = bytes[start + 13]!;
    const half = this.#half(
      source,
      uint16(bytes, start),
      target,
      uint16(bytes, start + 2),
      (flags & SYN) !== 0,
      sequence,
    );
    if ((flags & SYN) !== 0) {
      half.next = (sequence + 1) >>> 0;
      half.isOpener = (flags & ACK) === 0;
      half.back.isOpener = !half.isOpener;
    }
    if (half.isClosed) return;
    const from = (flags & SYN) !== 0 ? (sequence + 1) >>> 0 : sequence;
    half.next ??= from;
    this.#take(half, from, bytes, start + header, end);
    // A FIN behind segments that are still missing waits for them: the end of the file closes as well.
    const isWhole = distance(half.next, from + end - start - header) <= 0;
    if ((flags & RST) !== 0 || ((flags & FIN) !== 0 && isWhole)) this.#close(half);
  }

  /** The file is over: what waits comes out, gaps and all. */
  end(): void {
    for (const half of this.#halves.values()) this.#close(half);
    this.#halves.clear();
  }

  #half(
    source: string,
    sourcePort: number,
    target: string,
    targetPort: number,
    isSyn: boolean,
    sequence: number,
  ): Half {
    const key = `${source} ${sourcePort} ${target} ${targetPort}`;
    const backKey = `${target} ${targetPort} ${source} ${sourcePort}`;
    const known = this.#halves.get(key);
    if (known !== undefined) {
      const isNew = isSyn && known.next !== null && known.next !== (sequence + 1) >>> 0 && known.isOpener !== null;
      if (!isNew) {
        this.#halves.delete(key);
        this.#halves.set(key, known);
        return known;
      }
      this.#forget(known);
    } else if (this.#halves.size >= 2 * MAX_CONNECTIONS) this.#forget(this.#halves.values().next().value!);
    const half = makeHalf(source, sourcePort, target, targetPort);
    half.back = makeHalf(target, targetPort, source, sourcePort);
    half.back.back = half;
    this.#halves.set(key, half);
    this.#halves.set(backKey, half.back);
    return half;
  }

  #forget(half: Half): void {
    this.#close(half);
    this.#close(half.back);
    this.#halves.delete(`${half.source} ${half.sourcePort} ${half.target} ${half.targetPort}`);
    this.#halves.delete(`${half.target} ${half.targetPort} ${half.source} ${half.sourcePort}`);
  }

  #take(half: Half, sequence: number, bytes: Uint8Array, start: number, end: number): void {
    if (start === end) return;
    const ahead = distance(half.next!, sequence);
    if (ahead > 0) {
      if (half.waiting.length === 0) half.waitingSinceMs = this.#nowMs;
      this.#late.add(half);
      half.waiting.push({ sequence, bytes: Buffer.from(bytes.subarray(start, end)) });
      half.waitingBytes += end - start;
      this.#waitingBytes += end - start;
      if (half.waiting.length > MAX_WAITING_SEGMENTS || half.waitingBytes > MAX_WAITING_BYTES) this.#skipGap(half);
      else if (this.#waitingBytes > MAX_WAITING_TOTAL_BYTES) this.#skipGap(this.#late.values().next().value!);
      return;
    }
    // What came before already is cut off: retransmissions, keep-alives.
    if (start - ahead < end) this.#deliver(half, bytes.subarray(start - ahead, end));
    this.#drain(half);
  }

  /** Waiting segments whose turn has come. */
  #drain(half: Half): void {
    for (;;) {
      if (half.waiting.length === 0) {
        this.#late.delete(half);
        return;
      }
      const index = half.waiting.findIndex(({ sequence }) => distance(half.next!, sequence) <= 0);
      if (index < 0) return;
      const [{ sequence, bytes }] = half.waiting.splice(index, 1) as [{ sequence: number; bytes: Buffer }];
      half.waitingBytes -= bytes.length;
      this.#waitingBytes -= bytes.length;
      const behind = -distance(half.next!, sequence);
      if (behind < bytes.length) this.#deliver(half, bytes.subarray(behind));
    }
  }

  #deliver(half: Half, bytes: Uint8Array): void {
    half.next = (half.next! + bytes.length) >>> 0;
    this.#sink.bytes(half, bytes);
  }

  /** What is missing before the first waiting segment will not come. */
  #skipGap(half: Half): void {
    const nearest = Math.min(...half.waiting.map(({ sequence }) => distance(half.next!, sequence)));
    half.missing += nearest;
    half.next = (half.next! + nearest) >>> 0;
    half.waitingSinceMs = this.#nowMs;
    this.#sink.gap(half);
    this.#drain(half);
  }

  #close(half: Half): void {
    if (half.isClosed) return;
    while (half.waiting.length > 0) this.#skipGap(half);
    half.isClosed = true;
    if (half.next !== null) this.#sink.closed(half);
  }
}

function makeHalf(source: string, sourcePort: number, target: string, targetPort: number): Half {
  const half = { source, sourcePort, target, targetPort, isOpener: null, missing: 0 };
  const state = { next: null, waiting: [], waitingBytes: 0, waitingSinceMs: 0, isClosed: false };
  const made = { ...half, ...state } as unknown as Half;
  made.back = made;
  return made;
}

/** How far `to` is ahead of `from`, modulo 2^32; negative: behind. */
function distance(from: number, to: number): number {
  return (to - from) | 0;
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

function uint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}
