import { Store } from '../store.ts';
import { type Drive, isSame, isStill, merged } from './drive.ts';

/** What is held is said again so often. */
export const REPEAT_MS = 1_000;
/**
 * The camera stops by itself after this when nobody says it again: the page was killed, its network is gone. Longer than the gateway waits
 * for a camera that is slow (3 s), so that such a one does not stop between two sayings.
 */
export const TIMEOUT_MS = 4_000;
/** A stick says more than a camera can take. */
export const GAP_MS = 100;

export interface SteeringPorts {
  drive(drive: Drive, timeoutMs: number): Promise<void>;
  /** Stops everything, cruises and scans too. */
  stop(): Promise<void>;
  nowMs(): number;
  /** Calls `action` once after `ms`; the answer cancels. */
  after(ms: number, action: () => void): () => void;
  /** True when `fault` says for certain that the camera was not told. */
  isHarmless(fault: unknown): boolean;
}

export interface SteeringState {
  /** What is wanted now. */
  readonly drive: Drive;
  /** Who wants it: the stick, keys, a button. */
  readonly held: ReadonlySet<string>;
  /** What went wrong last; null after the next that went well. */
  readonly fault: unknown;
}

const REST: SteeringState = { drive: {}, held: new Set(), fault: null };

/**
 * One camera in somebody's hands: what all of them (stick, keys, buttons, wheel) hold together is said to the gateway as one motion, again and
 * again while it is held, and the stop at once when nothing is. One motion is on its way at a time, so that none overtakes a newer one; a
 * stop waits for none, and is said again behind what it may have overtaken.
 */
export class Steering {
  readonly state = new Store<SteeringState>(REST);
  readonly #ports: SteeringPorts;
  readonly #held = new Map<string, Drive>();
  readonly #pulses = new Map<string, () => void>();
  #drive: Drive = {};
  #isSaid = true;
  #saidMs = Number.NEGATIVE_INFINITY;
  /** A motion was said and no stop since. */
  #isMoving = false;
  /** A motion may arrive behind the stop that was said. */
  #owesStop = false;
  #onTheWay = 0;
  #timer: (() => void) | null = null;
  #isClosed = false;

  constructor(ports: SteeringPorts) {
    this.#ports = ports;
  }

  /** `source` wants this from now on, until it lets go. */
  hold(source: string, drive: Drive): void {
    if (this.#isClosed) return;
    this.#endPulse(source);
    this.#held.set(source, drive);
    this.#changed();
  }

  /** Wants something else, if it still holds anything: everything may have been let go meanwhile. */
  change(source: string, drive: Drive): void {
    if (this.#held.has(source)) this.hold(source, drive);
  }

  letGo(source: string): void {
    this.#endPulse(source);
    if (this.#held.delete(source)) this.#changed();
  }

  /** Holds for so long: a notch of a wheel. */
  pulse(source: string, drive: Drive, ms: number): void {
    this.hold(source, drive);
    if (!this.#isClosed)
      this.#pulses.set(
        source,
        this.#ports.after(ms, () => this.letGo(source)),
      );
  }

  /** The window has lost its focus, the tab is hidden, the panel is closed: no hand is at it any more. */
  letAllGo(): void {
    for (const source of [...this.#pulses.keys()]) this.#endPulse(source);
    if (this.#held.size === 0) return;
    this.#held.clear();
    this.#changed();
  }

  /** Stops whatever moves, also what nobody here has begun. */
  stop(): void {
    this.#isMoving = false;
    this.letAllGo();
    this.#sayStop();
  }

  /** Lets all go, for good. */
  close(): void {
    this.letAllGo();
    this.#isClosed = true;
  }

  #endPulse(source: string): void {
    this.#pulses.get(source)?.();
    this.#pulses.delete(source);
  }

  #changed(): void {
    const drive = merged(this.#held.values());
    const isNew = !isSame(drive, this.#drive);
    this.#drive = drive;
    this.#show({});
    if (!isNew) return;
    if (isStill(drive)) {
      this.#cancel();
      if (this.#isMoving || (this.#owesStop && this.#onTheWay === 0)) this.#sayStop();
    } else {
      this.#isSaid = false;
      this.#next();
    }
  }

  /** Says what is wanted when its time has come. */
  #next(): void {
    if (this.#onTheWay > 0 || isStill(this.#drive)) return;
    this.#cancel();
    const dueMs = this.#saidMs + (this.#isSaid ? REPEAT_MS : GAP_MS);
    const waitMs = dueMs - this.#ports.nowMs();
    if (waitMs > 0) this.#timer = this.#ports.after(waitMs, () => this.#say());
    else this.#say();
  }

  #say(): void {
    this.#timer = null;
    this.#isSaid = true;
    this.#isMoving = true;
    this.#owesStop = false;
    this.#saidMs = this.#ports.nowMs();
    this.#await(
      this.#ports.drive(this.#drive, TIMEOUT_MS),
      () => {
        if (this.state.value.fault !== null) this.#show({ fault: null });
      },
      (fault) => {
        if (this.#ports.isHarmless(fault)) this.#isMoving = false;
        // whoever still holds something has to take hold of it anew
        this.letAllGo();
      },
    );
  }

  #sayStop(): void {
    this.#isMoving = false;
    this.#cancel();
    this.#owesStop = this.#onTheWay > 0;
    this.#await(
      this.#ports.stop(),
      () => {},
      () => {},
    );
  }

  #await(said: Promise<void>, done: () => void, failed: (fault: unknown) => void): void {
    this.#onTheWay += 1;
    const ended = (end: () => void) => {
      this.#onTheWay -= 1;
      end();
      if (this.#onTheWay > 0) return;
      if (this.#owesStop && isStill(this.#drive)) this.#sayStop();
      else this.#next();
    };
    said.then(
      () => ended(done),
      (fault: unknown) =>
        ended(() => {
          this.#show({ fault });
          failed(fault);
        }),
    );
  }

  #cancel(): void {
    this.#timer?.();
    this.#timer = null;
  }

  #show(change: Partial<SteeringState>): void {
    this.state.set({ ...this.state.value, drive: this.#drive, held: new Set(this.#held.keys()), ...change });
  }
}
