/** Stretches of content time: what was asked for, what there is, what came, what is missing. */
import type { FootageSpan } from './source.ts';

/** Frames, or files, so far apart follow each other: recorders round the ends of their files to whole seconds. */
export const JOINT_MS = 2000;

/** Spans inside a range, in order, joined where they meet or overlap. */
export function within(spans: readonly FootageSpan[], range: FootageSpan): FootageSpan[] {
  const clipped = spans
    .map((span) => ({
      startEpochMs: Math.max(span.startEpochMs, range.startEpochMs),
      endEpochMs: Math.min(span.endEpochMs, range.endEpochMs),
    }))
    .filter(({ startEpochMs, endEpochMs }) => endEpochMs > startEpochMs)
    .sort((a, b) => a.startEpochMs - b.startEpochMs);
  const joined: FootageSpan[] = [];
  for (const span of clipped) {
    const last = joined.at(-1);
    if (last === undefined || span.startEpochMs - last.endEpochMs > JOINT_MS) joined.push(span);
    else joined[joined.length - 1] = { ...last, endEpochMs: Math.max(last.endEpochMs, span.endEpochMs) };
  }
  return joined;
}

/** What of a range no span holds, to the second; breaks that are no longer than a joint are none. `spans` are as `within` answers. */
export function missingIn(range: FootageSpan, spans: readonly FootageSpan[]): FootageSpan[] {
  const missing: FootageSpan[] = [];
  let from = range.startEpochMs;
  const name = (to: number) => {
    if (to - from <= JOINT_MS) return;
    missing.push({ startEpochMs: toSecond(from), endEpochMs: toSecond(to) });
  };
  for (const { startEpochMs, endEpochMs } of within(spans, range)) {
    name(startEpochMs);
    from = endEpochMs;
  }
  name(range.endEpochMs);
  return missing;
}

/** Milliseconds that the spans hold together. */
export function lengthOf(spans: readonly FootageSpan[]): number {
  return spans.reduce((sum, { startEpochMs, endEpochMs }) => sum + endEpochMs - startEpochMs, 0);
}

function toSecond(epochMs: number): number {
  return Math.round(epochMs / 1000) * 1000;
}
