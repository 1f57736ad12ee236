/** Digital zoom: which part of the picture is shown. Pure: no DOM. All lengths are fractions of the element's box. */

/** `scale` 1 to 8; `x`, `y`: where the left upper corner of the enlarged picture lies, 0 to 1 − scale. */
export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export const WHOLE: View = { scale: 1, x: 0, y: 0 };
/** More shows nothing but the blocks of the codec. */
export const LARGEST_SCALE = 8;

function within(value: number, scale: number): number {
  return Math.min(0, Math.max(1 - scale, value));
}

/** The view at `scale`; the point `px`, `py` of the box keeps showing what it shows. */
export function scaledTo(view: View, scale: number, px: number, py: number): View {
  const next = Math.min(LARGEST_SCALE, Math.max(1, scale));
  const ratio = next / view.scale;
  return {
    scale: next,
    x: within(px - (px - view.x) * ratio, next),
    y: within(py - (py - view.y) * ratio, next),
  };
}

/** The view moved by `dx`, `dy` of the box, never beyond the picture's edge. */
export function moved(view: View, dx: number, dy: number): View {
  return { ...view, x: within(view.x + dx, view.scale), y: within(view.y + dy, view.scale) };
}

/** For `style.transform` with the origin in the left upper corner. */
export function transformOf({ scale, x, y }: View): string {
  return scale === 1 ? '' : `translate(${x * 100}%, ${y * 100}%) scale(${scale})`;
}
