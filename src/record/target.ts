/** What a download asks its device for next. */
import { END_SLACK_MS } from './download-end.ts';
import type { Download } from './download-row.ts';
import type { FootageSpan } from './source.ts';
import { JOINT_MS } from './spans.ts';
import type { SpliceOptions } from './splice.ts';

/** Devices refuse longer ranges, or search their disks for minutes: longer ones are asked for in parts. */
export const MAX_CALL_MS = 24 * 3_600_000;

export interface Target {
  /** What the call asks for: it begins at a whole second. */
  readonly startEpochMs: number;
  readonly endEpochMs: number;
  /** What of it may come to be in the file. */
  readonly span: FootageSpan;
  readonly overlap: SpliceOptions['overlap'];
}

export interface Progress {
  /** Content time of the newest picture; null: there is none. */
  readonly lastEpochMs: number | null;
  /** The last call was cut off: what it brought is not known to reach the end. */
  readonly isCut: boolean;
  /** So much before the newest picture is asked for, beyond its whole second. */
  readonly earlierMs: number;
  /** How the end of the file is looked for. */
  readonly overlap: 'pictures' | 'time';
  /** Asked for what follows the newest picture the device gave nothing: the next second is asked for (PB-15: the next file). */
  readonly isBeyond: boolean;
}

/** The next part of the footage that is neither there nor given up; null: nothing is left. */
export function nextTarget(row: Download, o: Progress): Target | null {
  const { lastEpochMs, isCut } = o;
  const givenUp = row.givenUpEpochMs ?? row.startEpochMs;
  const done = isCut || lastEpochMs === null ? givenUp : Math.max(lastEpochMs, givenUp);
  for (const span of row.spans ?? []) {
    if (span.endEpochMs - done <= (isCut ? 0 : END_SLACK_MS)) continue;
    const goesOn =
      lastEpochMs !== null && lastEpochMs >= span.startEpochMs - JOINT_MS && givenUp - lastEpochMs <= JOINT_MS;
    const near = lastEpochMs !== null && o.isBeyond ? nextSecond(lastEpochMs) : (lastEpochMs ?? 0) - o.earlierMs;
    const from = Math.max(span.startEpochMs, goesOn ? near : givenUp);
    const startEpochMs = Math.floor(from / 1000) * 1000;
    if (startEpochMs >= span.endEpochMs) continue;
    return {
      startEpochMs,
      endEpochMs: Math.min(span.endEpochMs, startEpochMs + MAX_CALL_MS),
      span: { startEpochMs: from, endEpochMs: row.endEpochMs },
      overlap: !goesOn ? 'none' : o.isBeyond ? 'time' : o.overlap,
    };
  }
  return null;
}

function nextSecond(epochMs: number): number {
  return (Math.floor(epochMs / 1000) + 1) * 1000;
}
