import { one, type Recording, send } from '../api.ts';
import type { Page } from '../parts/pages.ts';
import { type Filter, queryOf } from './filter.ts';

/** One page, the newest first. */
export async function recordingPage(
  filter: Filter,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<Page<Recording>> {
  const response = await send(`recordings?${queryOf(filter, cursor)}`, { signal: signal ?? null });
  return (await response.json()) as Page<Recording>;
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

/** What is kept and by which rules (`GET /api/v1/retention`); null: not set, or not known. */
export interface Retention {
  readonly keepDays: number | null;
  readonly maxBytes: number | null;
  readonly recordings: number;
  readonly bytes: number;
  readonly lockedBytes: number;
  readonly oldest: string | null;
  readonly freeBytes: number | null;
  /** What is to stay free on this disk. */
  readonly wantedFreeBytes: number | null;
  /** What cannot be freed: everything left is locked or in use. */
  readonly missingBytes: number;
}

export const readRetention = () => one<Retention>('retention');
