import type { FootageSpan } from '../../record/source.ts';
import { epochsOfLocal, localText } from '../../sip/local-time.ts';

/** Files of a device as stretches of time, and as days. */

/** Files this near to each other are one stretch: devices cut them at key frames and write whole seconds. */
export const JOIN_MS = 2_000;
const DAY_MS = 86_400_000;

/** Joins stretches that overlap or meet, and cuts them at the edges of the range (REC-6). */
export function joinSpans(spans: readonly FootageSpan[], range: FootageSpan, joinMs = JOIN_MS): FootageSpan[] {
  const joined: { startEpochMs: number; endEpochMs: number }[] = [];
  for (const span of [...spans].sort((a, b) => a.startEpochMs - b.startEpochMs)) {
    const startEpochMs = Math.max(span.startEpochMs, range.startEpochMs);
    const endEpochMs = Math.min(span.endEpochMs, range.endEpochMs);
    if (endEpochMs <= startEpochMs) continue;
    const last = joined.at(-1);
    if (last !== undefined && startEpochMs - last.endEpochMs <= joinMs)
      last.endEpochMs = Math.max(last.endEpochMs, endEpochMs);
    else joined.push({ startEpochMs, endEpochMs });
  }
  return joined;
}

/** A day of a zone: 23, 24 or 25 hours. */
export interface ZoneDay extends FootageSpan {
  /** `YYYY-MM-DD` */
  readonly date: string;
}

/** The days of a month `YYYY-MM` in a zone; null: there is no such month. */
export function daysOfMonth(month: string, timeZone: string): ZoneDay[] | null {
  const [, year, number] = /^(\d{4})-(\d{2})$/.exec(month) ?? [];
  if (year === undefined || Number(year) < 1970 || Number(number) < 1 || Number(number) > 12) return null;
  const days: ZoneDay[] = [];
  for (let localMs = Date.UTC(Number(year), Number(number) - 1, 1); ; localMs += DAY_MS) {
    const date = localText(localMs).slice(0, 10);
    if (date.slice(0, 7) !== month) return days;
    const [startEpochMs] = epochsOfLocal(localMs, timeZone);
    const [endEpochMs] = epochsOfLocal(localMs + DAY_MS, timeZone);
    days.push({ date, startEpochMs, endEpochMs });
  }
}

/** What a day holds. */
export interface DayFootage {
  readonly files: number;
  readonly footageMs: number;
}

/** What each of the days holds of these files; overlaps count once. */
export function footageOfDays(files: readonly FootageSpan[], days: readonly ZoneDay[]): Map<string, DayFootage> {
  const sorted = [...files].sort((a, b) => a.startEpochMs - b.startEpochMs);
  const joined = new Map<string, DayFootage>();
  for (const day of days) {
    const within = sorted.filter((f) => f.endEpochMs > day.startEpochMs && f.startEpochMs < day.endEpochMs);
    const footageMs = joinSpans(within, day, 0).reduce((sum, span) => sum + span.endEpochMs - span.startEpochMs, 0);
    joined.set(day.date, { files: within.length, footageMs });
  }
  return joined;
}
