import { hrefOf } from '../route.ts';
import type { Place } from './api.ts';

/** What `#/footage/DEVICE/CHANNEL?at=…&lane=own&stream=…` says. */
export interface FootageAddress {
  readonly atMs: number | null;
  readonly lane: 'device' | 'own' | null;
  /** A playback that runs already. */
  readonly stream: string | null;
}

/** `at` is ISO 8601 with offset or epoch seconds, as in the API; what is neither is none. Pure. */
export function readAddress(query: URLSearchParams): FootageAddress {
  const text = (query.get('at') ?? '').replace(' ', '+');
  const isIso = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text);
  const parsedMs = /^\d{9,10}$/.test(text) ? Number(text) * 1000 : isIso ? Date.parse(text) : Number.NaN;
  const lane = query.get('lane');
  return {
    atMs: Number.isNaN(parsedMs) ? null : parsedMs,
    lane: lane === 'device' || lane === 'own' ? lane : null,
    stream: query.get('stream'),
  };
}

/** The address of a channel's footage; with a moment it plays from there. */
export function footageHref(place: Place, o: Partial<FootageAddress> = {}): string {
  const query = new URLSearchParams();
  if (o.atMs != null) query.set('at', new Date(Math.floor(o.atMs / 1000) * 1000).toISOString().replace('.000', ''));
  if (o.lane != null) query.set('lane', o.lane);
  if (o.stream != null) query.set('stream', o.stream);
  return hrefOf('footage', [place.deviceId, place.channelId], query);
}
