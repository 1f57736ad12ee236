import { type Recording, send } from '../api.ts';

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

/** One page, the newest first. */
export async function recordingPage(
  filter: Filter,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<{ items: Recording[]; next: string | null }> {
  const response = await send(`recordings?${queryOf(filter, cursor)}`, { signal: signal ?? null });
  return (await response.json()) as { items: Recording[]; next: string | null };
}

export async function lockRecording(id: string, isLocked: boolean): Promise<Recording> {
  const response = await send(`recordings/${encodeURIComponent(id)}/${isLocked ? 'lock' : 'unlock'}`, {
    method: 'POST',
  });
  return (await response.json()) as Recording;
}

/** True when the gateway can make little pictures: ffmpeg is there. */
export async function hasThumbnails(): Promise<boolean> {
  const { versions } = (await (await send('system')).json()) as { versions?: { ffmpeg?: string | null } };
  return versions?.ffmpeg != null;
}
