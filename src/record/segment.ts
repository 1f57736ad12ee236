/**
 * Where a continuous recording is cut: at the first key frame at or after each boundary of the wall clock (…:00, …:30), so that
 * files begin where people look for them, and every frame lies in exactly one of them.
 */
import type { Fragment } from '../media/frame.ts';
import { firstSecondsOf } from './tracks.ts';

const DAY_MS = 24 * 3_600_000;
/** Offsets of time zones change at quarters of an hour of UTC. */
const QUARTER_MS = 15 * 60_000;

/** Content time and wall clock may part by this before a file puts it right: half of what counts as joined (`MAX_JOINT_MS`). */
export const MAX_DRIFT_MS = 500;

/** Content time that is further ahead of the wall clock: the clock was set back, and nothing is to be made up for. */
export const CLOCK_SET_MS = 60_000;

/** Length of the segments, and the zone in whose days they are counted. */
export interface SegmentRule {
  readonly segmentMs: number;
  /** Local time minus UTC at that moment, in milliseconds. */
  offsetMs(epochMs: number): number;
}

/**
 * The first moment after `epochMs` at which the wall clock shows a multiple of the segment since midnight, shows midnight, or leaps
 * over one of these. When a clock is put back, what it shows again is a boundary again.
 */
export function nextBoundary(epochMs: number, rule: SegmentRule): number {
  const offsetMs = rule.offsetMs(epochMs);
  const localMs = epochMs + offsetMs;
  const midnightMs = Math.floor(localMs / DAY_MS) * DAY_MS;
  const inDay = (Math.floor((localMs - midnightMs) / rule.segmentMs) + 1) * rule.segmentMs;
  const local = midnightMs + Math.min(inDay, DAY_MS);
  const boundary = local - offsetMs;
  if (rule.offsetMs(boundary) === offsetMs) return boundary;
  let changedMs = (Math.floor(epochMs / QUARTER_MS) + 1) * QUARTER_MS;
  while (rule.offsetMs(changedMs) === offsetMs) changedMs += QUARTER_MS;
  // a clock that is put back after the boundary has not touched it
  if (changedMs > boundary) return boundary;
  const shown = changedMs + rule.offsetMs(changedMs);
  const isLeaptOver = shown >= local;
  return isLeaptOver || isBoundary(shown, rule.segmentMs) ? changedMs : nextBoundary(changedMs, rule);
}

function isBoundary(localMs: number, segmentMs: number): boolean {
  const inDay = localMs - Math.floor(localMs / DAY_MS) * DAY_MS;
  return inDay % segmentMs === 0;
}

/** Beginning of the next file. */
export interface NextSegment {
  /** Content time of the earliest sample of the file: it follows the one before without a break. */
  readonly startEpochMs: number;
  /** Content time of its key frame: what the file is named by. */
  readonly keyEpochMs: number;
}

/** Follows one recording from file to file. */
export class Segmenter {
  readonly #rule: SegmentRule;
  readonly #audioTimescale: number;
  /** Content time of the feed's time 0. */
  #zeroEpochMs: number;
  #boundaryMs: number;
  /** The least by which key frames came later than their content time says: delays only add. */
  #lateMs = Number.POSITIVE_INFINITY;

  /** `first` begins the recording, with its earliest sample at `startEpochMs`; `audioTimescale` is that of the feed's sound, if any. */
  constructor(rule: SegmentRule, first: Fragment, startEpochMs: number, audioTimescale: number) {
    this.#rule = rule;
    this.#audioTimescale = audioTimescale;
    this.#zeroEpochMs = startEpochMs - firstSecondsOf(first, audioTimescale) * 1000;
    this.#boundaryMs = nextBoundary(startEpochMs, rule);
  }

  /** The next key frame and when it arrived (wall clock): null while the file goes on, else the file that begins with it. */
  next(key: Fragment, arrivedEpochMs: number): NextSegment | null {
    const keyEpochMs = this.#zeroEpochMs + key.dts90k / 90;
    this.#lateMs = Math.min(this.#lateMs, arrivedEpochMs - keyEpochMs);
    // Half a millisecond: content times are not exact.
    if (keyEpochMs < this.#boundaryMs - 0.5) return null;
    const correctionMs = correctionOf(this.#lateMs);
    this.#lateMs = Number.POSITIVE_INFINITY;
    this.#zeroEpochMs += correctionMs;
    const rightEpochMs = keyEpochMs + correctionMs;
    // A small step back must not lead before the boundary that was just reached.
    const reachedMs = correctionMs < -MAX_DRIFT_MS ? rightEpochMs : Math.max(rightEpochMs, this.#boundaryMs);
    this.#boundaryMs = nextBoundary(reachedMs, this.#rule);
    return {
      startEpochMs: Math.round(this.#zeroEpochMs + firstSecondsOf(key, this.#audioTimescale) * 1000),
      keyEpochMs: Math.round(rightEpochMs),
    };
  }
}

/** The camera's clock runs off the gateway's: what the next file makes up for. Small steps still count as joined. */
function correctionOf(lateMs: number): number {
  if (Math.abs(lateMs) <= MAX_DRIFT_MS) return 0;
  if (lateMs > 0 || lateMs < -CLOCK_SET_MS) return lateMs;
  return -MAX_DRIFT_MS;
}
