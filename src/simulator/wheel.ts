/** Length of one slot: fine enough to spread the packets of a 40 ms frame. */
const SLOT_MS = 5;
/** 2.56 s a turn; later moments wait some turns. */
const SLOTS = 512;

/** A moment that has been asked for. */
export interface Moment {
  cancel(): void;
}

/** What whoever waits needs of a wheel: a test can turn its own. */
export interface Clockwork {
  nowMs(): number;
  after(delayMs: number, run: (nowMs: number) => void): Moment;
  at(dueMs: number, run: (nowMs: number) => void): Moment;
}

interface Entry {
  dueMs: number;
  run: ((nowMs: number) => void) | null;
}

/**
 * All the timers of all simulated devices on one real timer: hundreds of cameras that each send 25 frames a second wake the
 * process once a slot, not once a frame. Moments run late by up to a slot, never early.
 */
export class Wheel implements Clockwork {
  readonly #now: () => number;
  readonly #slots: Entry[][] = Array.from({ length: SLOTS }, () => []);
  #waiting = 0;
  #tick: number;
  #timer: NodeJS.Timeout | null = null;
  /** Slot for which the real timer is set. */
  #timerTick = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#tick = Math.floor(now() / SLOT_MS);
  }

  /** Moments not yet reached. */
  get waiting(): number {
    return this.#waiting;
  }

  nowMs(): number {
    return this.#now();
  }

  /** Runs `run` once, `delayMs` from now. */
  after(delayMs: number, run: (nowMs: number) => void): Moment {
    return this.at(this.#now() + delayMs, run);
  }

  /** Runs `run` once at this moment of the wheel's clock; at the next slot when that has passed. */
  at(dueMs: number, run: (nowMs: number) => void): Moment {
    if (this.#waiting === 0 && this.#timer === null) this.#tick = Math.floor(this.#now() / SLOT_MS);
    const entry: Entry = { dueMs, run };
    const tick = Math.max(Math.ceil(dueMs / SLOT_MS), this.#tick + 1);
    this.#slots[tick % SLOTS]?.push(entry);
    this.#waiting++;
    this.#arm(Math.min(tick, this.#tick + SLOTS - 1));
    return {
      cancel: () => {
        if (entry.run === null) return;
        entry.run = null;
        this.#waiting--;
        if (this.#waiting === 0) this.#disarm();
      },
    };
  }

  /** Drops everything that is still waited for: whoever owns the wheel is done. */
  close(): void {
    for (const slot of this.#slots) slot.length = 0;
    this.#waiting = 0;
    this.#disarm();
  }

  #arm(tick: number): void {
    if (this.#timer !== null) {
      if (this.#timerTick <= tick) return;
      clearTimeout(this.#timer);
    }
    this.#timerTick = tick;
    this.#timer = setTimeout(() => this.turn(), Math.max(0, tick * SLOT_MS - this.#now()));
  }

  #disarm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** Runs what is due. The real timer calls it; so may a test whose clock is not real. */
  turn(): void {
    this.#disarm();
    const nowMs = this.#now();
    const until = Math.floor(nowMs / SLOT_MS);
    // after a long halt one turn visits every slot
    const last = Math.min(until, this.#tick + SLOTS);
    const due: Entry[] = [];
    for (let tick = this.#tick + 1; tick <= last; tick++) this.#reap(tick % SLOTS, nowMs, due);
    this.#tick = Math.max(this.#tick, until);
    for (const entry of due) {
      const run = entry.run;
      if (run === null) continue;
      entry.run = null;
      this.#waiting--;
      run(nowMs);
    }
    if (this.#waiting > 0) this.#arm(this.#nextTick());
    else this.#disarm();
  }

  #reap(slot: number, nowMs: number, due: Entry[]): void {
    const entries = this.#slots[slot];
    if (entries === undefined || entries.length === 0) return;
    let kept = 0;
    for (const entry of entries) {
      if (entry.run === null) continue;
      if (entry.dueMs <= nowMs) due.push(entry);
      else entries[kept++] = entry;
    }
    entries.length = kept;
  }

  /** The next slot that holds something; a whole turn away at most. */
  #nextTick(): number {
    for (let tick = this.#tick + 1; tick < this.#tick + SLOTS; tick++) {
      if ((this.#slots[tick % SLOTS]?.length ?? 0) > 0) return tick;
    }
    return this.#tick + SLOTS - 1;
  }
}
