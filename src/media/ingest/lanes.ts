/**
 * The reordering of one call's packets. Payload types nearly always share one counter (RTP-9); where a second one counts for
 * itself (sound beside a program stream, from two processes of a device), it gets a reordering of its own.
 */
import { type Deliver, MAX_DISTANCE, Reorder, type ReorderCounts, type ReorderOptions } from './reorder.ts';
import { type RtpHeader, unwrap } from './rtp.ts';

/** Packets in a row of another payload type, far from the common counter and counting on, that prove a counter of its own. */
const OWN_COUNTER_PROOF = 3;

export class Lanes {
  readonly #options: ReorderOptions | null;
  readonly #deliver: Deliver;
  readonly #main: Reorder;
  #second: Reorder | null = null;
  /** Payload type that came first, and that of the second lane. */
  #mainType = -1;
  #secondType = -1;
  #mainSequence = 0;
  /** Packets far from the common counter, until they prove another one. */
  #odd: { readonly header: RtpHeader; readonly packet: Uint8Array; readonly nowMs: number }[] = [];
  #oddNext = 0;

  constructor(options: ReorderOptions | null, deliver: Deliver) {
    this.#options = options;
    this.#deliver = deliver;
    this.#main = new Reorder(options, deliver);
  }

  /** Sums over both lanes. */
  get counts(): ReorderCounts {
    const { counts } = this.#main;
    if (this.#second === null) return counts;
    const second = this.#second.counts;
    return {
      lost: counts.lost + second.lost,
      reordered: counts.reordered + second.reordered,
      duplicate: counts.duplicate + second.duplicate,
      late: counts.late + second.late,
      restarts: counts.restarts + second.restarts,
    };
  }

  /** As `Reorder.push`. */
  push(header: RtpHeader, packet: Uint8Array, owned: boolean, nowMs: number): void {
    if (header.payloadType !== this.#mainType) {
      const lane = this.#laneOf(header, packet, owned, nowMs);
      if (lane !== this.#main) {
        lane?.push(header, packet, owned, nowMs);
        return;
      }
    }
    this.#mainSequence = header.sequence;
    this.#main.push(header, packet, owned, nowMs);
  }

  /** As `Reorder.poll`. */
  poll(nowMs: number): void {
    this.#main.poll(nowMs);
    this.#second?.poll(nowMs);
  }

  flush(): void {
    this.#main.flush();
    this.#second?.flush();
  }

  reset(): void {
    this.#main.reset();
    this.#second?.reset();
    this.#mainType = this.#secondType = -1;
    this.#odd = [];
  }

  /** A payload type other than the first one: the same counter, or one of its own? Null: kept until that is known. */
  #laneOf(header: RtpHeader, packet: Uint8Array, owned: boolean, nowMs: number): Reorder | null {
    const { payloadType, sequence } = header;
    if (payloadType === this.#secondType) return this.#second;
    if (this.#mainType < 0) this.#mainType = payloadType;
    const distance = unwrap(this.#mainSequence, sequence, 0x10000) - this.#mainSequence;
    if (payloadType === this.#mainType || Math.abs(distance) < MAX_DISTANCE) return this.#main;
    const goesOn = payloadType === this.#odd[0]?.header.payloadType && sequence === this.#oddNext;
    if (!goesOn) this.#odd = [];
    this.#oddNext = (sequence + 1) & 0xffff;
    if (this.#odd.length + 1 < OWN_COUNTER_PROOF) {
      this.#odd.push({ header: { ...header }, packet: owned ? packet : Buffer.from(packet), nowMs });
      return null;
    }
    this.#secondType = payloadType;
    this.#second ??= new Reorder(this.#options, this.#deliver);
    for (const kept of this.#odd) this.#second.push(kept.header, kept.packet, true, kept.nowMs);
    this.#odd = [];
    return this.#second;
  }
}
