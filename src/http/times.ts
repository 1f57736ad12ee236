/** ISO 8601 with seconds and an offset; a blank before the zone is a `+` that a URL lost. */
const ISO = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(?:([Zz])|([+ -])(\d{2}):?(\d{2}))$/;
/** Epoch seconds, perhaps with a fraction. */
const EPOCH = /^\d{1,11}(?:\.\d{1,6})?$/;

/** A time of a query or body in epoch milliseconds; null when it is none or has no zone. */
export function parseTime(text: string): number | null {
  if (EPOCH.test(text)) return Math.round(Number(text) * 1000);
  const parts = ISO.exec(text);
  if (parts === null) return null;
  const [, date, time, utc, sign, hours, minutes] = parts;
  const zone = utc !== undefined ? 'Z' : `${sign === '-' ? '-' : '+'}${hours}:${minutes}`;
  const epochMs = Date.parse(`${date}T${time}${zone}`);
  if (Number.isNaN(epochMs)) return null;
  // Date.parse rolls 30 February over into March: the day must come back as it was given.
  const day = new Date(Date.parse(`${date}T00:00:00Z`)).toISOString().slice(0, 10);
  return day === date ? epochMs : null;
}

/** Whether a range ends before it begins; one that is open is not. */
export function isBackwards(fromEpochMs: number | undefined, toEpochMs: number | undefined): boolean {
  return fromEpochMs !== undefined && toEpochMs !== undefined && toEpochMs < fromEpochMs;
}
