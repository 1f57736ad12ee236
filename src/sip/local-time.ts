/** Times without a zone, as MANSCDP has them: what a clock on the wall shows in the zone of the device (GB/T 28181 A.1, A.2.1). */

/** Offsets change at quarters of an hour (UTC) only; asking Intl takes 6 µs, and lists have thousands of times. */
const QUARTER_MS = 15 * 60_000;
/** Quarters remembered: two months of a list. */
const MAX_QUARTERS = 6_000;
/** Zones remembered: a configuration names one, profiles of devices some more. */
const MAX_ZONES = 64;
const DAY_MS = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();
const quarters = new Map<string, number>();

/** Milliseconds east of UTC at that moment in an IANA zone. Throws a RangeError for a zone that nobody knows. */
export function zoneOffsetMs(epochMs: number, timeZone: string): number {
  const quarter = `${Math.floor(epochMs / QUARTER_MS)} ${timeZone}`;
  const known = quarters.get(quarter);
  if (known !== undefined) return known;
  const offsetMs = askOffsetMs(epochMs, timeZone);
  if (quarters.size >= MAX_QUARTERS) quarters.clear();
  quarters.set(quarter, offsetMs);
  return offsetMs;
}

function askOffsetMs(epochMs: number, timeZone: string): number {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
    if (formats.size >= MAX_ZONES) formats.clear();
    formats.set(timeZone, format);
  }
  const name = format.formatToParts(epochMs).find((part) => part.type === 'timeZoneName')?.value ?? '';
  const [, sign, hours, minutes] = /^GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(name) ?? [];
  const sizeMs = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
  return sign === '-' ? -sizeMs : sizeMs;
}

/** Whether an IANA zone has that name. */
export function isTimeZone(timeZone: string): boolean {
  try {
    zoneOffsetMs(0, timeZone);
    return true;
  } catch {
    return false;
  }
}

/** What a clock on the wall shows, as if it were UTC: milliseconds. */
export function localMsOf(epochMs: number, timeZone: string): number {
  return epochMs + zoneOffsetMs(epochMs, timeZone);
}

/**
 * The moments at which a clock on the wall shows `localMs`: one, or two in the hour that comes twice when the clocks go back, the
 * earlier first. A time that is skipped when they go forward is taken as that much after the change.
 */
export function epochsOfLocal(localMs: number, timeZone: string): readonly [number, ...number[]] {
  const before = zoneOffsetMs(localMs - DAY_MS, timeZone);
  const after = zoneOffsetMs(localMs + DAY_MS, timeZone);
  const fits = (offsetMs: number) => zoneOffsetMs(localMs - offsetMs, timeZone) === offsetMs;
  const early = localMs - Math.max(before, after);
  const late = localMs - Math.min(before, after);
  if (before === after) return [early];
  const found = [early, late].filter((epochMs) => fits(localMs - epochMs));
  return found.length === 0 ? [localMs - before] : [found[0]!, ...found.slice(1)];
}

/** `yyyy-MM-ddTHH:mm:ss` of a local time. */
export function localText(localMs: number): string {
  return new Date(localMs).toISOString().slice(0, 19);
}
