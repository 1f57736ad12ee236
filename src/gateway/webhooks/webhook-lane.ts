import type { Delivery, DeliveryRows } from '../../store/deliveries.ts';
import type { Clock } from '../clock.ts';
import type { PostAnswer } from './webhook-post.ts';

export interface LanePorts {
  /** Id of the endpoint. */
  readonly endpoint: string;
  readonly rows: DeliveryRows;
  readonly clock: Clock;
  /** 0 ≤ random < 1: spreads the attempts of many gateways. */
  random(): number;
  /** Never rejects. */
  send(delivery: Delivery): Promise<PostAnswer>;
  log(message: string, data: Record<string, unknown>): void;
}

/** How an endpoint does. */
export interface LaneState {
  readonly waiting: number;
  readonly delivered: number;
  readonly failed: number;
  readonly failuresInRow: number;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  /** When the one in front is tried again; null when nothing waits for a time. */
  readonly retryAtEpochMs: number | null;
  /** Row of the one in front. */
  readonly front: number | null;
}

/** The first pause; it doubles with each failure in a row. A receiver that restarts is back within seconds. */
const FIRST_PAUSE_MS = 1000;
/** The longest pause of our own: who repairs a receiver does not want to wait longer. */
const MAX_PAUSE_MS = 300_000;
/** An endpoint may ask for so much (`Retry-After`); more would look like a gateway that has died. */
const MAX_RETRY_AFTER_MS = 3_600_000;
/** A receiver that is away for a night and a morning misses nothing. What is older stands in the lists of the API. */
const MAX_AGE_MS = 24 * 3_600_000;
/** So often, in about 20 minutes, one event may be refused; then the next gets its turn, so that one that a receiver cannot read does not block all. */
const MAX_REFUSALS = 12;
/** These statuses say that the receiver, not the event, is the trouble: timeout, rate, a proxy whose server is away. */
const TEMPORARY = new Set([408, 425, 429, 502, 503, 504]);
/** Events that wait for one endpoint: 10,000 devices that go and come back, about 20 MB. */
export const MAX_WAITING = 20_000;
/** Past the bound so many go at once, so that counting types is seldom. */
const DROPPED_AT_ONCE = 1000;
/** What the disk refuses is kept in memory up to here: enough to tell of a full disk. */
const MAX_UNSAVED = 1000;
/** Ended deliveries kept for the log of each endpoint. */
export const KEPT_IN_LOG = 1000;
const TRIM_EVERY = 50;

/**
 * The queue of one endpoint: one event after the other in their order, each until the endpoint has it or it is given up. The queue itself
 * is in the database; here is the one in front.
 */
export class WebhookLane {
  readonly #ports: LanePorts;
  #front: Delivery | null = null;
  /** Everything up to this row is done, also when the disk refused to note it. */
  #doneUpTo = 0;
  #waiting: number;
  readonly #unsaved: Delivery[] = [];
  #sending: Promise<void> | null = null;
  #cancelPause: (() => void) | null = null;
  #retryAtEpochMs: number | null = null;
  #failuresInRow = 0;
  #delivered = 0;
  #failed = 0;
  #lastStatus: number | null = null;
  #lastError: string | null = null;
  #isClosed = false;

  constructor(ports: LanePorts) {
    this.#ports = ports;
    this.#waiting = ports.rows.pendingCount(ports.endpoint);
    ports.rows.trim(ports.endpoint, KEPT_IN_LOG);
    this.#next();
  }

  get state(): LaneState {
    return {
      waiting: this.#waiting,
      delivered: this.#delivered,
      failed: this.#failed,
      failuresInRow: this.#failuresInRow,
      lastStatus: this.#lastStatus,
      lastError: this.#lastError,
      retryAtEpochMs: this.#retryAtEpochMs,
      front: this.#front?.number ?? null,
    };
  }

  /** Takes an event behind those that wait. */
  add(delivery: Delivery): void {
    if (this.#isClosed) return;
    if (delivery.subject !== null) this.#replace(delivery.type, delivery.subject);
    this.#unsaved.push(delivery);
    this.#waiting += 1;
    this.#save();
    this.#bound();
    this.#next();
  }

  /** Ends after what is being sent, which may take as long as the endpoint does. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelPause?.();
    await this.#sending;
  }

  /** What waits and speaks of the same is worthless now. The one in front may be on its way. */
  #replace(type: string, subject: string): void {
    const { rows, endpoint } = this.#ports;
    this.#waiting -= rows.dropSubject(endpoint, type, subject, this.#frontRow);
    const stale = this.#unsaved.findIndex((other) => other.type === type && other.subject === subject);
    if (stale === -1) return;
    this.#unsaved.splice(stale, 1);
    this.#waiting -= 1;
  }

  get #frontRow(): number {
    return Math.max(this.#doneUpTo, this.#front?.number ?? 0);
  }

  /** Into the database, oldest first, as far as the disk takes them. */
  #save(): void {
    if (this.#front?.number === 0) {
      if (this.#sending !== null) return; // its end is not known yet, and the others are behind it
      const number = this.#ports.rows.add(this.#front);
      if (number === null) return;
      this.#front = { ...this.#front, number };
    }
    for (let first = this.#unsaved[0]; first !== undefined; first = this.#unsaved[0]) {
      if (this.#ports.rows.add(first) === null) return;
      this.#unsaved.shift();
    }
  }

  /** Past its bound the queue loses the oldest of the type that fills it: a flood of one kind must not push out the others. */
  #bound(): void {
    const { rows, endpoint, clock, log } = this.#ports;
    if (this.#unsaved.length > MAX_UNSAVED) {
      this.#unsaved.shift();
      this.#drop(1);
    }
    if (this.#waiting <= MAX_WAITING) return;
    const words = `${MAX_WAITING} events were waiting`;
    const count = rows.failOldest(endpoint, this.#frontRow, DROPPED_AT_ONCE, words, clock.epochMs());
    this.#drop(count);
    log('a webhook is behind: the oldest events are given up', { endpoint, count, waiting: this.#waiting });
  }

  #drop(count: number): void {
    this.#waiting -= count;
    this.#failed += count;
  }

  #next(): void {
    if (this.#isClosed || this.#sending !== null || this.#cancelPause !== null) return;
    const { rows, endpoint } = this.#ports;
    this.#front ??= rows.next(endpoint, this.#doneUpTo) ?? this.#unsaved.shift() ?? null;
    const front = this.#front;
    if (front === null) return;
    this.#sending = this.#ports.send(front).then((answer) => {
      this.#sending = null;
      this.#answered(front, answer);
    });
  }

  #answered(before: Delivery, answer: PostAnswer): void {
    const { clock, rows } = this.#ports;
    const { status, error, durationMs } = answer;
    const front = { ...before, status, error, durationMs, attempts: before.attempts + 1 };
    this.#lastStatus = status;
    this.#lastError = error;
    if (error === null) {
      this.#failuresInRow = 0;
      this.#end(front, 'delivered', null);
      this.#next();
      return;
    }
    if (this.#isClosed) return; // cut by our own end: the next start tries again
    this.#failuresInRow += 1;
    const isRefused = status !== null && !TEMPORARY.has(status);
    if (isRefused && front.attempts >= MAX_REFUSALS) {
      this.#failuresInRow = 0;
      this.#end(front, 'failed', error);
      this.#next();
      return;
    }
    // only after an attempt: a gateway that was off for days, or whose clock has leapt, loses nothing
    if (clock.epochMs() - front.atEpochMs > MAX_AGE_MS) this.#end(front, 'failed', error);
    else {
      this.#front = front;
      if (front.number > 0) rows.update(front);
      this.#save();
    }
    const asked = Math.min(answer.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS);
    const pauseMs = Math.max(asked, pauseAfter(this.#failuresInRow, this.#ports.random()));
    this.#retryAtEpochMs = clock.epochMs() + pauseMs;
    this.#pause(pauseMs);
  }

  #pause(ms: number): void {
    this.#cancelPause = this.#ports.clock.after(ms, () => {
      this.#cancelPause = null;
      this.#retryAtEpochMs = null;
      this.#next();
    });
  }

  #end(front: Delivery, state: 'delivered' | 'failed', error: string | null): void {
    const { rows, endpoint, clock, log } = this.#ports;
    const ended: Delivery = { ...front, state, error, endedAtEpochMs: clock.epochMs() };
    this.#front = null;
    this.#doneUpTo = Math.max(this.#doneUpTo, ended.number);
    this.#waiting -= 1;
    if (ended.number > 0) rows.update(ended);
    this.#save();
    if (state === 'delivered') this.#delivered += 1;
    else {
      this.#failed += 1;
      log('a webhook event is given up', { endpoint, event: ended.eventId, type: ended.type, error });
    }
    if ((this.#delivered + this.#failed) % TRIM_EVERY === 0) rows.trim(endpoint, KEPT_IN_LOG);
  }
}

/** Doubles with each failure; the jitter takes away up to half of it. */
export function pauseAfter(failuresInRow: number, random: number): number {
  const whole = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failuresInRow - 1, 20));
  return Math.round(whole * (0.5 + random / 2));
}
