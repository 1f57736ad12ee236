import { findDays, ownDays, type Place } from './api.ts';
import { monthAfter, type Zone } from './zone.ts';

/** So many months are looked through, the newest first. */
const MONTHS = 12;

/** The newest day with footage in either place, or null when there is none in a year. */
export async function newestDay(place: Place, zone: Zone, nowMs: number, signal: AbortSignal): Promise<string | null> {
  const month = zone.date(nowMs).slice(0, 7);
  for (let back = 0; back < MONTHS && !signal.aborted; back++) {
    const asked = monthAfter(month, -back);
    // a place that cannot be asked has nothing to show
    const answers = await Promise.all([
      findDays(place, asked).catch(() => null),
      ownDays(place, asked).catch(() => null),
    ]);
    const dates = answers.flatMap((answer) =>
      (answer?.days ?? []).filter(({ hasFootage }) => hasFootage === true).map(({ date }) => date),
    );
    const newest = dates.sort().at(-1);
    if (newest !== undefined) return newest;
  }
  return null;
}
