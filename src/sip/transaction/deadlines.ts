/** Estimate of the round trip (RFC 3261 17.1.1.1): the first retransmission interval. */
export const T1_MS = 500;
/** The longest interval between retransmissions of anything but an INVITE. */
export const T2_MS = 4_000;
/** How long a message may stay in the network. */
export const T4_MS = 5_000;

/** Half a minute: how long a transaction tries before it gives up. */
const PATIENCE_MS = 64 * T1_MS;

/**
 * The timers of RFC 3261 table 4 (and L, M of RFC 6026) in words: letter → what runs out, on UDP and on a reliable transport.
 * Milliseconds; null: the timer is not used there.
 */
export const TIMERS = {
  /** INVITE is sent again; the interval doubles each time. */
  A: { means: 'retransmit INVITE', udpMs: T1_MS, tcpMs: null },
  /** Nobody answered the INVITE. */
  B: { means: 'INVITE timed out', udpMs: PATIENCE_MS, tcpMs: PATIENCE_MS },
  /** The INVITE rang too long. Proxies have this timer; here it keeps a forgotten call from living for ever. */
  C: { means: 'INVITE never came to an end', udpMs: 180_000, tcpMs: 180_000 },
  /** Waits for retransmitted failures of the INVITE, to ACK them again. */
  D: { means: 'absorb retransmitted failures', udpMs: 32_000, tcpMs: 0 },
  /** Another request is sent again; the interval doubles up to T2. */
  E: { means: 'retransmit request', udpMs: T1_MS, tcpMs: null },
  /** Nobody answered the request. */
  F: { means: 'request timed out', udpMs: PATIENCE_MS, tcpMs: PATIENCE_MS },
  /** Our final answer to an INVITE is sent again until the ACK; the interval doubles up to T2. */
  G: { means: 'retransmit final answer', udpMs: T1_MS, tcpMs: null },
  /** No ACK came for our final answer. */
  H: { means: 'ACK timed out', udpMs: PATIENCE_MS, tcpMs: PATIENCE_MS },
  /** Waits for retransmitted ACKs. */
  I: { means: 'absorb retransmitted ACKs', udpMs: T4_MS, tcpMs: 0 },
  /** Waits for retransmissions of a request that was answered. */
  J: { means: 'absorb retransmitted requests', udpMs: PATIENCE_MS, tcpMs: 0 },
  /** Waits for retransmitted answers. */
  K: { means: 'absorb retransmitted answers', udpMs: T4_MS, tcpMs: 0 },
  /** Waits for retransmissions of an INVITE that was accepted (RFC 6026 8.7). */
  L: { means: 'absorb retransmitted INVITEs', udpMs: PATIENCE_MS, tcpMs: PATIENCE_MS },
  /** Waits for retransmitted 2xx of an INVITE, which the dialogue has to ACK again (RFC 6026 8.4, INV-1). */
  M: { means: 'pass retransmitted 2xx', udpMs: PATIENCE_MS, tcpMs: PATIENCE_MS },
  /** The 100 that keeps the other side from retransmitting its INVITE (RFC 3261 17.2.1). */
  trying: { means: 'send 100 Trying', udpMs: 200, tcpMs: 200 },
  /** A request that our side never answered: a fault of ours must not hold memory. Not in the RFC. */
  unanswered: { means: 'forget unanswered request', udpMs: 2 * PATIENCE_MS, tcpMs: 2 * PATIENCE_MS },
} as const satisfies Record<string, { means: string; udpMs: number | null; tcpMs: number | null }>;

/** A letter of the table. */
export type Timer = keyof typeof TIMERS;

/** How long that timer runs on this transport; Infinity when it is not used there. */
export function timerMs(timer: Timer, reliable: boolean): number {
  return (reliable ? TIMERS[timer].tcpMs : TIMERS[timer].udpMs) ?? Number.POSITIVE_INFINITY;
}

/** Anything that wants to be woken at a time. */
export interface Sleeper {
  /** Monotonic milliseconds; Infinity: never. */
  readonly deadlineMs: number;
}

/** The heap is rebuilt when stale entries outnumber the live ones and this. */
const STALE_ENTRIES = 1024;

/**
 * Who has to be woken next. A binary heap with lazy deletion: whoever changed its mind leaves a stale entry behind, which is
 * dropped when its time comes or when they pile up, so that memory follows the number of sleepers and not that of changes.
 */
export class Deadlines<T extends Sleeper> {
  readonly #sleepers = new Set<T>();
  #heap: { readonly atMs: number; readonly sleeper: T }[] = [];

  /** Adds it, or learns that its `deadlineMs` has changed. */
  schedule(sleeper: T): void {
    this.#sleepers.add(sleeper);
    if (sleeper.deadlineMs === Number.POSITIVE_INFINITY) return;
    this.#push(sleeper.deadlineMs, sleeper);
    if (this.#heap.length > 2 * this.#sleepers.size + STALE_ENTRIES) this.#rebuild();
  }

  /** It is never woken again. */
  forget(sleeper: T): void {
    this.#sleepers.delete(sleeper);
  }

  /** The earliest deadline, or null. */
  nextMs(): number | null {
    this.#dropStale();
    return this.#heap[0]?.atMs ?? null;
  }

  /** Takes out one whose time has come; null when there is none. It has to be scheduled again or forgotten. */
  due(nowMs: number): T | null {
    this.#dropStale();
    const first = this.#heap[0];
    if (first === undefined || first.atMs > nowMs) return null;
    this.#pop();
    return first.sleeper;
  }

  /** Entries held, stale ones included: what the bound is about. */
  get size(): number {
    return this.#heap.length;
  }

  #dropStale(): void {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (this.#sleepers.has(first.sleeper) && first.sleeper.deadlineMs === first.atMs) return;
      this.#pop();
    }
  }

  #rebuild(): void {
    this.#heap = [];
    for (const sleeper of this.#sleepers) {
      if (sleeper.deadlineMs !== Number.POSITIVE_INFINITY) this.#push(sleeper.deadlineMs, sleeper);
    }
  }

  #push(atMs: number, sleeper: T): void {
    const heap = this.#heap;
    let i = heap.length;
    heap.push({ atMs, sleeper });
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (heap[parent]!.atMs <= atMs) break;
      this.#swap(i, parent);
      i = parent;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    for (let i = 0; ; ) {
      const left = 2 * i + 1;
      let least = i;
      if (left < heap.length && heap[left]!.atMs < heap[least]!.atMs) least = left;
      if (left + 1 < heap.length && heap[left + 1]!.atMs < heap[least]!.atMs) least = left + 1;
      if (least === i) return;
      this.#swap(i, least);
      i = least;
    }
  }

  #swap(i: number, j: number): void {
    const heap = this.#heap;
    const entry = heap[i]!;
    heap[i] = heap[j]!;
    heap[j] = entry;
  }
}
