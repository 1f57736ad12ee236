/** A rectangle drawn on the picture, as the standard's drag zoom takes it. Pure: no DOM. */

export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** In pixels of the picture as it is shown; `x`, `y` the middle of the box. */
export interface ZoomBox {
  readonly width: number;
  readonly height: number;
  readonly x: number;
  readonly y: number;
  readonly boxWidth: number;
  readonly boxHeight: number;
}

export interface Drawn {
  /** Drawn to the right the box becomes the view, drawn to the left the view becomes the box. */
  readonly way: 'in' | 'out';
  readonly box: ZoomBox;
  /** Where it lies on the screen. */
  readonly shown: Rect;
  /** Too small to be meant: a click with an unsteady hand. */
  readonly isTiny: boolean;
}

/** Pixels of the shorter side. */
const SMALLEST_PX = 12;

/** Where a picture of `width` × `height` lies in `frame`, which leaves bars beside it or above and below (`object-fit: contain`). */
export function pictureIn(frame: Rect, { width, height }: { readonly width: number; readonly height: number }): Rect {
  if (width <= 0 || height <= 0) return frame;
  const scale = Math.min(frame.width / width, frame.height / height);
  const [w, h] = [width * scale, height * scale];
  return { left: frame.left + (frame.width - w) / 2, top: frame.top + (frame.height - h) / 2, width: w, height: h };
}

/** The box between two points of the screen, as far as it is on the picture. */
export function drawnBetween(picture: Rect, from: Point, to: Point): Drawn {
  const [a, b] = [within(picture, from), within(picture, to)];
  const left = Math.min(a.x, b.x);
  const top = Math.min(a.y, b.y);
  const [width, height] = [Math.abs(a.x - b.x), Math.abs(a.y - b.y)];
  return {
    way: to.x < from.x ? 'out' : 'in',
    box: {
      width: Math.round(picture.width),
      height: Math.round(picture.height),
      x: Math.round(left + width / 2 - picture.left),
      y: Math.round(top + height / 2 - picture.top),
      boxWidth: Math.round(width),
      boxHeight: Math.round(height),
    },
    shown: { left, top, width, height },
    isTiny: Math.min(width, height) < SMALLEST_PX,
  };
}

/** Whether the point is on it. */
export function isOn({ left, top, width, height }: Rect, { x, y }: Point): boolean {
  return x >= left && x <= left + width && y >= top && y <= top + height;
}

function within({ left, top, width, height }: Rect, { x, y }: Point): Point {
  return { x: Math.min(left + width, Math.max(left, x)), y: Math.min(top + height, Math.max(top, y)) };
}
