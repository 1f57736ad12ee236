/**
 * Whether a plan is on, and when that changes next. Times are those of a clock on the wall. A range lasts from the first moment at
 * which that clock shows its beginning to the last at which it shows its end: in the hour that comes twice it is never torn, and what it
 * begins or ends with in the hour that is skipped happens at the change.
 */
import { DAY_MINUTES, type PlanTimes } from './plan.ts';

/** The clock on the wall of one zone; local times are milliseconds as if they were UTC. */
export interface WallClock {
  localMs(epochMs: number): number;
  /** The moments at which it shows `localMs`, the earlier first; of a time that is skipped some moment behind the change. */
  epochs(localMs: number): readonly [number, ...number[]];
}

const MINUTE_MS = 60_000;
const DAY_MS = DAY_MINUTES * MINUTE_MS;
/** Zones change at quarters of an hour of UTC. */
const QUARTER_MS = 15 * MINUTE_MS;
/** 29 February comes again after eight years at the most (1896, 1904; 2096, 2104). */
const LOOK_AHEAD_DAYS = 8 * 366;
/** An end further away than this is not looked for: a month of whole days. */
const MAX_RUN_DAYS = 32;

/** Whether a plan is on at that moment. */
export function isActiveAt(times: PlanTimes, epochMs: number, wall: WallClock): boolean {
  if (times.isAlways) return true;
  const today = dayOf(wall.localMs(epochMs));
  for (let dayMs = today - longestMs(times); dayMs <= today; dayMs += DAY_MS) {
    for (const { startEpochMs, endEpochMs } of spansOf(times, dayMs, wall))
      if (startEpochMs <= epochMs && epochMs < endEpochMs) return true;
  }
  return false;
}

/** The first moment behind `epochMs` at which it goes on or off; null when there is none that can be foreseen. */
export function nextChangeAfter(times: PlanTimes, epochMs: number, wall: WallClock): number | null {
  if (times.isAlways || times.rules.length === 0) return null;
  const today = dayOf(wall.localMs(epochMs));
  /** End of the run in which `epochMs` lies; null: it lies in none. */
  let endMs: number | null = null;
  for (let dayMs = today - longestMs(times); dayMs <= today + LOOK_AHEAD_DAYS * DAY_MS; dayMs += DAY_MS) {
    for (const { startEpochMs, endEpochMs } of spansOf(times, dayMs, wall)) {
      if (endEpochMs <= epochMs) continue;
      if (startEpochMs > epochMs && endMs === null) return startEpochMs;
      if (endMs !== null && startEpochMs > endMs) return endMs;
      endMs = Math.max(endMs ?? 0, endEpochMs);
    }
    if (endMs === null) continue;
    // nothing that begins on a later day can meet it: a day on, because the clock may go back at midnight
    if (wall.localMs(endMs) < dayMs) return endMs;
    if (dayMs > today + MAX_RUN_DAYS * DAY_MS) return null;
  }
  return endMs;
}

interface Span {
  readonly startEpochMs: number;
  readonly endEpochMs: number;
}

/** What begins on a local day, ascending. */
function spansOf({ rules }: PlanTimes, dayMs: number, wall: WallClock): Span[] {
  const spans: Span[] = [];
  for (const { isOn, runs } of rules) {
    if (!isOn(dayMs)) continue;
    for (const { from, to } of runs) {
      const startEpochMs = momentOf(dayMs + from * MINUTE_MS, wall, 'first');
      const endEpochMs = momentOf(dayMs + to * MINUTE_MS, wall, 'last');
      if (endEpochMs > startEpochMs) spans.push({ startEpochMs, endEpochMs });
    }
  }
  return spans.sort((a, b) => a.startEpochMs - b.startEpochMs);
}

/** When the clock shows a time; the moment of the change when it skips it. */
function momentOf(localMs: number, wall: WallClock, which: 'first' | 'last'): number {
  const epochs = wall.epochs(localMs);
  const found = (which === 'first' ? epochs[0] : epochs.at(-1)) ?? epochs[0];
  const offsetMs = (epochMs: number) => wall.localMs(epochMs) - epochMs;
  if (wall.localMs(found) === localMs) return found;
  let changeMs = Math.floor(found / QUARTER_MS) * QUARTER_MS;
  while (offsetMs(changeMs - QUARTER_MS) === offsetMs(found) && found - changeMs < DAY_MS) changeMs -= QUARTER_MS;
  return changeMs;
}

/** How many whole days back something may have begun that lasts still. */
function longestMs({ rules }: PlanTimes): number {
  const minutes = rules.flatMap(({ runs }) => runs.map(({ to }) => to));
  return Math.ceil(Math.max(0, ...minutes) / DAY_MINUTES) * DAY_MS;
}

function dayOf(localMs: number): number {
  return Math.floor(localMs / DAY_MS) * DAY_MS;
}
