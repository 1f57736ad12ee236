/** ISO 8601 with the offset that `timeZone` has at that moment: `2026-01-05T14:03:21.512+08:00`. */
export function isoInZone(epochMs: number, timeZone: string): string {
  const offsetMinutes = zoneOffsetMinutes(epochMs, timeZone);
  const local = new Date(epochMs + offsetMinutes * 60_000).toISOString().slice(0, -1);
  const sign = offsetMinutes < 0 ? '-' : '+';
  const minutes = Math.abs(offsetMinutes);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${local}${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Offsets change at quarters of an hour (UTC) only; asking Intl takes 6 µs, and lists have thousands of times. */
const QUARTER_MS = 15 * 60_000;
/** Quarters remembered: two months of a list. */
const MAX_QUARTERS = 6000;
const quarters = new Map<string, number>();

/** Minutes east of UTC at that moment in an IANA zone. */
export function zoneOffsetMinutes(epochMs: number, timeZone: string): number {
  const quarter = `${Math.floor(epochMs / QUARTER_MS)} ${timeZone}`;
  const known = quarters.get(quarter);
  if (known !== undefined) return known;
  const minutes = askOffsetMinutes(epochMs, timeZone);
  if (quarters.size >= MAX_QUARTERS) quarters.clear();
  quarters.set(quarter, minutes);
  return minutes;
}

function askOffsetMinutes(epochMs: number, timeZone: string): number {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
    formats.set(timeZone, format);
  }
  const name = format.formatToParts(epochMs).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
  const match = /^GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(name);
  if (match?.[1] === undefined) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return match[1] === '-' ? -minutes : minutes;
}
