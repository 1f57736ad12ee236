import type { Position } from './api.ts';
import { type MapView, onScreen, worldOf } from './projection.ts';

/** Longer without a position: nobody knows how it came from one to the other. */
const GAP_MS = 1_800_000;
/** Points closer together than this on the screen are one. */
const NEAR_PX = 1;

/** The points with one more, in the order of time; one that is known already changes nothing. Pure. */
export function withPoint(points: readonly Position[], point: Position): readonly Position[] {
  const timeMs = Date.parse(point.time);
  let at = points.length;
  while (at > 0 && Date.parse(points[at - 1]?.time ?? '') > timeMs) at--;
  if (at > 0 && Date.parse(points[at - 1]?.time ?? '') === timeMs) return points;
  return [...points.slice(0, at), point, ...points.slice(at)];
}

/** The line of a track as an SVG path, broken where nobody knows. Pure. */
export function pathOf(points: readonly Position[], view: MapView, size: { width: number; height: number }): string {
  let path = '';
  let lastMs = Number.NEGATIVE_INFINITY;
  let [lastLeft, lastTop] = [0, 0];
  for (const [i, point] of points.entries()) {
    const { left, top } = onScreen(view, size, worldOf(point));
    const timeMs = Date.parse(point.time);
    const isBroken = timeMs - lastMs > GAP_MS;
    const isNear = Math.abs(left - lastLeft) < NEAR_PX && Math.abs(top - lastTop) < NEAR_PX;
    lastMs = timeMs;
    if (!isBroken && isNear && i < points.length - 1) continue;
    path += `${isBroken ? 'M' : 'L'}${left.toFixed(1)} ${top.toFixed(1)}`;
    [lastLeft, lastTop] = [left, top];
  }
  return path;
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
    if (a === undefined || b === undefined || Date.parse(b.time) - Date.parse(a.time) > GAP_MS) continue;
    const half = (x: number) => Math.sin(x / 2) ** 2;
    const h =
      half(radians(b.latitude - a.latitude)) +
      Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * half(radians(b.longitude - a.longitude));
    metres += 2 * EARTH_METRES * Math.asin(Math.min(1, Math.sqrt(h)));
  }
  return metres;
}
