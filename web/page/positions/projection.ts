/** Web Mercator, as every map of tiles has it. Pure. */

/** A point of the world: both 0 … 1, from the upper left. */
export interface WorldPoint {
  readonly x: number;
  readonly y: number;
}

/** What is seen: its middle, and the world's width as 256 · 2^zoom pixels. */
export interface MapView extends WorldPoint {
  readonly zoom: number;
}

export interface Degrees {
  readonly longitude: number;
  readonly latitude: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const TILE_PX = 256;
/** Beyond it Mercator has no more world. */
const MAX_LATITUDE = 85.051_128_78;
/** A street in a hand's breadth; cameras tell no finer. */
export const MAX_ZOOM = 19;
export const MIN_ZOOM = 1;
const EQUATOR_METRES = 40_075_016.686;

/** Where a coordinate lies in the world. */
export function worldOf({ longitude, latitude }: Degrees): WorldPoint {
  const bounded = Math.max(-MAX_LATITUDE, Math.min(MAX_LATITUDE, latitude));
  const sine = Math.sin((bounded * Math.PI) / 180);
  return { x: (longitude + 180) / 360, y: 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI) };
}

/** The coordinate of a point of the world. */
export function degreesOf({ x, y }: WorldPoint): Degrees {
  const n = Math.PI * (1 - 2 * y);
  return { longitude: x * 360 - 180, latitude: (Math.atan(Math.sinh(n)) * 180) / Math.PI };
}

/** The world's width in pixels. */
export function worldPx(view: MapView): number {
  return TILE_PX * 2 ** view.zoom;
}

/** Where a point of the world stands on the screen, from its upper left. */
export function onScreen(view: MapView, size: Size, point: WorldPoint): { left: number; top: number } {
  const px = worldPx(view);
  return { left: (point.x - view.x) * px + size.width / 2, top: (point.y - view.y) * px + size.height / 2 };
}

/** The view after the ground was moved by so many pixels. */
export function moved(view: MapView, leftPx: number, topPx: number): MapView {
  const px = worldPx(view);
  return { ...view, x: clamp(view.x - leftPx / px, 0, 1), y: clamp(view.y - topPx / px, 0, 1) };
}

/** The view zoomed by so many steps; what is at `left`, `top` of the screen stays there. */
export function zoomed(view: MapView, size: Size, by: number, left = size.width / 2, top = size.height / 2): MapView {
  const zoom = clamp(view.zoom + by, MIN_ZOOM, MAX_ZOOM);
  const [before, after] = [worldPx(view), TILE_PX * 2 ** zoom];
  const [dx, dy] = [left - size.width / 2, top - size.height / 2];
  return {
    x: clamp(view.x + dx / before - dx / after, 0, 1),
    y: clamp(view.y + dy / before - dy / after, 0, 1),
    zoom,
  };
}

/** A view that shows all of these; of a single point, or of points close together, a street around it. Null: there are none. */
export function fitting(points: readonly Degrees[], size: Size, marginPx = 72): MapView | null {
  if (points.length === 0) return null;
  let [left, right, top, bottom] = [1, 0, 1, 0];
  for (const point of points) {
    const { x, y } = worldOf(point);
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  const room = (px: number) => Math.max(32, px - 2 * marginPx) / TILE_PX;
  const zoom = Math.min(
    Math.log2(room(size.width) / Math.max(right - left, 1e-9)),
    Math.log2(room(size.height) / Math.max(bottom - top, 1e-9)),
  );
  return { x: (left + right) / 2, y: (top + bottom) / 2, zoom: clamp(zoom, MIN_ZOOM, 16) };
}

/** 1, 2 or 5 times a power of ten, at least `least`. */
function roundUp(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least * (1 - 1e-9)) ?? 10 * power;
}

/** Lines of the grid are at least so far apart. */
const GRID_PX = 96;

/** A line of the grid: its coordinate in degrees, and where it stands on the screen. */
export interface GridLine {
  readonly degrees: number;
  readonly at: number;
}

/** Meridians and parallels at round degrees; `digits`: decimals that tell them apart. */
export function gridOf(view: MapView, size: Size): { meridians: GridLine[]; parallels: GridLine[]; digits: number } {
  const px = worldPx(view);
  const step = roundUp((GRID_PX / px) * 360);
  const corner = (left: number, top: number) =>
    degreesOf({ x: view.x + (left - size.width / 2) / px, y: view.y + (top - size.height / 2) / px });
  const [first, last] = [corner(0, 0), corner(size.width, size.height)];
  const between = (from: number, to: number): number[] => {
    const start = Math.ceil(from / step);
    const count = Math.max(0, Math.min(200, Math.floor(to / step) - start + 1));
    return Array.from({ length: count }, (_, i) => (start + i) * step);
  };
  return {
    meridians: between(Math.max(-180, first.longitude), Math.min(180, last.longitude)).map((longitude) => ({
      degrees: longitude,
      at: onScreen(view, size, worldOf({ longitude, latitude: 0 })).left,
    })),
    parallels: between(Math.max(-85, last.latitude), Math.min(85, first.latitude)).map((latitude) => ({
      degrees: latitude,
      at: onScreen(view, size, worldOf({ longitude: 0, latitude })).top,
    })),
    digits: Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)),
  };
}

/** A round length in metres and how many pixels it has in the middle of the view: at most `mostPx`. */
export function scaleOf(view: MapView, mostPx: number): { metres: number; px: number } {
  const { latitude } = degreesOf(view);
  const metresPerPx = (EQUATOR_METRES * Math.cos((latitude * Math.PI) / 180)) / worldPx(view);
  const least = mostPx * metresPerPx;
  const power = 10 ** Math.floor(Math.log10(least));
  const metres = ([5, 2, 1].find((factor) => factor * power <= least) ?? 1) * power;
  return { metres, px: metres / metresPerPx };
}

/** A picture of the ground, and where it stands on the screen. */
export interface Tile {
  readonly key: string;
  readonly url: string;
  readonly left: number;
  readonly top: number;
  readonly px: number;
}

/** The tiles that are seen; `template` has `{z}`, `{x}` and `{y}`. */
export function tilesOf(template: string, view: MapView, size: Size): Tile[] {
  const z = clamp(Math.round(view.zoom), 0, MAX_ZOOM);
  const count = 2 ** z;
  const px = worldPx(view) / count;
  const start = onScreen(view, size, { x: 0, y: 0 });
  const range = (from: number, length: number) => {
    const first = clamp(Math.floor(-from / px), 0, count - 1);
    const last = clamp(Math.floor((length - from) / px), 0, count - 1);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  };
  return range(start.top, size.height).flatMap((y) =>
    range(start.left, size.width).map((x) => ({
      key: `${z}/${x}/${y}`,
      url: template.replaceAll('{z}', String(z)).replaceAll('{x}', String(x)).replaceAll('{y}', String(y)),
      left: start.left + x * px,
      top: start.top + y * px,
      px,
    })),
  );
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
