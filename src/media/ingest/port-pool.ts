/**
 * The media ports (`--media-ports`). UDP calls take an even port and the odd one above it (RFC 3550 section 11), TCP
 * calls one port. A port that was used is the last to be used again, and rests first: a camera that missed its BYE
 * must not send into the next call (SSRC-7).
 */
import { joinTicker, leaveTicker, type Ticking } from './ticker.ts';

/** Why there is no receiver: every port leased, resting or taken by others; or the system refuses the socket. */
export interface MediaFault {
  readonly fault: 'port-exhausted' | 'socket';
  readonly detail: string;
}

/** What opening sockets on a port can answer instead of sockets. `occupied`: try another port. */
export interface BindFault {
  readonly bind: 'occupied' | 'failed';
  readonly detail: string;
}

export interface PortPoolOptions {
  /** Address the media sockets bind to. */
  readonly host: string;
  readonly first: number;
  readonly last: number;
  /** Rest of a port whose device may still be sending. Default 90 s. */
  readonly holdOffMs?: number;
  /** How long the sockets of a properly ended call stay open to hear whether it is silent. Default 2 s. */
  readonly quietMs?: number;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

/** `heldOff` includes ports whose silence is being listened to. */
export interface PortCounts {
  readonly total: number;
  readonly leased: number;
  readonly heldOff: number;
  readonly occupied: number;
}

/** A port that another program holds is asked for again after this. */
const OCCUPIED_RETRY_MS = 10_000;

/** Sockets tried for one call before the system is believed to be out of ports; each try costs one failed bind. */
const MAX_TRIES = 4096;

interface Port {
  readonly number: number;
  state: 'free' | 'leased' | 'quiet' | 'held' | 'occupied';
  /** End of the rest for `held` and `occupied`. */
  untilMs: number;
  /** When it was last given back; never used ports come first. */
  freedMs: number;
}

export class PortPool implements Ticking {
  readonly host: string;
  readonly #ports: Port[] = [];
  readonly #first: number;
  readonly #holdOffMs: number;
  readonly #quietMs: number;
  readonly #now: () => number;
  readonly #quiet = new Set<Lease>();
  #closed = false;

  constructor(o: PortPoolOptions) {
    this.host = o.host;
    this.#first = o.first;
    this.#holdOffMs = o.holdOffMs ?? 90_000;
    this.#quietMs = o.quietMs ?? 2000;
    this.#now = o.now ?? (() => performance.now());
    for (let number = o.first; number <= o.last; number += 1)
      this.#ports.push({ number, state: 'free', untilMs: 0, freedMs: Number.NEGATIVE_INFINITY });
  }

  counts(): PortCounts {
    const nowMs = this.#now();
    const counts = { total: this.#ports.length, leased: 0, heldOff: 0, occupied: 0 };
    for (const port of this.#ports) {
      this.#wake(port, nowMs);
      if (port.state === 'leased') counts.leased += 1;
      else if (port.state === 'quiet' || port.state === 'held') counts.heldOff += 1;
      else if (port.state === 'occupied') counts.occupied += 1;
    }
    return counts;
  }

  /**
   * Finds a port (`pair`: an even one with its odd neighbour) on which `open` succeeds. `open` binds the sockets and
   * is asked for another port as long as it answers `occupied`.
   */
  async lease<T extends object>(
    shape: 'pair' | 'single',
    open: (port: number) => Promise<T | BindFault>,
  ): Promise<{ readonly lease: Lease; readonly opened: T } | MediaFault> {
    for (let tries = 0; tries < MAX_TRIES && !this.#closed; tries += 1) {
      const ports = this.#choose(shape);
      if (ports === null) break;
      for (const port of ports) port.state = 'leased';
      const opened = await open(ports[0]!.number);
      if (!('bind' in opened)) return { lease: new Lease(this, ports), opened };
      this.#take(ports, opened.bind === 'occupied' ? 'occupied' : 'free', OCCUPIED_RETRY_MS);
      if (opened.bind === 'failed') return { fault: 'socket', detail: opened.detail };
    }
    const { total, leased, heldOff, occupied } = this.counts();
    return {
      fault: 'port-exhausted',
      detail: this.#closed
        ? 'the port pool is closed'
        : `no media port free: of ${total} ports ${leased} are in use, ${heldOff} rest after a call, ${occupied} belong to other programs`,
    };
  }

  /** Ends the listening for silence; leases still out stay with their owners. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const lease of this.#quiet) this.settle(lease, 'free');
  }

  /** Looks which ended calls stayed silent. */
  tick(): void {
    const nowMs = this.#now();
    for (const lease of this.#quiet) {
      const sinceMs = nowMs - lease.releasedMs;
      // What was on its way when the device answered the BYE may still come; the second half must be silent.
      if (lease.heardMs !== null && lease.heardMs - lease.releasedMs > this.#quietMs / 2) this.settle(lease, 'held');
      else if (sinceMs >= this.#quietMs) this.settle(lease, 'free');
    }
  }

  /** For Lease only. */
  release(lease: Lease, byeAnswered: boolean): void {
    lease.releasedMs = this.#now();
    this.#take(lease.ports, 'quiet', 0);
    this.#quiet.add(lease);
    if (!byeAnswered) this.settle(lease, 'held');
    else if (this.#closed) this.settle(lease, 'free');
    else joinTicker(this);
  }

  /** For Lease only. */
  nowMs(): number {
    return this.#now();
  }

  private settle(lease: Lease, state: 'free' | 'held'): void {
    this.#quiet.delete(lease);
    if (this.#quiet.size === 0) leaveTicker(this);
    lease.closeSockets();
    this.#take(lease.ports, state, this.#holdOffMs);
  }

  #take(ports: readonly Port[], state: Port['state'], restMs: number): void {
    const nowMs = this.#now();
    for (const port of ports) {
      port.state = state;
      port.untilMs = nowMs + restMs;
      if (state !== 'occupied') port.freedMs = nowMs;
    }
  }

  #wake(port: Port, nowMs: number): void {
    if ((port.state === 'held' || port.state === 'occupied') && nowMs >= port.untilMs) port.state = 'free';
  }

  /** The free port, or pair, that has rested longest. */
  #choose(shape: 'pair' | 'single'): Port[] | null {
    const nowMs = this.#now();
    let best: Port[] | null = null;
    let bestFreedMs = 0;
    let bestBroken = false;
    for (const port of this.#ports) {
      this.#wake(port, nowMs);
      if (port.state !== 'free') continue;
      const even = port.number % 2 === 0;
      const partner = this.#ports[port.number - this.#first + (even ? 1 : -1)];
      const broken = partner === undefined || partner.state !== 'free';
      if (shape === 'pair') {
        if (!even || partner === undefined) continue;
        this.#wake(partner, nowMs);
        if (partner.state !== 'free') continue;
        const freedMs = Math.max(port.freedMs, partner.freedMs);
        if (best !== null && freedMs >= bestFreedMs) continue;
        best = [port, partner];
        bestFreedMs = freedMs;
      } else {
        // Of two that rested as long, the one whose pair is broken already.
        const better =
          best === null || port.freedMs < bestFreedMs || (port.freedMs === bestFreedMs && broken && !bestBroken);
        if (!better) continue;
        best = [port];
        bestFreedMs = port.freedMs;
        bestBroken = broken;
      }
    }
    return best;
  }
}

/** One call's port or pair. */
export class Lease {
  readonly port: number;
  /** For PortPool only. */
  readonly ports: readonly Port[];
  /** For PortPool only. */
  releasedMs = 0;
  /** For PortPool only: when something was last heard after the release. */
  heardMs: number | null = null;
  readonly #pool: PortPool;
  #close: (() => void) | null = null;
  #released = false;

  constructor(pool: PortPool, ports: readonly Port[]) {
    this.#pool = pool;
    this.ports = ports;
    this.port = ports[0]!.number;
  }

  /** Something came to the sockets after the release. */
  heard(): void {
    if (this.#released) this.heardMs = this.#pool.nowMs();
  }

  /** For PortPool only. */
  closeSockets(): void {
    const close = this.#close;
    this.#close = null;
    close?.();
  }

  /**
   * Gives the port back; the pool calls `close` when it no longer wants to hear whether the port is silent. Idempotent.
   * `byeAnswered`: the device confirmed that the call is over.
   */
  release(o: { readonly byeAnswered: boolean; close(): void }): void {
    if (this.#released) return;
    this.#released = true;
    this.#close = o.close;
    this.#pool.release(this, o.byeAnswered);
  }
}
