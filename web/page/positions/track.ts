import type { Position } from './api.ts';
import { type WorldPoint, worldOf } from './projection.ts';

/** Longer without a position: nobody knows how it came from one to the other. */
export const GAP_MS = 1_800_000;

/** The points with one more, in the order of time; one that is known already changes nothing. Pure. */
export function withPoint(points: readonly Position[], point: Position): readonly Position[] {
  const { timeMs } = reckoned(point);
  const msOf = (i: number) => reckoned(points[i] ?? point).timeMs;
  let at = points.length;
  while (at > 0 && msOf(at - 1) > timeMs) at--;
  if (at > 0 && msOf(at - 1) === timeMs) return points;
  return [...points.slice(0, at), point, ...points.slice(at)];
}

/** A point of a track with what drawing and measuring ask of it again and again. */
export interface Reckoned extends WorldPoint {
  readonly timeMs: number;
}

const known = new WeakMap<Position, Reckoned>();

/** Where a point lies in the world, and when: reckoned once. */
export function reckoned(point: Position): Reckoned {
  const before = known.get(point);
  if (before !== undefined) return before;
  const now = { ...worldOf(point), timeMs: Date.parse(point.time) };
  known.set(point, now);
  return now;
}

/** The points with those that were just told, without what is older than the range by now; `most` are kept. Pure. */
export function wentOn(
  points: readonly Position[],
  told: readonly Position[],
  { spanMs, most }: { readonly spanMs: number; readonly most: number },
): readonly Position[] {
  const all = told.reduce(withPoint, points);
  const newest = all.at(-1);
  if (all === points || newest === undefined) return points;
  const oldestMs = reckoned(newest).timeMs - spanMs;
  const old = all.findIndex((point) => reckoned(point).timeMs >= oldestMs);
  return all.slice(Math.max(old, all.length - most));
}

/** `850 m`, `12.4 km`. Pure. */
export function metresWords(metres: number): string {
  if (metres < 1000) return `${Math.round(metres)} m`;
  return `${metres < 10_000 && metres % 1000 !== 0 ? (metres / 1000).toFixed(1) : Math.round(metres / 1000)} km`;
}

const EARTH_METRES = 6_371_000;

/** How far it went, in metres, along the great circles between its points; gaps are not counted. Pure. */
export function lengthOf(points: readonly Position[]): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  let metres = 0;
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1], points[i]];
    if (a === undefined || b === undefined || reckoned(b).timeMs - reckoned(a).timeMs > GAP_MS) continue;
    const half = (x: number) => Math.sin(x / 2) ** 2;
    const h =
      half(radians(b.latitude - a.latitude)) +
      Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * half(radians(b.longitude - a.longitude));
    metres += 2 * EARTH_METRES * Math.asin(Math.min(1, Math.sqrt(h)));
  }
  return metres;
}
