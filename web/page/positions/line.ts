import { type MapView, onScreen, type Size } from './projection.ts';
import { GAP_MS, type Reckoned } from './track.ts';

interface Place {
  readonly left: number;
  readonly top: number;
}

/** Points closer together than this on the screen are one, and a line may lie so far beside a point: nobody can see it. */
const NEAR_PX = 1;
/** Lines have a width. */
const MARGIN_PX = 4;

/**
 * The line of a track as an SVG path, broken where nobody knows. However many points it has, the path has no more corners than can be seen, and
 * none of what lies outside: a day of points costs no more to draw than a street. Pure.
 */
export function pathOf(points: readonly Reckoned[], view: MapView, size: Size): string {
  let path = '';
  let lastMs = Number.NEGATIVE_INFINITY;
  let run: Place[] = [];
  let tail: Place | null = null;
  const end = () => {
    if (tail !== null) run.push(tail);
    path += drawn(thinned(run), size);
    run = [];
    tail = null;
  };
  for (const point of points) {
    const place = onScreen(view, size, point);
    if (point.timeMs - lastMs > GAP_MS) end();
    lastMs = point.timeMs;
    const before = run.at(-1);
    tail = before !== undefined && apart(before, place) < NEAR_PX ? place : null;
    if (tail !== null) continue;
    // of a way beyond one border its ends are enough
    const first = run.at(-2);
    if (before && first && (beyond(first, size) & beyond(before, size) & beyond(place, size)) !== 0) run.pop();
    run.push(place);
  }
  end();
  return path;
}

function apart(a: Place, b: Place): number {
  return Math.hypot(a.left - b.left, a.top - b.top);
}

/** How far a point lies from the line between two others. */
function beside(point: Place, a: Place, b: Place): number {
  const [dx, dy] = [b.left - a.left, b.top - a.top];
  const square = dx * dx + dy * dy;
  const along = square === 0 ? 0 : ((point.left - a.left) * dx + (point.top - a.top) * dy) / square;
  const at = Math.max(0, Math.min(1, along));
  return Math.hypot(point.left - a.left - at * dx, point.top - a.top - at * dy);
}

/** The corners that are seen (Ramer, Douglas and Peucker): every point that is left out lies on the line, as far as an eye can tell. */
function thinned(run: readonly Place[]): Place[] {
  const isCorner = new Uint8Array(run.length);
  isCorner[0] = 1;
  isCorner[run.length - 1] = 1;
  const open: [number, number][] = [[0, run.length - 1]];
  for (let piece = open.pop(); piece !== undefined; piece = open.pop()) {
    const [first, last] = piece;
    const [a, b] = [run[first], run[last]];
    if (a === undefined || b === undefined) continue;
    let [farthest, farthestPx] = [0, NEAR_PX / 2];
    for (let i = first + 1; i < last; i++) {
      const px = beside(run[i] ?? a, a, b);
      if (px > farthestPx) [farthest, farthestPx] = [i, px];
    }
    if (farthest === 0) continue;
    isCorner[farthest] = 1;
    open.push([first, farthest], [farthest, last]);
  }
  return run.filter((_, i) => isCorner[i] === 1);
}

/** Which borders of the picture a place lies beyond, a bit each: between two places beyond the same one nothing is seen. */
function beyond({ left, top }: Place, { width, height }: Size): number {
  return (
    (left < -MARGIN_PX ? 1 : 0) |
    (left > width + MARGIN_PX ? 2 : 0) |
    (top < -MARGIN_PX ? 4 : 0) |
    (top > height + MARGIN_PX ? 8 : 0)
  );
}

function drawn(corners: readonly Place[], size: Size): string {
  let path = '';
  let before: Place | null = null;
  let isDown = false;
  for (const place of corners) {
    const text = `${place.left.toFixed(1)} ${place.top.toFixed(1)}`;
    if (before === null) path += corners.length === 1 && beyond(place, size) === 0 ? `M${text}` : '';
    else if ((beyond(before, size) & beyond(place, size)) !== 0) isDown = false;
    else {
      path += isDown ? `L${text}` : `M${before.left.toFixed(1)} ${before.top.toFixed(1)}L${text}`;
      isDown = true;
    }
    before = place;
  }
  return path;
}
