import { ApiFault } from '../api.ts';
import { Store } from '../store.ts';
import type { OwnRun } from './api.ts';
import { joined, type Range } from './lanes.ts';

/** What is recorded now grows while one looks. */
const FRESH_MS = 10_000;

/** Own recordings of a channel. */
export interface OwnFootage {
  /** In order and apart. */
  readonly runs: readonly Range[];
  /** Those that retention keeps; parts of `runs`. */
  readonly locked: readonly Range[];
  readonly isLoading: boolean;
  readonly fault: ApiFault | null;
}

export const NO_RUNS: OwnFootage = { runs: [], locked: [], isLoading: true, fault: null };

interface OwnLanePorts {
  runs(startMs: number, endMs: number): Promise<readonly OwnRun[]>;
  epochMs(): number;
  nowMs(): number;
}

/** Own recordings as the window comes to them: the window and as much again on both sides. */
export class OwnLane {
  readonly shown = new Store<OwnFootage>(NO_RUNS);
  readonly #ports: OwnLanePorts;
  #known: Range | null = null;
  #knownAtMs = 0;
  #wanted: Range | null = null;
  #isAsking = false;
  #isClosed = false;

  constructor(ports: OwnLanePorts) {
    this.#ports = ports;
  }

  show(window: Range): void {
    const known = this.#known;
    const isKnown = known !== null && known.startMs <= window.startMs && known.endMs >= window.endMs;
    const isGrowing = window.endMs > this.#ports.epochMs() - FRESH_MS;
    if (isKnown && !(isGrowing && this.#ports.nowMs() - this.#knownAtMs > FRESH_MS)) return;
    this.#wanted = window;
    void this.#ask();
  }

  /** Something was recorded or deleted. */
  changed(window: Range): void {
    this.#known = null;
    this.show(window);
  }

  close(): void {
    this.#isClosed = true;
  }

  async #ask(): Promise<void> {
    const window = this.#wanted;
    if (this.#isAsking || window === null || this.#isClosed) return;
    this.#wanted = null;
    this.#isAsking = true;
    const spanMs = window.endMs - window.startMs;
    const range = { startMs: window.startMs - spanMs, endMs: window.endMs + spanMs };
    try {
      const runs = await this.#ports.runs(range.startMs, range.endMs);
      if (this.#isClosed) return;
      this.#known = range;
      this.#knownAtMs = this.#ports.nowMs();
      const nowMs = this.#ports.epochMs();
      const ranges = runs.map(({ start, end, locked }) => ({
        startMs: Date.parse(start),
        endMs: end === null ? nowMs : Date.parse(end),
        locked,
      }));
      this.shown.set({
        runs: joined(ranges),
        locked: joined(ranges.filter(({ locked }) => locked)),
        isLoading: false,
        fault: null,
      });
    } catch (error) {
      const fault = error instanceof ApiFault ? error : new ApiFault(0, '', String(error));
      this.shown.set({ ...this.shown.value, isLoading: false, fault });
    }
    this.#isAsking = false;
    void this.#ask();
  }
}
