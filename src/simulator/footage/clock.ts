import type { FootageBehaviour } from './behaviour.ts';
import { ticksOf } from './reel.ts';

/** The clock that footage is stamped with: of its content, unless a quirk says otherwise (TS-9…12). */
export class FootageClock {
  readonly #behaviour: FootageBehaviour;
  /** This moment of content has this time stamp; from there on it counts. */
  #fromEpochMs: number;
  #from90k: number;
  #scale = 1;

  constructor(behaviour: FootageBehaviour, startEpochMs: number, base90k: number) {
    this.#behaviour = behaviour;
    this.#fromEpochMs = startEpochMs;
    this.#from90k = base90k;
  }

  /** 90 kHz, not yet cut to 33 bits. */
  at(contentEpochMs: number): number {
    if (this.#behaviour.captureClock) return ticksOf(contentEpochMs);
    return this.#from90k + Math.round(ticksOf(contentEpochMs - this.#fromEpochMs) / this.#divisor);
  }

  speed(scale: number, contentEpochMs: number): void {
    if (this.#behaviour.clockAtSpeed === 'scaled') this.#restart(contentEpochMs, this.at(contentEpochMs));
    this.#scale = scale;
  }

  seek(toEpochMs: number, leftEpochMs: number, fileStartEpochMs: number): void {
    const { clockAfterSeek, clockAtSpeed } = this.#behaviour;
    if (clockAfterSeek === 'zero') this.#restart(toEpochMs, 0);
    else if (clockAfterSeek === 'file') this.#restart(toEpochMs, ticksOf(toEpochMs - fileStartEpochMs));
    else if (clockAtSpeed === 'scaled') this.#restart(toEpochMs, this.at(leftEpochMs));
  }

  /** Anew from 0 (PB-15a). */
  reset(contentEpochMs: number): void {
    this.#restart(contentEpochMs, 0);
  }

  get #divisor(): number {
    return this.#behaviour.clockAtSpeed === 'scaled' ? Math.abs(this.#scale) : 1;
  }

  #restart(epochMs: number, ticks: number): void {
    this.#fromEpochMs = epochMs;
    this.#from90k = ticks;
  }
}
