import { isoInZone } from '../gateway/zone.ts';
import { parseTime } from '../http/times.ts';

/** `2026-01-05 14:00`, `2026-01-05T14:00:30`, `20260105T140030` (as in names of files): no zone in it. */
const LOCAL = /^(\d{4})-?(\d{2})-?(\d{2})[T ](\d{2}):?(\d{2})(?::?(\d{2}))?$/;
const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Epoch milliseconds of a time with its zone, of epoch seconds, or of a local time in `timeZone`. Null when it is none of them, or a
 * local time that the clocks there leap over.
 */
export function timeOf(text: string, timeZone: string): number | null {
  const parts = LOCAL.exec(text.trim());
  if (parts === null) return parseTime(text.trim());
  const [, year, month, day, hours, minutes, seconds = '00'] = parts;
  const local = `${year}-${month}-${day}T${hours}:${minutes}:${seconds}`;
  const asUtc = Date.parse(`${local}Z`);
  if (Number.isNaN(asUtc)) return null;
  // The offset before a change and the one after it: what reads as `local` there is meant, the earlier of two.
  for (const near of [asUtc - UNIT_MS.d, asUtc + UNIT_MS.d]) {
    const epochMs = asUtc - (Date.parse(`${isoInZone(near, timeZone).slice(0, 19)}Z`) - near);
    if (isoInZone(epochMs, timeZone).startsWith(local)) return epochMs;
  }
  return null;
}

/** The end of a range: a time, or `+30m` behind its start. */
export function endOf(text: string, startEpochMs: number, timeZone: string): number | null {
  const parts = /^\+(\d{1,6})([smhd])$/.exec(text.trim());
  if (parts === null) return timeOf(text, timeZone);
  return startEpochMs + Number(parts[1]) * UNIT_MS[parts[2] as keyof typeof UNIT_MS];
}
