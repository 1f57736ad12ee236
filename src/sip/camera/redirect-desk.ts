import type { Redirects, RedirectTarget, RedirectVerdict } from './redirects.ts';

/** Holds a REGISTER that came back from its target until it is known whether the target is still there. */

/** A target on any network answers an OPTIONS within this; the device's own patience is 32 s. */
export const TARGET_WAIT_MS = 1_000;
/** REGISTERs that wait: a whole site that comes back. One more is treated as if its target were gone. */
export const MAX_WAITING = 10_000;

export type Placed = Exclude<RedirectVerdict, { type: 'ask' }>;

export interface RedirectPorts {
  /** Asks a target whether it is there; `there` is called when it answers anything. */
  ping(target: RedirectTarget, there: () => void): void;
  nowMs(): number;
}

interface Question {
  readonly deadlineMs: number;
  readonly waiting: { deviceId: string; host: string; place: (placed: Placed) => void }[];
}

export class RedirectDesk {
  readonly #redirects: Redirects;
  readonly #ports: RedirectPorts;
  /** One for each target, however many wait for its answer. */
  readonly #questions = new Map<RedirectTarget, Question>();
  #waiting = 0;
  /** 302s sent. */
  redirected = 0;

  constructor(redirects: Redirects, ports: RedirectPorts) {
    this.#redirects = redirects;
    this.#ports = ports;
  }

  /** `place` is called once: now, or within `TARGET_WAIT_MS`. */
  receive(deviceId: string, host: string, place: (placed: Placed) => void, nowMs: number): void {
    const verdict = this.#redirects.decide(deviceId, host, nowMs);
    if (verdict.type !== 'ask') this.#place(verdict, place);
    else if (this.#waiting >= MAX_WAITING)
      this.#place(this.#redirects.back(deviceId, host, verdict.target, false, nowMs), place);
    else this.#ask(verdict.target, { deviceId, host, place }, nowMs);
  }

  /** Targets that did not answer in time are gone. */
  poll(nowMs: number): void {
    for (const [target, { deadlineMs }] of [...this.#questions]) if (nowMs >= deadlineMs) this.#settle(target, false);
  }

  /** REGISTERs that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Devices that were sent somewhere. */
  get bound(): number {
    return this.#redirects.size;
  }

  #ask(target: RedirectTarget, waiter: Question['waiting'][number], nowMs: number): void {
    this.#waiting += 1;
    const open = this.#questions.get(target);
    if (open !== undefined) {
      open.waiting.push(waiter);
      return;
    }
    const question = { deadlineMs: nowMs + TARGET_WAIT_MS, waiting: [waiter] };
    this.#questions.set(target, question);
    this.#ports.ping(target, () => {
      if (this.#questions.get(target) === question) this.#settle(target, true);
    });
  }

  #settle(target: RedirectTarget, alive: boolean): void {
    const waiting = this.#questions.get(target)?.waiting ?? [];
    this.#questions.delete(target);
    this.#waiting -= waiting.length;
    const nowMs = this.#ports.nowMs();
    for (const { deviceId, host, place } of waiting)
      this.#place(this.#redirects.back(deviceId, host, target, alive, nowMs), place);
  }

  #place(placed: Placed, place: (placed: Placed) => void): void {
    if (placed.type === 'to') this.redirected += 1;
    place(placed);
  }
}
