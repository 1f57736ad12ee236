/** Ticks of the time line: which moments get a mark, and which of them words. Pure: no DOM. */
import { endOf, type Scale } from './scale.ts';
import type { Zone } from './zone.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Steps of labels, each with that of the small marks between. */
const STEPS: readonly (readonly [labelMs: number, minorMs: number])[] = [
  [SECOND_MS, SECOND_MS / 5],
  [5 * SECOND_MS, SECOND_MS],
  [10 * SECOND_MS, 2 * SECOND_MS],
  [30 * SECOND_MS, 5 * SECOND_MS],
  [MINUTE_MS, 10 * SECOND_MS],
  [5 * MINUTE_MS, MINUTE_MS],
  [10 * MINUTE_MS, 2 * MINUTE_MS],
  [30 * MINUTE_MS, 5 * MINUTE_MS],
  [HOUR_MS, 10 * MINUTE_MS],
  [3 * HOUR_MS, 30 * MINUTE_MS],
  [6 * HOUR_MS, HOUR_MS],
  [12 * HOUR_MS, 3 * HOUR_MS],
  [DAY_MS, 6 * HOUR_MS],
  [7 * DAY_MS, DAY_MS],
];
/** Room for `12:34:56` or `30 Sep`, and air. */
export const LABEL_PX = 64;

export interface Tick {
  readonly atMs: number;
  /** `minor` has no words; `day` is a midnight, which stands out. */
  readonly kind: 'minor' | 'time' | 'day';
}

/** Ticks in their order, from a little before the left edge (a label may reach in) to the right edge. */
export interface Ticks {
  readonly ticks: readonly Tick[];
  /** Labels are times of day with seconds. */
  readonly hasSeconds: boolean;
}

/** The ticks of a scale, on the clock of the zone: also across a change of summer time an hour is an hour on the wall. */
export function ticksOf(scale: Scale, zone: Zone): Ticks {
  const [labelMs, minorMs] = STEPS.find(([ms]) => ms / scale.msPerPx >= LABEL_PX) ?? STEPS[STEPS.length - 1]!;
  const ticks: Tick[] = [];
  // Steps are counted on the wall; a week's on Mondays (1970 began with a Thursday).
  const phaseMs = labelMs === 7 * DAY_MS ? 4 * DAY_MS : 0;
  const from = zone.wall(scale.startMs) - labelMs;
  const to = zone.wall(endOf(scale)) + minorMs;
  let lastMs = Number.NEGATIVE_INFINITY;
  for (let wall = Math.floor((from - phaseMs) / minorMs) * minorMs + phaseMs; wall <= to; wall += minorMs) {
    const atMs = zone.epoch(wall);
    // what the wall skips would stand in the wrong order
    if (atMs <= lastMs || zone.wall(atMs) !== wall) continue;
    lastMs = atMs;
    const isLabel = (wall - phaseMs) % labelMs === 0;
    const isDay = wall % DAY_MS === 0 && labelMs < 7 * DAY_MS;
    ticks.push({ atMs, kind: isLabel && labelMs >= DAY_MS ? 'day' : isDay ? 'day' : isLabel ? 'time' : 'minor' });
  }
  return { ticks, hasSeconds: labelMs < MINUTE_MS };
}
