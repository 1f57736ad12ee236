import type { NewestAsks } from './api.ts';
import { monthAfter, type Zone } from './zone.ts';

/** So many years are looked through, the newest first: the last one by its months, those before as a whole, and then by theirs. */
const YEARS = 10;
const MONTHS = 12;

/** The newest day with footage in either place, or null when there is none in ten years. */
export async function newestDay(
  asks: NewestAsks,
  zone: Zone,
  nowMs: number,
  signal: AbortSignal,
): Promise<string | null> {
  // a place that cannot be asked has nothing to show
  const ownMs = await asks.newestOwn().catch(() => null);
  const own = ownMs === null ? null : zone.date(ownMs);
  try {
    return (await newestInDevice(asks, zone, zone.date(nowMs).slice(0, 7), own ?? '', signal)) ?? own;
  } catch {
    return own;
  }
}

/** The newest day in the device; null: there is none after the day `own`. */
async function newestInDevice(
  asks: NewestAsks,
  zone: Zone,
  month: string,
  own: string,
  signal: AbortSignal,
): Promise<string | null> {
  for (let back = 0; back < YEARS * MONTHS && !signal.aborted; back++) {
    const asked = monthAfter(month, -back);
    if (asked < own.slice(0, 7)) return null;
    if (back > 0 && back % MONTHS === 0) {
      const startMs = zone.day(`${monthAfter(asked, 1 - MONTHS)}-01`)?.startMs;
      const endMs = zone.day(`${monthAfter(asked, 1)}-01`)?.startMs;
      if (startMs === undefined || endMs === undefined) return null;
      if (!(await asks.hasFiles(startMs, endMs))) {
        back += MONTHS - 1;
        continue;
      }
    }
    const { days } = await asks.days(asked);
    const newest = days.findLast(({ hasFootage }) => hasFootage === true)?.date;
    if (newest !== undefined) return newest > own ? newest : null;
  }
  return null;
}
