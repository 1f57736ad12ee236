/**
 * Puts RTP packets back in order (RFC 3550 appendix A.1 for what a sequence number may do, RTP-3 and RTP-4 for
 * what cameras do). Sans-IO: time is handed in. A packet that is in order goes straight through: no copy, no
 * allocation, no delay. After a gap packets are held until the missing one comes or the hold runs out.
 */
import { type RtpHeader, unwrap } from './rtp.ts';

export interface ReorderOptions {
  /** How long a gap may stay open before it counts as loss. Milliseconds. */
  readonly holdMs: number;
  /** How many packets may wait behind gaps; one more closes the oldest gap at once. */
  readonly maxPackets: number;
}

/**
 * What a live stream over a network gets. UDP packets are held 100 ms for one that is late: above the jitter of a site's
 * network, below what a viewer notices. At 2 Mbit/s that is 20 packets, at 16 Mbit/s 160; beyond 256 the missing one is lost.
 */
export const LIVE_REORDER: ReorderOptions = { holdMs: 100, maxPackets: 256 };

/**
 * One packet in order. Valid only during the call, both: the header is reused, the packet may be a shared read
 * buffer. `lostBefore`: packets missing since the delivery before (1 where the sender's counter restarted and the
 * number cannot be known). `arrivedMs`: when the packet itself came.
 */
export type Deliver = (header: RtpHeader, packet: Uint8Array, lostBefore: number, arrivedMs: number) => void;

/** Counted here, read by whoever shows them. All only grow: the first packets of a new counter stay counted as late or duplicate. */
export interface ReorderCounts {
  /** Sequence numbers that never came in time. */
  lost: number;
  /** Packets that came after a later one and still found their place. */
  reordered: number;
  /** Packets that had been seen before. */
  duplicate: number;
  /** Packets whose place had been given up already. */
  late: number;
  /** Times the sender's counter began anew (RTP-4). */
  restarts: number;
}

/**
 * Distance in sequence numbers up to which a packet can belong to the same run: 1,024 packets are 5 s of a
 * 2 Mbit/s camera, far beyond any reordering. Also the size of the ring of held packets. Power of two.
 */
export const MAX_DISTANCE = 1024;

/** RFC 3550 A.1 MAX_DROPOUT: a forward jump up to here is loss that can be counted, beyond it a new counter. */
export const MAX_DROPOUT = 3000;

/** RFC 3550 A.1: two packets in sequence far away from where we are prove a new counter. */
export const FAR_RUN = 2;

/** A run of packets behind us, none ahead in between, that proves a counter set back by a little (RTP-4). */
export const NEAR_RUN = 8;

/**
 * The same when every one can be explained as old: it repeats number and time stamp of an earlier packet, or its
 * time stamp is that of the last seconds. A frame sent twice or a burst that came too late must not look like a
 * new counter; a sender whose time stamp never moves (RTP-6) still gets one.
 */
export const OLD_RUN = 64;

/** How old a late packet's time stamp may be to be explained so: 5 s of 90 kHz. */
const OLD_TICKS = 5 * 90_000;

/** How far back duplicates are recognised; older ones count as late. Power of two. */
const SEEN = 512;

interface Held {
  packet: Uint8Array;
  header: RtpHeader;
  arrivedMs: number;
}

export class Reorder {
  readonly counts: ReorderCounts = { lost: 0, reordered: 0, duplicate: 0, late: 0, restarts: 0 };
  readonly #options: ReorderOptions | null;
  readonly #deliver: Deliver;
  #started = false;
  /** Next sequence number to deliver, unwrapped. */
  #next = 0;
  /** RTP time stamp of the newest packet taken. */
  #timestamp = 0;
  /** Highest sequence number taken, unwrapped. */
  #highest = 0;
  /** Held packets by `extended % MAX_DISTANCE`; made when the first gap comes. */
  #ring: (Held | undefined)[] | null = null;
  #held = 0;
  /** Sequence number and time stamp of recent packets by `extended % SEEN`. */
  #seenSequence: Float64Array | null = null;
  #seenTimestamp: Uint32Array | null = null;
  /** Packets that may be the start of a new counter. */
  #parked: Held[] = [];
  #runLength = 0;
  #runNext = -1;
  #runOld = true;

  /** `options` null: an ordered transport (TCP). Everything passes, only gaps are named. */
  constructor(options: ReorderOptions | null, deliver: Deliver) {
    this.#options = options;
    this.#deliver = deliver;
    if (options !== null) {
      this.#seenSequence = new Float64Array(SEEN).fill(Number.NaN);
      this.#seenTimestamp = new Uint32Array(SEEN);
    }
  }

  /** Packets waiting behind a gap. */
  get held(): number {
    return this.#held;
  }

  /**
   * One parsed packet. `owned`: its buffer may be kept without a copy. Calls `deliver` for everything that is now
   * in order, before it returns.
   */
  push(header: RtpHeader, packet: Uint8Array, owned: boolean, nowMs: number): void {
    if (this.#options === null) {
      this.#pass(header, packet, nowMs);
      return;
    }
    const next = this.#next;
    if (header.sequence === (next & 0xffff) && this.#started) {
      header.extended = next;
      this.#runLength = 0;
      this.#seen(next, header.timestamp);
      this.#next = next + 1;
      if (next > this.#highest) {
        this.#highest = next;
        this.#timestamp = header.timestamp;
      } else {
        this.counts.reordered += 1;
      }
      this.#deliver(header, packet, 0, nowMs);
      if (this.#held > 0) this.#drain(0);
      return;
    }
    this.#outOfOrder(header, packet, owned, nowMs);
    if (this.#held > 0) this.poll(nowMs);
  }

  /** Time passes: gaps whose hold ran out are given up. */
  poll(nowMs: number): void {
    while (this.#held > 0) {
      const first = this.#firstHeld();
      if (nowMs - first.arrivedMs < this.#options!.holdMs && this.#held <= this.#options!.maxPackets) return;
      this.#giveUp(first);
    }
  }

  /** Delivers what is held, gaps and all (the end of a feed). */
  flush(): void {
    while (this.#held > 0) this.#giveUp(this.#firstHeld());
  }

  /** Forgets everything but the counts: the next packet starts a new run. Held packets are dropped. */
  reset(): void {
    this.#started = false;
    this.#highest = 0;
    this.#ring = null;
    this.#held = 0;
    this.#parked = [];
    this.#runLength = 0;
    this.#seenSequence?.fill(Number.NaN);
  }

  /** Ordered transport: the order of arrival is the truth, numbers only tell what never came. */
  #pass(header: RtpHeader, packet: Uint8Array, nowMs: number): void {
    let lost = 0;
    const next = this.#next;
    if (header.sequence === (next & 0xffff) && this.#started) {
      header.extended = next;
      this.#next = next + 1;
    } else if (!this.#started) {
      this.#started = true;
      header.extended = header.sequence;
      this.#next = header.sequence + 1;
    } else {
      const extended = unwrap(next, header.sequence, 0x10000);
      const delta = extended - next;
      if (delta > 0 && delta <= MAX_DROPOUT) {
        lost = delta;
        this.counts.lost += delta;
      } else if (delta !== -1) {
        // Not the number before once more (a sender that does not count): its counter began anew, here something may be missing.
        lost = 1;
        this.counts.restarts += 1;
      }
      header.extended = extended;
      this.#next = extended + 1;
    }
    this.#deliver(header, packet, lost, nowMs);
  }

  #outOfOrder(header: RtpHeader, packet: Uint8Array, owned: boolean, nowMs: number): void {
    if (!this.#started) {
      this.#startAt(header.sequence);
      this.push(header, packet, owned, nowMs);
      return;
    }
    const extended = unwrap(this.#next, header.sequence, 0x10000);
    const delta = extended - this.#next;
    if (delta > 0 && delta < MAX_DISTANCE) {
      this.#runLength = 0;
      this.#hold(extended, header, packet, owned, nowMs);
    } else {
      this.#behindOrFar(extended, delta, header, packet, owned, nowMs);
    }
  }

  #hold(extended: number, header: RtpHeader, packet: Uint8Array, owned: boolean, nowMs: number): void {
    this.#ring ??= new Array<Held | undefined>(MAX_DISTANCE);
    const slot = extended % MAX_DISTANCE;
    if (this.#ring[slot] !== undefined) {
      this.counts.duplicate += 1;
      return;
    }
    header.extended = extended;
    this.#ring[slot] = keep(header, packet, owned, nowMs);
    this.#held += 1;
    this.#seen(extended, header.timestamp);
    if (extended > this.#highest) {
      this.#highest = extended;
      this.#timestamp = header.timestamp;
    } else {
      this.counts.reordered += 1;
    }
  }

  /** Behind us: a duplicate, a latecomer or a counter set back. Far away: a stray or a new counter. RTP-4. */
  #behindOrFar(extended: number, delta: number, header: RtpHeader, packet: Uint8Array, owned: boolean, nowMs: number) {
    const slot = extended & (SEEN - 1);
    const seen = this.#seenSequence![slot] === extended;
    const old = seen
      ? this.#seenTimestamp![slot] === header.timestamp
      : (this.#timestamp - header.timestamp) >>> 0 < OLD_TICKS;
    const far = delta >= MAX_DISTANCE || delta < -MAX_DISTANCE;
    if (seen) this.counts.duplicate += 1;
    else this.counts.late += 1;
    if (this.#runLength === 0 || header.sequence !== this.#runNext) {
      this.#runLength = 0;
      this.#runOld = true;
      this.#parked = [];
    }
    this.#runLength += 1;
    this.#runNext = (header.sequence + 1) & 0xffff;
    this.#runOld &&= old;
    header.extended = extended;
    if (this.#parked.length === NEAR_RUN) this.#parked.shift();
    this.#parked.push(keep(header, packet, owned, nowMs));
    if (this.#runLength >= (far ? FAR_RUN : this.#runOld ? OLD_RUN : NEAR_RUN)) this.#restart();
  }

  /** The parked run is the new counter: what was held goes out first, then the run. */
  #restart(): void {
    this.flush();
    const run = this.#parked;
    this.#parked = [];
    this.#runLength = 0;
    const first = run[0]!;
    const skipped = unwrap(this.#next, first.header.sequence, 0x10000) - this.#next;
    const counted = skipped > 0 && skipped <= MAX_DROPOUT;
    const lost = counted ? skipped : 1;
    if (counted) this.counts.lost += skipped;
    else this.counts.restarts += 1;
    this.#seenSequence!.fill(Number.NaN);
    this.#startAt(first.header.sequence);
    for (const held of run) {
      held.header.extended = this.#next;
      this.#seen(this.#next, held.header.timestamp);
      this.#highest = this.#next;
      this.#timestamp = held.header.timestamp;
      this.#next += 1;
      this.#deliver(held.header, held.packet, held === first ? lost : 0, held.arrivedMs);
    }
  }

  /** A cycle of 2^16 is added so that reordering around the start never goes below zero. */
  #startAt(sequence: number): void {
    this.#started = true;
    this.#next = 0x10000 + sequence;
    this.#highest = this.#next - 1;
  }

  #firstHeld(): Held {
    const ring = this.#ring!;
    for (let extended = this.#next; ; extended += 1) {
      const held = ring[extended % MAX_DISTANCE];
      if (held !== undefined) return held;
    }
  }

  #giveUp(first: Held): void {
    const lost = first.header.extended - this.#next;
    this.counts.lost += lost;
    this.#next = first.header.extended;
    this.#drain(lost);
  }

  /** Delivers held packets as long as no number is missing. */
  #drain(lostBefore: number): void {
    const ring = this.#ring!;
    for (;;) {
      const slot = this.#next % MAX_DISTANCE;
      const held = ring[slot];
      if (held === undefined) return;
      ring[slot] = undefined;
      this.#held -= 1;
      this.#next += 1;
      this.#deliver(held.header, held.packet, lostBefore, held.arrivedMs);
      lostBefore = 0;
    }
  }

  #seen(extended: number, timestamp: number): void {
    const slot = extended & (SEEN - 1);
    this.#seenSequence![slot] = extended;
    this.#seenTimestamp![slot] = timestamp;
  }
}

function keep(header: RtpHeader, packet: Uint8Array, owned: boolean, arrivedMs: number): Held {
  // Not slice(): that of a Buffer is a view.
  return { packet: owned ? packet : Buffer.from(packet), header: { ...header }, arrivedMs };
}
