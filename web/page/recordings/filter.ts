import type { Recording } from '../api.ts';

/** Which recordings are wanted; '' where it does not matter. */
export interface Filter {
  /** `DEVICE/CHANNEL`. */
  readonly channel: string;
  /** `2026-11-21`, in the zone of the browser. */
  readonly day: string;
  readonly state: Recording['state'] | '';
  readonly isLocked: boolean;
}

export const NO_FILTER: Filter = { channel: '', day: '', state: '', isLocked: false };

/** Recordings in one reading: some screens of them. */
const PAGE = 200;

/** The day's first moment and that of the next, as the browser counts days; null for no day. Pure. */
export function dayRange(day: string): { start: string; end: string } | null {
  const [year, month, date] = day.split('-').map(Number);
  if (year === undefined || month === undefined || date === undefined || Number.isNaN(year + month + date)) return null;
  // Days of 23 and 25 hours exist.
  const at = (days: number) => new Date(year, month - 1, date + days).toISOString();
  return { start: at(0), end: at(1) };
}

/** The query of a page of recordings. Pure. */
export function queryOf(filter: Filter, cursor: string | null): URLSearchParams {
  const query = new URLSearchParams({ limit: String(PAGE) });
  const [deviceId, channelId] = filter.channel.split('/');
  if (deviceId !== undefined && channelId !== undefined) {
    query.set('deviceId', deviceId);
    query.set('channelId', channelId);
  }
  const range = dayRange(filter.day);
  if (range !== null) {
    query.set('start', range.start);
    query.set('end', range.end);
  }
  if (filter.state !== '') query.set('state', filter.state);
  if (filter.isLocked) query.set('locked', 'true');
  if (cursor !== null) query.set('cursor', cursor);
  return query;
}

/** `fresh` in its place among the others: newest first. Pure. */
export function placed(items: readonly Recording[], fresh: Recording): Recording[] {
  const others = items.filter((one) => one.id !== fresh.id);
  const startMs = Date.parse(fresh.start);
  const at = others.findIndex((one) => Date.parse(one.start) < startMs);
  return at < 0 ? [...others, fresh] : [...others.slice(0, at), fresh, ...others.slice(at)];
}

/** True when a recording belongs into a list with this filter, but for the day, which only the gateway judges. Pure. */
export function belongs(recording: Recording, filter: Filter): boolean {
  return (
    (filter.channel === '' || filter.channel === `${recording.deviceId}/${recording.channelId}`) &&
    (filter.state === '' || filter.state === recording.state) &&
    (!filter.isLocked || recording.locked)
  );
}
