import type { Recording } from '../record/archive.ts';

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

/** One page of recordings, the newest first. One that is still written reaches up to now. */
export function pageOfRecordings(
  rows: readonly Recording[],
  query: RecordingQuery,
): { items: Recording[]; hasMore: boolean } {
  const { state, locked, deviceId, channelId, streamId, after, limit } = query;
  const { fromEpochMs = Number.NEGATIVE_INFINITY, toEpochMs = Number.POSITIVE_INFINITY } = query;
  const needle = query.q?.toLowerCase() ?? '';
  const found = rows.filter(
    (r) =>
      (state === undefined || r.state === state) &&
      (locked === undefined || r.locked === locked) &&
      (deviceId === undefined || r.deviceId === deviceId) &&
      (channelId === undefined || r.channelId === channelId) &&
      (streamId === undefined || r.streamId === streamId) &&
      r.startEpochMs < toEpochMs &&
      endEpochMs(r) > fromEpochMs &&
      (after === null || isAfter(after, r)) &&
      (needle === '' || `${r.id} ${r.deviceId} ${r.channelId} ${r.path}`.toLowerCase().includes(needle)),
  );
  found.sort((a, b) => (isAfter(a, b) ? -1 : 1));
  return { items: found.slice(0, limit), hasMore: found.length > limit };
}

/** True when `b` comes after `a` in a list of the newest first. */
function isAfter(a: { startEpochMs: number; id: string }, b: { startEpochMs: number; id: string }): boolean {
  return b.startEpochMs < a.startEpochMs || (b.startEpochMs === a.startEpochMs && b.id < a.id);
}

function endEpochMs(r: Recording): number {
  if (r.endEpochMs !== null) return r.endEpochMs;
  return r.state === 'recording' ? Number.POSITIVE_INFINITY : r.startEpochMs + r.durationMs;
}
