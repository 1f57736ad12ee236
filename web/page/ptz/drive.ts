/** A motion as the gateway takes it: each −1 to 1; pan + right, tilt + up, zoom + in, focus + near, iris + open. Pure: no DOM. */

const AXES = ['pan', 'tilt', 'zoom', 'focus', 'iris'] as const;

export type Drive = { readonly [axis in (typeof AXES)[number]]?: number };

/** So near to its middle the stick rests: a finger is never quite there. Of its radius. */
const DEAD = 0.12;
/** Small movements are the fine ones. */
const CURVE = 1.6;
/** So near to an axis only that axis is meant. */
const SNAP_RADIANS = (12 * Math.PI) / 180;
/** Two fingers are never quite still, either. */
const PINCH_RATIO = 1.12;
/** A camera has 255 speeds and nobody's thumb has. */
const STEPS = 20;

/** All that is wanted at once, as one motion; what cancels itself out or rests is left out. */
export function merged(drives: Iterable<Drive>): Drive {
  const all = [...drives];
  const sums = AXES.map((axis) => {
    const sum = all.reduce((total, drive) => total + (drive[axis] ?? 0), 0);
    return [axis, Math.round(Math.min(1, Math.max(-1, sum)) * 100) / 100] as const;
  });
  return Object.fromEntries(sums.filter(([, value]) => value !== 0));
}

export function isSame(a: Drive, b: Drive): boolean {
  return AXES.every((axis) => a[axis] === b[axis]);
}

export function isStill(drive: Drive): boolean {
  return isSame(drive, {});
}

/** Where a stick at `x` right and `y` down (of its radius) drives to, at most at `speed`. */
export function stickDrive(x: number, y: number, speed: number): Drive {
  const reach = Math.min(1, Math.hypot(x, y));
  if (reach <= DEAD) return {};
  const force = ((reach - DEAD) / (1 - DEAD)) ** CURVE * speed;
  const angle = snapped(Math.atan2(-y, x));
  // nothing that is pushed rests
  const part = (share: number) =>
    Math.abs(share) < 1e-6
      ? 0
      : Math.sign(share) * Math.max(1, Math.round(Math.abs(share) * force * STEPS)) * (1 / STEPS);
  return merged([{ pan: part(Math.cos(angle)), tilt: part(Math.sin(angle)) }]);
}

/** What two fingers want that are `ratio` times as far apart as they were: in, out, or nothing yet. */
export function pinchDrive(ratio: number, speed: number): Drive {
  if (ratio >= PINCH_RATIO) return { zoom: speed };
  return ratio <= 1 / PINCH_RATIO ? { zoom: -speed } : {};
}

function snapped(radians: number): number {
  const quarter = Math.PI / 2;
  const nearest = Math.round(radians / quarter) * quarter;
  return Math.abs(radians - nearest) <= SNAP_RADIANS ? nearest : radians;
}
