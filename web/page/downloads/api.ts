import { one, orNull, send } from '../api.ts';
import type { Page } from '../parts/pages.ts';

/** A range of a device's footage that becomes one file (`GET /api/v1/downloads`). Events of downloads carry the same. */
export interface Download {
  readonly id: string;
  readonly deviceId: string;
  readonly channelId: string;
  readonly start: string;
  readonly end: string;
  /** As asked for. */
  readonly speed: number;
  readonly transport: string;
  readonly exact: boolean;
  readonly priority: number;
  readonly state: 'queued' | 'running' | 'resuming' | 'complete' | 'partial' | 'failed' | 'cancelled';
  /** 0 to 1, of content. */
  readonly progress: number;
  readonly receivedMs: number;
  readonly bytes: number;
  readonly filesizeBytes: number | null;
  /** Content seconds per second, lately. */
  readonly realSpeed: number | null;
  readonly secondsLeft: number | null;
  readonly missing: readonly { readonly start: string; readonly end: string }[];
  readonly path: string;
  readonly createdAt: string;
  readonly endedAt: string | null;
  readonly tag?: unknown;
  readonly error?: { readonly code: string; readonly detail: string };
}

/** What is asked for: times as ISO 8601. */
export interface Wish {
  readonly start: string;
  readonly end: string;
  readonly speed: number;
  readonly exact: boolean;
}

/** How many there are altogether, and what room they take. */
export interface Summary {
  readonly count: number;
  readonly bytes: number;
  readonly states: Readonly<Partial<Record<Download['state'], number>>>;
}

const of = (id: string) => `downloads/${encodeURIComponent(id)}`;

async function change(method: 'POST' | 'PATCH', path: string, body?: object): Promise<Download> {
  const init = body && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
  return (await (await send(path, { method, ...init })).json()) as Download;
}

/** One page, the newest first; `query` says which. */
export async function downloadPage(query: URLSearchParams, signal: AbortSignal): Promise<Page<Download>> {
  return (await (await send(`downloads?${query}`, { signal })).json()) as Page<Download>;
}

export const readDownload = (id: string) => orNull(() => one<Download>(of(id)));
export const readSummary = () => one<Summary>('downloads/summary');
export const startDownload = (deviceId: string, channelId: string, wish: Wish) =>
  change('POST', `devices/${encodeURIComponent(deviceId)}/channels/${encodeURIComponent(channelId)}/downloads`, wish);
/** Ends it; what came is kept. */
export const cancelDownload = (id: string) => change('POST', `${of(id)}/cancel`);
/** Goes on where it stopped. */
export const retryDownload = (id: string) => change('POST', `${of(id)}/retry`);
export const setPriority = (id: string, priority: number) => change('PATCH', of(id), { priority });

/** Deletes job and file. */
export async function deleteDownload(id: string): Promise<void> {
  await send(of(id), { method: 'DELETE' });
}
