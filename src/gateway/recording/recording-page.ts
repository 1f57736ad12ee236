import type { Recording } from '../../record/archive.ts';

/** Which recordings are asked for; what is absent does not matter. */
export interface RecordingQuery {
  readonly state?: Recording['state'];
  readonly locked?: boolean;
  readonly deviceId?: string;
  readonly channelId?: string;
  readonly streamId?: string;
  /** Only recordings that end after this. */
  readonly fromEpochMs?: number;
  /** Only recordings that start before this. */
  readonly toEpochMs?: number;
  /** Text in id, device, channel or path, whatever its case. */
  readonly q?: string;
  readonly limit: number;
  /** The last one of the page before; null: the first page. */
  readonly after: { readonly startEpochMs: number; readonly id: string } | null;
}

/** One page of recordings that come the newest first; looks at no more of them than it needs. */
export function pageOfRecordings(
  newestFirst: Iterable<Recording>,
  query: RecordingQuery,
): { items: Recording[]; hasMore: boolean } {
  const needle = query.q?.toLowerCase() ?? '';
  const items: Recording[] = [];
  for (const row of newestFirst) {
    if (!isWanted(row, query, needle)) continue;
    if (items.length === query.limit) return { items, hasMore: true };
    items.push(row);
  }
  return { items, hasMore: false };
}

function isWanted(r: Recording, query: RecordingQuery, needle: string): boolean {
  const { state, locked, deviceId, channelId, streamId, after } = query;
  const { fromEpochMs = Number.NEGATIVE_INFINITY, toEpochMs = Number.POSITIVE_INFINITY } = query;
  return (
    (state === undefined || r.state === state) &&
    (locked === undefined || r.locked === locked) &&
    (deviceId === undefined || r.deviceId === deviceId) &&
    (channelId === undefined || r.channelId === channelId) &&
    (streamId === undefined || r.streamId === streamId) &&
    r.startEpochMs < toEpochMs &&
    endOf(r) > fromEpochMs &&
    (after === null || isAfter(after, r)) &&
    (needle === '' || `${r.id} ${r.deviceId} ${r.channelId} ${r.path}`.toLowerCase().includes(needle))
  );
}

/** True when `b` comes after `a` in a list of the newest first. */
function isAfter(a: { startEpochMs: number; id: string }, b: { startEpochMs: number; id: string }): boolean {
  return b.startEpochMs < a.startEpochMs || (b.startEpochMs === a.startEpochMs && b.id < a.id);
}

/** Where a recording ends; one that is still written reaches up to now and beyond. */
export function endOf(r: Recording): number {
  if (r.endEpochMs !== null) return r.endEpochMs;
  return r.state === 'recording' ? Number.POSITIVE_INFINITY : r.startEpochMs + r.durationMs;
}
