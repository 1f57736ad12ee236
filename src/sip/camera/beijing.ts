import { isTimeZone, zoneOffsetMs } from '../local-time.ts';

/** Beijing is UTC+8 all year. */
const BEIJING_OFFSET_MS = 8 * 3_600_000;

/**
 * The SIP `Date` of a registration: `yyyy-MM-ddTHH:mm:ss.SSS`, no zone (GB/T 28181 9.10; REG-17). Beijing time whatever the zone
 * of this host, as every edition means it; `wish` is the profile's `date`: `off` for devices that choke on the header (null), or
 * an IANA zone for those that take the time as their local one. A zone that nobody knows is Beijing.
 */
export function registrationDate(epochMs: number, wish: string | undefined): string | null {
  if (wish === 'off') return null;
  const offsetMs =
    wish === undefined || wish === 'beijing' || !isTimeZone(wish) ? BEIJING_OFFSET_MS : zoneOffsetMs(epochMs, wish);
  return new Date(epochMs + offsetMs).toISOString().slice(0, 23);
}

/** The zone in which a device writes times without one: the one it was told to keep, else that of the configuration. */
export function deviceZone(wish: string | undefined, configured: string): string {
  return wish !== undefined && wish !== 'beijing' && wish !== 'off' && isTimeZone(wish) ? wish : configured;
}
