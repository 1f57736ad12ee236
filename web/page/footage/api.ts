import { ApiFault, type Source, type Step, send } from '../api.ts';
import { token } from '../session.ts';

/** The parts of the API's answers that the time line shows. */

/** One file in a device. */
export interface FoundFile {
  readonly start: string;
  readonly end: string;
  readonly type: string;
}

export interface FoundFiles {
  readonly items: readonly FoundFile[];
  readonly complete: boolean;
  readonly queryId: string;
}

export interface FoundDay {
  readonly date: string;
  /** Null: not known yet. */
  readonly hasFootage: boolean | null;
  readonly footageSeconds: number;
}

export interface FoundDays {
  readonly days: readonly FoundDay[];
  readonly complete: boolean;
}

/** A run of own recordings without a break. */
export interface OwnRun {
  readonly start: string;
  /** Null while it is written. */
  readonly end: string | null;
  readonly state: string;
  readonly locked: boolean;
}

/** A playback as its stream says it. */
export interface PlaybackStream {
  readonly id: string;
  readonly kind: string;
  readonly deviceId: string;
  readonly channelId: string;
  readonly state: 'inviting' | 'waiting' | 'playing' | 'paused' | 'stalled' | 'ended';
  readonly endReason?: string;
  readonly viewers: number;
  readonly steps: readonly Step[];
  readonly playback?: {
    readonly start: string;
    readonly end: string;
    readonly time: string;
    readonly speed: number;
    readonly speeds: readonly number[];
  };
}

export type Control =
  | { readonly action: 'pause' | 'resume' }
  | { readonly action: 'speed'; readonly speed: number }
  | { readonly action: 'seek'; readonly time: string };

/** A channel of a device. */
export type Place = Pick<Source, 'deviceId' | 'channelId'>;

/** Files of one answer at most: a day of files of a few seconds. */
const MAX_FILES = 20_000;
const PAGE = 1_000;

const pathOf = ({ deviceId, channelId }: Place): string =>
  `devices/${encodeURIComponent(deviceId)}/channels/${encodeURIComponent(channelId)}`;
const iso = (epochMs: number): string => new Date(epochMs).toISOString();
const rangeQuery = (startMs: number, endMs: number): URLSearchParams =>
  new URLSearchParams({ start: iso(startMs), end: iso(endMs) });

async function read<T>(path: string, init?: RequestInit): Promise<T> {
  return (await (await send(path, init)).json()) as T;
}

function posted(body: object): RequestInit {
  return { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

/** The files of a range that the device names within `waitSeconds`; `queryId` goes on with a search that was not over then. */
export async function findFiles(
  place: Place,
  startMs: number,
  endMs: number,
  o: { waitSeconds: number; queryId?: string | undefined },
): Promise<FoundFiles> {
  const query = rangeQuery(startMs, endMs);
  query.set('limit', String(PAGE));
  query.set('waitSeconds', String(o.waitSeconds));
  if (o.queryId !== undefined) query.set('queryId', o.queryId);
  const items: FoundFile[] = [];
  for (;;) {
    const page = await read<FoundFiles & { next: string | null }>(`${pathOf(place)}/records?${query}`);
    items.push(...page.items);
    if (page.next === null || items.length >= MAX_FILES) return { ...page, items };
    query.set('queryId', page.queryId);
    query.set('cursor', page.next);
  }
}

/** The days of a month (`2026-11`) that have footage in the device. */
export const findDays = (place: Place, month: string): Promise<FoundDays> =>
  read(`${pathOf(place)}/records/days?month=${month}`);

/** Whether the device names a file of that range. */
async function hasFiles(place: Place, startMs: number, endMs: number): Promise<boolean> {
  const query = rangeQuery(startMs, endMs);
  query.set('limit', '1');
  return (await read<FoundFiles>(`${pathOf(place)}/records?${query}`)).items.length > 0;
}

/** When the newest own recording began, however old it is; null: there is none. */
async function newestOwn({ deviceId, channelId }: Place): Promise<number | null> {
  const query = new URLSearchParams({ deviceId, channelId, limit: '1' });
  const [newest] = (await read<{ items: { start: string }[] }>(`recordings?${query}`)).items;
  return newest === undefined ? null : Date.parse(newest.start);
}

/** The questions by which the newest footage of a channel is found. */
export interface NewestAsks {
  /** The days of a month that have footage in the device. */
  days(month: string): Promise<Pick<FoundDays, 'days'>>;
  /** Whether the device has any of that time, a year at most. */
  hasFiles(startMs: number, endMs: number): Promise<boolean>;
  /** When the newest own recording began. */
  newestOwn(): Promise<number | null>;
}

/** The same, asked of the gateway. */
export const newestAsks = (place: Place): NewestAsks => ({
  days: (month) => findDays(place, month),
  hasFiles: (startMs, endMs) => hasFiles(place, startMs, endMs),
  newestOwn: () => newestOwn(place),
});

/** What the gateway itself has recorded of a range. */
export async function ownRuns(place: Place, startMs: number, endMs: number): Promise<readonly OwnRun[]> {
  return (await read<{ items: OwnRun[] }>(`${pathOf(place)}/timeline?${rangeQuery(startMs, endMs)}`)).items;
}

/** The days of a month with own recordings. */
export const ownDays = (place: Place, month: string): Promise<{ days: readonly FoundDay[] }> =>
  read(`${pathOf(place)}/timeline/days?month=${month}`);

/** Address of the own recordings of a range as one file: for `<video>`, or to keep. */
export function ownFile(place: Place, startMs: number, endMs: number, isToKeep: boolean): string {
  const url = new URL(`api/v1/${pathOf(place)}/timeline.mp4?${rangeQuery(startMs, endMs)}`, document.baseURI);
  if (isToKeep) url.searchParams.set('download', 'true');
  const secret = token();
  if (secret !== null) url.searchParams.set('token', secret);
  return url.href;
}

/**
 * When the first picture of that file was taken: the key frame in force at `startMs`. The header is read without the file; a refusal is
 * an `ApiFault`.
 */
export async function ownFileStart(place: Place, startMs: number, endMs: number, signal: AbortSignal): Promise<number> {
  const path = `${pathOf(place)}/timeline.mp4?${rangeQuery(startMs, endMs)}`;
  const answer = await send(path, { headers: { Range: 'bytes=0-0' }, signal });
  await answer.body?.cancel();
  const startsMs = Date.parse(answer.headers.get('Gbgate-Content-Start') ?? '');
  return Number.isNaN(startsMs) ? startMs : startsMs;
}

/** Begins a playback; answers before its first picture. */
export const startPlayback = (place: Place, startMs: number, endMs: number, speed: number): Promise<PlaybackStream> =>
  read(`${pathOf(place)}/playback?waitSeconds=0`, posted({ start: iso(startMs), end: iso(endMs), speed }));

/** The stream, or null when there is none of that id. */
export async function readPlayback(id: string): Promise<PlaybackStream | null> {
  try {
    return await read<PlaybackStream>(`streams/${encodeURIComponent(id)}`);
  } catch (error) {
    if (error instanceof ApiFault && error.status === 404) return null;
    throw error;
  }
}

export const controlPlayback = (id: string, command: Control): Promise<PlaybackStream> =>
  read(`streams/${encodeURIComponent(id)}/control`, posted(command));

/** Ends it; one that has ended already is no fault. */
export async function stopPlayback(id: string): Promise<void> {
  await send(`streams/${encodeURIComponent(id)}`, { method: 'DELETE' }).catch((error: unknown) => {
    if (!(error instanceof ApiFault && (error.status === 404 || error.status === 409))) throw error;
  });
}

/** Address of the viewer's WebSocket of a stream. */
export function streamAddress(id: string): string {
  const url = new URL(`streams/${encodeURIComponent(id)}.mp4`, document.baseURI);
  const secret = token();
  if (secret !== null) url.searchParams.set('token', secret);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

/** Asks for footage of the device as one file. */
export const startDownload = (place: Place, startMs: number, endMs: number): Promise<{ id: string }> =>
  read(`${pathOf(place)}/downloads`, posted({ start: iso(startMs), end: iso(endMs), exact: true }));

/** The zone in which recorders write times; null when this token is not told. */
export async function readTimeZone(): Promise<string | null> {
  return (await read<{ timeZone?: string }>('system')).timeZone ?? null;
}
