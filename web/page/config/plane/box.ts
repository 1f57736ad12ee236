/**
 * Rectangles on a raster: of pixels, or of blocks of them. Numbers are cells, counted from 0 at the top left; the cells that are named are inside. Pure: no DOM.
 */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Cell {
  readonly x: number;
  readonly y: number;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** What is held of a box: a side of each axis (−1 left or top, 1 right or bottom, 0 neither); no side at all is the whole. */
export interface Grip {
  readonly x: -1 | 0 | 1;
  readonly y: -1 | 0 | 1;
}

export const WHOLE: Grip = { x: 0, y: 0 };

function within(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), Math.max(least, most));
}

/** The box with its sides where they belong, and all of it on the raster. */
export function settled(box: Box, raster: Size): Box {
  const [lastX, lastY] = [raster.width - 1, raster.height - 1];
  return {
    left: within(Math.min(box.left, box.right), 0, lastX),
    top: within(Math.min(box.top, box.bottom), 0, lastY),
    right: within(Math.max(box.left, box.right), 0, lastX),
    bottom: within(Math.max(box.top, box.bottom), 0, lastY),
  };
}

/** As large as it is, as far as the raster goes. */
export function moved({ left, top, right, bottom }: Box, by: Cell, raster: Size): Box {
  const x = Math.max(-left, Math.min(by.x, raster.width - 1 - right));
  const y = Math.max(-top, Math.min(by.y, raster.height - 1 - bottom));
  return { left: left + x, top: top + y, right: right + x, bottom: bottom + y };
}

/** With the sides that are held elsewhere; each stays `least` cells from the other. */
export function resized(box: Box, grip: Grip, by: Cell, raster: Size, least: number): Box {
  const span = Math.max(1, least) - 1;
  const sides = (low: number, high: number, side: number, step: number, count: number): readonly [number, number] => {
    if (side < 0) return [within(low + step, 0, high - span), high];
    if (side > 0) return [low, Math.min(count - 1, Math.max(low + span, high + step))];
    return [low, high];
  };
  const [left, right] = sides(box.left, box.right, grip.x, by.x, raster.width);
  const [top, bottom] = sides(box.top, box.bottom, grip.y, by.y, raster.height);
  return { left, top, right, bottom };
}

/** From one cell to another one, at least `least` cells wide and high. */
export function boxBetween(a: Cell, b: Cell, raster: Size, least: number): Box {
  const { left, top, right, bottom } = settled({ left: a.x, top: a.y, right: b.x, bottom: b.y }, raster);
  const grown = { left, top, right: Math.max(right, left + least - 1), bottom: Math.max(bottom, top + least - 1) };
  return moved(grown, { x: 0, y: 0 }, raster);
}

/** A box of usual size around a cell: a quarter of the raster each way. */
export function boxAround({ x, y }: Cell, raster: Size): Box {
  const [width, height] = [Math.max(1, Math.round(raster.width / 4)), Math.max(1, Math.round(raster.height / 4))];
  const box = { left: 0, top: 0, right: width - 1, bottom: height - 1 };
  return moved(box, { x: Math.round(x - width / 2), y: Math.round(y - height / 2) }, raster);
}

/** A rectangle as a share of something else, each 0 to 1. */
export interface Share {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Which share of a picture the box covers, `cellPx` pixels each way a cell. */
export function shareOf(box: Box, picture: Size, cellPx: number): Share {
  const share = (cells: number, pixels: number) => within((cells * cellPx) / pixels, 0, 1);
  const [left, top] = [share(box.left, picture.width), share(box.top, picture.height)];
  return {
    left,
    top,
    width: share(box.right + 1, picture.width) - left,
    height: share(box.bottom + 1, picture.height) - top,
  };
}

/** The cell at a share of the picture. */
export function cellAt(share: { readonly x: number; readonly y: number }, picture: Size, cellPx: number): Cell {
  const cell = (value: number, pixels: number) =>
    within(Math.floor((value * pixels) / cellPx), 0, Math.ceil(pixels / cellPx) - 1);
  return { x: cell(share.x, picture.width), y: cell(share.y, picture.height) };
}

/**
 * What a pointer holds of a rectangle on the screen: a side that it is near to (`reachPx`, inside and outside), the whole inside of them, null outside. A small one
 * keeps a middle by which it is moved.
 */
export function gripOf(
  rect: { readonly left: number; readonly top: number; readonly width: number; readonly height: number },
  at: Cell,
  reachPx: number,
): Grip | null {
  const side = (value: number, low: number, length: number): -1 | 0 | 1 | null => {
    const inside = Math.min(reachPx, length / 3);
    if (value < low - reachPx || value > low + length + reachPx) return null;
    if (value <= low + inside) return -1;
    return value >= low + length - inside ? 1 : 0;
  };
  const x = side(at.x, rect.left, rect.width);
  const y = side(at.y, rect.top, rect.height);
  return x === null || y === null ? null : { x, y };
}
