import { epochsOfLocal } from '../local-time.ts';

/**
 * Times as devices write them (REC-5): `yyyy-MM-ddTHH:mm:ss` by the standard, with a blank, slashes, milliseconds, a zone or nothing
 * between the digits, or as Unix time.
 */
export interface DeviceTime {
  /** What the text says; more than one in the hour that comes twice, the earlier first. */
  readonly epochMs: readonly [number, ...number[]];
  /** The same digits as a local time when they say UTC: some write `Z` behind their local time. Null for all other forms. */
  readonly localEpochMs: readonly [number, ...number[]] | null;
  /** False: another form than the standard's. */
  readonly standard: boolean;
}

const STANDARD = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/;
const WRITTEN =
  /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[Tt]|\s+|-)(\d{1,2})[:.-](\d{1,2})(?:[:.-](\d{1,2})(?:[.,](\d{1,9}))?)?\s*(?:([Zz])|([+-])(\d{2}):?(\d{2}))?$/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})[Tt]?(\d{2})(\d{2})(\d{2})(?:[.,](\d{1,9}))?(?:([Zz])|([+-])(\d{2}):?(\d{2}))?$/;
/** Unix time between 1990 and 2100, in seconds or milliseconds. */
const FIRST_EPOCH_SECONDS = 631_152_000;
const LAST_EPOCH_SECONDS = 4_102_444_800;
/** No time of any form is longer. */
const MAX_LENGTH = 40;

/** Reads a time of a device whose clock is in `timeZone`; null: it is none. */
export function parseDeviceTime(written: string, timeZone: string): DeviceTime | null {
  const text = written.trim();
  if (text.length > MAX_LENGTH) return null;
  if (/^\d{9,13}$/.test(text)) return unixTime(text);
  const parts = WRITTEN.exec(text) ?? COMPACT.exec(text);
  if (parts === null) return null;
  const [, year, month, day, hour, minute, second = '0', fraction = '', utc, sign, zoneHours, zoneMinutes] = parts;
  const localMs = wallMs([year, month, day, hour, minute, second].map(Number), fraction);
  if (localMs === null) return null;
  const standard = STANDARD.test(text);
  if (utc !== undefined) return { epochMs: [localMs], localEpochMs: epochsOfLocal(localMs, timeZone), standard };
  if (sign === undefined) return { epochMs: epochsOfLocal(localMs, timeZone), localEpochMs: null, standard };
  const offsetMs = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000;
  return { epochMs: [localMs - (sign === '-' ? -offsetMs : offsetMs)], localEpochMs: null, standard };
}

function unixTime(digits: string): DeviceTime | null {
  const seconds = digits.length > 11 ? Number(digits) / 1000 : Number(digits);
  if (seconds < FIRST_EPOCH_SECONDS || seconds > LAST_EPOCH_SECONDS) return null;
  return { epochMs: [seconds * 1000], localEpochMs: null, standard: false };
}

/** A date and a time of day as if they were UTC; null when there is no such day. 24:00:00 is the end of the day, 60 a leap second. */
function wallMs(parts: readonly number[], fraction: string): number | null {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  if (year < 1970 || year > 2100 || month < 1 || month > 12 || day < 1) return null;
  if (hour > 24 || minute > 59 || second > 60 || (hour === 24 && minute + second > 0)) return null;
  const midnightMs = Date.UTC(year, month - 1, day);
  if (new Date(midnightMs).getUTCDate() !== day) return null; // 30 February rolls over
  const ms = fraction === '' ? 0 : Math.floor(Number(`0.${fraction}`) * 1000);
  return midnightMs + ((hour * 60 + minute) * 60 + second) * 1000 + ms;
}
