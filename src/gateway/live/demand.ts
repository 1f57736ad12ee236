import type { Clock } from '../clock.ts';

export interface DemandPorts {
  readonly clock: Clock;
  /** Somebody has it now: a viewer, a recorder. Those who wait for its beginning are counted here. */
  isTaken(): boolean;
  /** How long nobody has to want it. */
  lingerMs(): number;
  onGone(): void;
}

/** Who wants a stream: those who have it, and those who wait for it to begin. When there is nobody left the linger begins. */
export class Demand {
  readonly #ports: DemandPorts;
  readonly #waiters = new Set<() => void>();
  #cancelLinger: () => void = () => {};
  #isOver = false;

  constructor(ports: DemandPorts) {
    this.#ports = ports;
  }

  /** Begins the linger anew: something has changed, or somebody asked who has not come to watch yet. */
  touch(): void {
    this.#cancelLinger();
    if (this.#isOver || this.#ports.isTaken() || this.#waiters.size > 0) return;
    this.#cancelLinger = this.#ports.clock.after(this.#ports.lingerMs(), () => this.#ports.onGone());
  }

  /** Resolves at the next `settle`, or after `ms`. Who waits here wants the stream. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        this.#waiters.delete(done);
        this.touch();
        resolve();
      };
      const cancel = this.#ports.clock.after(ms, done);
      this.#waiters.add(done);
      this.touch();
    });
  }

  /** What was waited for is there, or never will be. */
  settle(): void {
    for (const done of [...this.#waiters]) done();
  }

  /** Nothing is wanted any more. */
  close(): void {
    this.#isOver = true;
    this.#cancelLinger();
    this.settle();
  }
}
