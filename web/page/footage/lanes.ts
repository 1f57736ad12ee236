/** What a lane of the time line shows: ranges of footage, joined and cut down to what can be seen. Pure: no DOM. */
import { endOf, type Scale, xOf } from './scale.ts';

export interface Range {
  readonly startMs: number;
  readonly endMs: number;
}

/** Files that join within this are one piece to people; recorders lose a second where one ends. */
const JOINT_MS = 1_500;

/** The ranges in order, overlapping and adjoining ones as one. Ranges that end before they begin are none. */
export function joined(ranges: readonly Range[]): Range[] {
  const sorted = ranges.filter(({ startMs, endMs }) => endMs > startMs).sort((a, b) => a.startMs - b.startMs);
  const whole: { startMs: number; endMs: number }[] = [];
  for (const { startMs, endMs } of sorted) {
    const last = whole.at(-1);
    if (last !== undefined && startMs - last.endMs <= JOINT_MS) last.endMs = Math.max(last.endMs, endMs);
    else whole.push({ startMs, endMs });
  }
  return whole;
}

/** Index of the first range that ends behind `epochMs`; the ranges are in order and apart. */
function firstEndingAfter(ranges: readonly Range[], epochMs: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle]!.endMs > epochMs) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** What is drawn, in pixels from the left edge. */
export interface Bar {
  readonly x: number;
  readonly width: number;
}

/** The shortest piece is still seen. */
const MIN_BAR_PX = 1.5;

/** The bars of what can be seen: a hole of less than a pixel is none. Takes ranges in order and apart; costs what is visible. */
export function barsOf(ranges: readonly Range[], scale: Scale): Bar[] {
  const bars: { x: number; width: number }[] = [];
  const endMs = endOf(scale);
  for (let i = firstEndingAfter(ranges, scale.startMs); i < ranges.length; i++) {
    const range = ranges[i]!;
    if (range.startMs >= endMs) break;
    const x = Math.max(-1, xOf(scale, range.startMs));
    const end = Math.min(scale.widthPx + 1, xOf(scale, range.endMs));
    const last = bars.at(-1);
    if (last !== undefined && x - (last.x + last.width) < 1) last.width = Math.max(last.width, end - last.x);
    else bars.push({ x, width: Math.max(MIN_BAR_PX, end - x) });
  }
  return bars;
}

/** The range that holds a moment, or null. */
export function rangeAt(ranges: readonly Range[], epochMs: number): Range | null {
  const found = ranges[firstEndingAfter(ranges, epochMs)];
  return found !== undefined && found.startMs <= epochMs ? found : null;
}

/** The moment itself where there is footage, else where the next begins; null when there is none behind it. */
export function footageFrom(ranges: readonly Range[], epochMs: number): number | null {
  const found = ranges[firstEndingAfter(ranges, epochMs)];
  return found === undefined ? null : Math.max(found.startMs, epochMs);
}

/** What of a stretch the ranges cover. */
export function within(ranges: readonly Range[], { startMs, endMs }: Range): Range[] {
  const parts: Range[] = [];
  for (let i = firstEndingAfter(ranges, startMs); i < ranges.length; i++) {
    const range = ranges[i]!;
    if (range.startMs >= endMs) break;
    parts.push({ startMs: Math.max(startMs, range.startMs), endMs: Math.min(endMs, range.endMs) });
  }
  return parts;
}

/** How long the ranges are together. */
export const lengthOf = (ranges: readonly Range[]): number =>
  ranges.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
