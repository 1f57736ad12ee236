/** The scale of the time line: which moment stands at which pixel. Pure: no DOM. */

export interface Scale {
  /** At the left edge; whole milliseconds are not needed. */
  readonly startMs: number;
  readonly msPerPx: number;
  readonly widthPx: number;
}

/** Closer than this, pictures are further apart than seconds are long. */
export const MIN_SPAN_MS = 10_000;
/** A calendar month wherever it begins, and a little before and after it. */
export const MAX_SPAN_MS = 40 * 86_400_000;
/** No recorder of this standard is older than its first edition. */
const EARLIEST_MS = Date.UTC(2010, 0, 1);
/** A line that has not been measured yet. */
const ASSUMED_PX = 800;

export const endOf = ({ startMs, msPerPx, widthPx }: Scale): number => startMs + msPerPx * widthPx;
export const spanOf = ({ msPerPx, widthPx }: Scale): number => msPerPx * widthPx;
export const xOf = ({ startMs, msPerPx }: Scale, epochMs: number): number => (epochMs - startMs) / msPerPx;
export const timeAt = ({ startMs, msPerPx }: Scale, x: number): number => startMs + x * msPerPx;

/** Most of the window is past: nothing has been recorded ahead of now. */
const PAST_PART = 0.75;

/** Within what can be shown: neither before all cameras nor ahead of now. */
function bounded(scale: Scale, nowMs: number): Scale {
  const latest = nowMs - spanOf(scale) * PAST_PART;
  const startMs = Math.max(EARLIEST_MS, Math.min(scale.startMs, latest));
  return startMs === scale.startMs ? scale : { ...scale, startMs };
}

/** Shows `spanMs` around `centreMs`. */
export function around(centreMs: number, spanMs: number, widthPx: number, nowMs: number): Scale {
  const px = widthPx > 0 ? widthPx : ASSUMED_PX;
  const span = Math.max(MIN_SPAN_MS, Math.min(MAX_SPAN_MS, spanMs));
  return bounded({ startMs: centreMs - span / 2, msPerPx: span / px, widthPx: px }, nowMs);
}

/** Zooms so that what stands at `x` stays there; a factor below 1 comes closer. At its ends the zoom moves nothing. */
export function zoomed(scale: Scale, x: number, factor: number, nowMs: number): Scale {
  const span = Math.max(MIN_SPAN_MS, Math.min(MAX_SPAN_MS, spanOf(scale) * factor));
  const msPerPx = span / scale.widthPx;
  return bounded({ ...scale, msPerPx, startMs: timeAt(scale, x) - x * msPerPx }, nowMs);
}

/** Moves the window by pixels: what is dragged to the right shows earlier times. */
export function panned(scale: Scale, byPx: number, nowMs: number): Scale {
  return bounded({ ...scale, startMs: scale.startMs - byPx * scale.msPerPx }, nowMs);
}

/** Another width shows the same span: turning a phone loses nothing from sight. */
export function resized(scale: Scale, widthPx: number): Scale {
  if (widthPx <= 0 || widthPx === scale.widthPx) return scale;
  return { ...scale, widthPx, msPerPx: spanOf(scale) / widthPx };
}

/** Where a window that has lost sight of `epochMs` begins so that it shows it again, with most of the room ahead of it. */
const BEHIND_PART = 0.1;

/** The window that follows what plays: it turns the page when the moment leaves it. */
export function following(scale: Scale, epochMs: number, nowMs: number): Scale {
  const x = xOf(scale, epochMs);
  if (x >= 0 && x <= scale.widthPx) return scale;
  const isAhead = x > scale.widthPx;
  const behind = spanOf(scale) * (isAhead ? BEHIND_PART : 1 - BEHIND_PART);
  return bounded({ ...scale, startMs: epochMs - behind }, nowMs);
}
