import type { Download } from './api.ts';

export const STATES: readonly Download['state'][] = [
  'queued',
  'running',
  'resuming',
  'complete',
  'partial',
  'failed',
  'cancelled',
];

/** Which downloads are wanted; '' where it does not matter. */
export interface Filter {
  /** `DEVICE/CHANNEL`. */
  readonly channel: string;
  readonly state: Download['state'] | '';
}

/** Downloads in one reading: some screens of them. */
const PAGE = 200;

/** The query of a page of downloads. Pure. */
export function queryOf(filter: Filter, cursor: string | null): URLSearchParams {
  const query = new URLSearchParams({ limit: String(PAGE) });
  const [deviceId, channelId] = filter.channel.split('/');
  if (deviceId !== undefined && channelId !== undefined) {
    query.set('deviceId', deviceId);
    query.set('channelId', channelId);
  }
  if (filter.state !== '') query.set('state', filter.state);
  if (cursor !== null) query.set('cursor', cursor);
  return query;
}

/** True when a download belongs into a list with this filter. Pure. */
export function belongs(download: Download, filter: Filter): boolean {
  return (
    (filter.channel === '' || filter.channel === `${download.deviceId}/${download.channelId}`) &&
    (filter.state === '' || filter.state === download.state)
  );
}

/** As the gateway sorts: the newest first. */
export function isNewer(a: Download, b: Download): boolean {
  const [x, y] = [Date.parse(a.createdAt), Date.parse(b.createdAt)];
  return x === y ? a.id > b.id : x > y;
}

/** `fresh` in its place among the others: where it stood, or by when it was asked for. Pure. */
export function placed(items: readonly Download[], fresh: Download): Download[] {
  const known = items.findIndex((one) => one.id === fresh.id);
  if (known >= 0) return [...items.slice(0, known), fresh, ...items.slice(known + 1)];
  const at = items.findIndex((one) => isNewer(fresh, one));
  return at < 0 ? [...items, fresh] : [...items.slice(0, at), fresh, ...items.slice(at)];
}
