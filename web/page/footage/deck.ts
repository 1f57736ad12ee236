import type { Step } from '../api.ts';
import type { Store } from '../store.ts';

/** Speeds that have a button; below 0 backwards. */
export const SPEEDS: readonly number[] = [-4, -2, -1, 0.25, 0.5, 1, 2, 4, 8];

/** Why there is no picture. */
export interface DeckTrouble {
  /** The problem's code; '' when only the sentence is known. */
  readonly code: string;
  readonly detail: string;
  readonly steps: readonly Step[];
}

/** What plays now, whichever lane it comes from. */
export interface DeckShown {
  /** `ended`: what was asked for has been played. */
  readonly phase: 'idle' | 'starting' | 'playing' | 'stalled' | 'ended' | 'failed';
  readonly isPaused: boolean;
  readonly speed: number;
  /** Speeds that may be asked for. */
  readonly speeds: readonly number[];
  /** A speed that was asked for and not kept, until the next command. */
  readonly refusedSpeed: number | null;
  /** Where a seek under way will lead; null when what is shown is what was asked for. */
  readonly aimMs: number | null;
  readonly trouble: DeckTrouble | null;
}

export const IDLE: DeckShown = {
  phase: 'idle',
  isPaused: false,
  speed: 1,
  speeds: SPEEDS,
  refusedSpeed: null,
  aimMs: null,
  trouble: null,
};

/** Plays footage of one channel; the two lanes have one each. */
export interface Deck {
  readonly shown: Store<DeckShown>;
  /** When the picture on the screen was taken. */
  contentMs(): number | null;
  /** Plays from there on. Of many in a row the newest counts. */
  seek(epochMs: number): void;
  pause(): void;
  resume(): void;
  setSpeed(speed: number): void;
  /** While paused: a picture forwards or backwards. False when there is none at hand. */
  step(by: 1 | -1): Promise<boolean>;
  captureStill(): Promise<Blob>;
  /** Stops it; a later `seek` begins anew. */
  stop(): void;
}

/** The speed beside this one among those offered: what J and L choose. Pure. */
export function speedBeside(speeds: readonly number[], speed: number, by: 1 | -1): number {
  const sorted = [...speeds].sort((a, b) => a - b);
  const beside = by > 0 ? sorted.find((one) => one > speed) : sorted.findLast((one) => one < speed);
  return beside ?? speed;
}
