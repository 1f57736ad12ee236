import { type Channel, type Device, list, type Step, send } from '../api.ts';
import type { Finding } from '../parts/finding.ts';

/** A device with everything that its page shows; a list that is older than this page leaves the rest out. */
export interface DeviceDetails extends Device {
  readonly firmware?: string;
  readonly transport?: 'udp' | 'tcp' | 'tls' | null;
  readonly address?: string | null;
  readonly registeredAt?: string | null;
  readonly keepaliveAt?: string | null;
  readonly expiresSeconds?: number | null;
  readonly version?: '2011' | '2014' | '2016' | '2022' | null;
}

/** A channel with every catalogue field that the device sent, by the standard's element names. */
export type ChannelDetails = Channel & Readonly<Record<string, unknown>>;

export interface PresenceChange {
  readonly time: string;
  readonly online: boolean;
  readonly reason: string;
  readonly address?: string;
}

export interface DeviceHealth {
  readonly online: boolean;
  readonly registeredAt: string | null;
  readonly expiresAt: string | null;
  readonly expiresInSeconds: number | null;
  readonly keepalive: {
    readonly at: string | null;
    readonly ageSeconds: number | null;
    readonly intervalSeconds: number;
    readonly allowedMisses: number;
    readonly missed: number;
  };
  readonly addresses: {
    readonly source: string | null;
    readonly via: string;
    readonly contact: string;
    readonly sdp: { readonly origin: string; readonly connection: string };
    readonly says: readonly string[];
    readonly clockOffsetSeconds: number | null;
  } | null;
  readonly findings: readonly Finding[];
}

export interface DeviceStream {
  readonly id: string;
  readonly channelId: string;
  readonly streamNumber: number;
  readonly state: 'inviting' | 'waiting' | 'playing' | 'paused' | 'stalled' | 'ended';
  readonly transport: string | null;
  readonly ssrc: string | null;
  readonly localPort: number | null;
  readonly remote: string | null;
  readonly startedAt: string;
  readonly endReason?: string;
  readonly video: { readonly codec: string; readonly width: number; readonly height: number } | null;
  readonly audio: { readonly codec: string; readonly sampleRate: number } | null;
  readonly viewers: number;
  readonly stats: { readonly bitrateBps: number; readonly packets: number; readonly lost: number };
  readonly steps: readonly Step[];
  readonly findings: readonly Finding[];
}

/** Fields of a profile by name; `learned` and `byHand` hold what the value in effect comes from. */
export interface Profile {
  readonly learned: Readonly<Record<string, unknown>>;
  readonly byHand: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

const of = (id: string) => `devices/${encodeURIComponent(id)}`;

async function read<T>(path: string): Promise<T> {
  return (await (await send(path)).json()) as T;
}

async function change<T>(method: 'PATCH' | 'POST', path: string, body: object): Promise<T> {
  const response = await send(path, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await response.json()) as T;
}

export const listDetails = () => list<DeviceDetails>('devices');
export const readDetails = (id: string) => read<DeviceDetails>(of(id));
export const readHealth = (id: string) => read<DeviceHealth>(`${of(id)}/health`);
export const readHistory = async (id: string) =>
  (await read<{ items: PresenceChange[] }>(`${of(id)}/history?limit=1000`)).items;
export const listChannelDetails = (id: string) => list<ChannelDetails>(`${of(id)}/channels`);
export const listDeviceStreams = (id: string) => list<DeviceStream>('streams', { deviceId: id });
export const readProfile = (id: string) => read<Profile>(`${of(id)}/profile`);
export const changeProfile = (id: string, fields: object) => change<Profile>('PATCH', `${of(id)}/profile`, fields);
export const changeDevice = (id: string, fields: { name?: string; password?: string }) =>
  change<DeviceDetails>('PATCH', of(id), fields);

/** Everything, or only what was learned. */
export async function forgetProfile(id: string, learnedOnly: boolean): Promise<void> {
  await send(`${of(id)}/profile?learnedOnly=${learnedOnly}`, { method: 'DELETE' });
}

export async function deleteDevice(id: string, block: boolean): Promise<void> {
  await send(`${of(id)}?block=${block}`, { method: 'DELETE' });
}

/** The longest that one call waits (contract): a recorder with thousands of channels on a slow line goes on in the background. */
const CATALOG_WAIT_SECONDS = 60;

/** Asks the device for its catalogue; `complete` false: it had not said everything when the wait was over. */
export const refreshCatalog = (id: string) =>
  change<{ complete: boolean }>('POST', `${of(id)}/catalog?limit=1&waitSeconds=${CATALOG_WAIT_SECONDS}`, {});
