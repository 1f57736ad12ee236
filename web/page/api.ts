import { noteAccess } from './access.ts';
import { token } from './session.ts';

/** The parts of the API's objects that this page shows. */
export interface Device {
  readonly id: string;
  readonly name: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly online: boolean;
  readonly channelCount: number;
}

export interface Channel {
  readonly id: string;
  readonly deviceId: string;
  readonly name: string;
  readonly status: 'on' | 'off';
  /** A group of the same device, or anything else: an unknown parent is the device itself. */
  readonly parentId?: string;
  readonly civilCode?: string;
  /** What its catalogue says of its moving parts (1 dome, 3 fixed, …). */
  readonly ptzType?: number;
}

/** A node of a device's catalogue that holds channels and is none: a virtual organisation, a business group, a region. */
export interface Group {
  readonly id: string;
  readonly deviceId: string;
  readonly name: string;
  readonly parentId: string;
}

/** One moment of a pull: what happened, milliseconds after its first step. */
export interface Step {
  readonly name: string;
  readonly ms: number;
  readonly detail?: string;
}

export interface Recording {
  readonly id: string;
  readonly streamId: string;
  readonly deviceId: string;
  readonly channelId: string;
  readonly streamNumber: number;
  readonly start: string;
  readonly durationMs: number;
  readonly bytes: number;
  readonly state: 'recording' | 'complete' | 'recovered' | 'failed';
  readonly locked: boolean;
  /** Why it was made; a gateway that is older than this page does not say. */
  readonly reason?: 'always' | 'plan' | 'request' | 'alarm';
  readonly error?: string;
}

/** An answer that is no success: the gateway's problem+json, or code `unreachable` when there was no answer. */
export class ApiFault extends Error {
  readonly status: number;
  readonly code: string;
  /** The time line of a pull that failed. */
  readonly steps: readonly Step[];

  constructor(status: number, code: string, detail: string, steps: readonly Step[] = []) {
    super(detail);
    this.status = status;
    this.code = code;
    this.steps = steps;
  }
}

/** The gateway may live under a path of a reverse proxy: every address is relative to the page. */
function address(path: string): URL {
  return new URL(path, document.baseURI);
}

function withToken(url: URL): URL {
  const secret = token();
  if (secret !== null) url.searchParams.set('token', secret);
  return url;
}

/** `fetch` with the token in its header. */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  const secret = token();
  if (secret !== null) headers.set('Authorization', `Bearer ${secret}`);
  let response: Response;
  try {
    response = await fetch(address(`api/v1/${path}`), { ...init, headers });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiFault(0, 'unreachable', '');
  }
  noteAccess(response.headers.get('Gbgate-Access'));
  if (response.ok) return response;
  const problem = (await response.json().catch(() => ({}))) as {
    code?: string;
    detail?: string;
    title?: string;
    steps?: Step[];
  };
  const detail = problem.detail ?? problem.title ?? response.statusText;
  throw new ApiFault(response.status, problem.code ?? '', detail, problem.steps);
}

/** More than any gateway has; a server that always names a next page ends here. */
const MAX_PAGES = 100;

/** All items of a list, page by page; `filter` goes into the query. */
export async function list<T>(path: string, filter: Readonly<Record<string, string>> = {}): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page++) {
    const query = new URLSearchParams({ ...filter, limit: '1000', ...(cursor === null ? {} : { cursor }) });
    const answer = (await (await send(`${path}?${query}`)).json()) as { items: T[]; next: string | null };
    items.push(...answer.items);
    cursor = answer.next;
    if (cursor === null) break;
  }
  return items;
}

/** What `read` answers, or null when the gateway knows no such thing (any more). */
export async function orNull<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ApiFault && error.status === 404) return null;
    throw error;
  }
}

/** One thing, by its path. */
export async function one<T>(path: string): Promise<T> {
  return (await (await send(path)).json()) as T;
}

export const listDevices = () => list<Device>('devices');
export const readDevice = (id: string) => orNull(() => one<Device>(`devices/${encodeURIComponent(id)}`));
/** The channels of one device, or of all. */
export const listChannels = (deviceId?: string) =>
  list<Channel>(deviceId === undefined ? 'channels' : `devices/${encodeURIComponent(deviceId)}/channels`);
/** The groups of one device, or of all. */
export const listGroups = (deviceId?: string) => list<Group>('groups', deviceId === undefined ? {} : { deviceId });
/** Those that run: their view reads the others, page by page. */
export const listRecordings = () => list<Recording>('recordings', { state: 'recording' });
export const readRecording = (id: string) => orNull(() => one<Recording>(`recordings/${encodeURIComponent(id)}`));

/** One stream of one channel: 0 is the main one. */
export interface Source {
  readonly deviceId: string;
  readonly channelId: string;
  readonly streamNumber: number;
}

/** The live stream of a channel: joins the one there is or starts it. */
export async function liveStream(source: Source, signal?: AbortSignal): Promise<{ id: string }> {
  const path = `devices/${encodeURIComponent(source.deviceId)}/channels/${encodeURIComponent(source.channelId)}/live`;
  const response = await send(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ streamNumber: source.streamNumber }),
    signal: signal ?? null,
  });
  return (await response.json()) as { id: string };
}

export async function setRecording(streamId: string, on: boolean): Promise<Recording> {
  const response = await send(`streams/${encodeURIComponent(streamId)}/recording`, { method: on ? 'PUT' : 'DELETE' });
  return (await response.json()) as Recording;
}

export async function deleteRecording(id: string): Promise<void> {
  await send(`recordings/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

/** Address of a recorded file for `<video src>` and download links, which cannot set a header. */
export function recordingAddress(id: string): string {
  return withToken(address(`api/v1/recordings/${encodeURIComponent(id)}/file`)).href;
}

/** Address of a range of own recordings as one file, for `<video src>` and download links; `end` is at most a day behind `start`. */
export function runAddress(source: Source, start: string, end: string): string {
  const { deviceId, channelId, streamNumber } = source;
  const path = `api/v1/devices/${encodeURIComponent(deviceId)}/channels/${encodeURIComponent(channelId)}/timeline.mp4`;
  const url = withToken(address(path));
  url.searchParams.set('start', start);
  url.searchParams.set('end', end);
  url.searchParams.set('streamNumber', String(streamNumber));
  return url.href;
}

/** Address of a downloaded file, as far as it is there, for `<video src>` and download links. */
export function downloadAddress(id: string): string {
  return withToken(address(`api/v1/downloads/${encodeURIComponent(id)}/file`)).href;
}

/** Address of a captured file, for download links. */
export function captureAddress(id: string): string {
  return withToken(address(`api/v1/captures/${encodeURIComponent(id)}`)).href;
}

/** Address of a recording's first picture, small, for `<img src>`. */
export function thumbnailAddress(id: string): string {
  return withToken(address(`api/v1/recordings/${encodeURIComponent(id)}/thumbnail.jpg`)).href;
}

/** Address of a picture that a device took, or that was made of its stream, for `<img src>` and links. */
export function snapshotAddress(id: string): string {
  return withToken(address(`api/v1/snapshots/${encodeURIComponent(id)}/file`)).href;
}

/** Address of the viewer's WebSocket; opening it pulls the channel. */
export function liveAddress({ deviceId, channelId, streamNumber }: Source): string {
  const url = withToken(address(`live/${encodeURIComponent(deviceId)}/${encodeURIComponent(channelId)}.mp4`));
  if (streamNumber !== 0) url.searchParams.set('stream', String(streamNumber));
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

/** Address of the speaker's WebSocket; opening it calls the channel, `isForced`: although its device is known to take no voice. */
export function talkAddress(deviceId: string, channelId: string, { isForced }: { isForced: boolean }): string {
  const url = withToken(address(`talk/${encodeURIComponent(deviceId)}/${encodeURIComponent(channelId)}`));
  if (isForced) url.searchParams.set('force', 'true');
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}
