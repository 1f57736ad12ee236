/** The range that is marked for a download. Pure: no DOM. */

/** Either end may be missing while the other one is set. */
export interface Mark {
  readonly inMs: number | null;
  readonly outMs: number | null;
}

export const NO_MARK: Mark = { inMs: null, outMs: null };

/** The longest range that the gateway takes as one. */
export const MAX_MARK_MS = 31 * 86_400_000;

/** Both ends are there and the right way round. */
export function isWhole(mark: Mark): mark is { readonly inMs: number; readonly outMs: number } {
  return mark.inMs !== null && mark.outMs !== null && mark.outMs > mark.inMs;
}

/** A new beginning; an end that does not lie behind it is forgotten. Whole seconds: recorders know no parts of them. */
export function markedIn({ outMs }: Mark, epochMs: number): Mark {
  const inMs = Math.floor(epochMs / 1000) * 1000;
  return { inMs, outMs: outMs !== null && outMs > inMs ? outMs : null };
}

/** A new end; a beginning that does not lie before it is forgotten. */
export function markedOut({ inMs }: Mark, epochMs: number): Mark {
  const outMs = Math.ceil(epochMs / 1000) * 1000;
  return { inMs: inMs !== null && inMs < outMs ? inMs : null, outMs };
}

/** Between the two ends of a drag, in either direction. */
export function markedBetween(oneMs: number, otherMs: number): Mark {
  const inMs = Math.floor(Math.min(oneMs, otherMs) / 1000) * 1000;
  return { inMs, outMs: Math.max(inMs + 1000, Math.ceil(Math.max(oneMs, otherMs) / 1000) * 1000) };
}
