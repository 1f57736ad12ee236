/** Beijing is UTC+8 all year. */
const BEIJING_OFFSET_MS = 8 * 3_600_000;

/**
 * The SIP `Date` of a registration: `yyyy-MM-ddTHH:mm:ss.SSS`, no zone (GB/T 28181 9.10; REG-17). Beijing time whatever the zone
 * of this host, as every edition means it; `wish` is the profile's `date`: `off` for devices that choke on the header (null), or
 * an IANA zone for those that take the time as their local one. A zone that nobody knows is Beijing.
 */
export function registrationDate(epochMs: number, wish: string | undefined): string | null {
  if (wish === 'off') return null;
  const offsetMs = wish === undefined || wish === 'beijing' ? BEIJING_OFFSET_MS : zoneOffsetMs(epochMs, wish);
  return new Date(epochMs + offsetMs).toISOString().slice(0, 23);
}

function zoneOffsetMs(epochMs: number, timeZone: string): number {
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
    const name = format.formatToParts(epochMs).find((part) => part.type === 'timeZoneName')?.value ?? '';
    const [, sign, hours, minutes] = /^GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(name) ?? [];
    const size = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
    return sign === '-' ? -size : size;
  } catch {
    return BEIJING_OFFSET_MS;
  }
}
