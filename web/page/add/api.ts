import { send } from '../api.ts';

/** One step of a camera that is being added; the newest is the last of its visit. */
export interface ArrivalStep {
  readonly code: string;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly tries: number;
  readonly detail: string;
  readonly retryAfterSeconds?: number;
  readonly channels?: number;
}

/** What arrived of one device from one host. */
export interface Arrival {
  readonly id: string;
  /** '' when what it sent is no device id. */
  readonly deviceId: string;
  readonly address: string;
  readonly transport: string;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly steps: readonly ArrivalStep[];
}

/** The values for the form of a camera. */
export interface Onboarding {
  readonly serverId: string;
  readonly domain: string;
  readonly address: string;
  readonly addressFrom: 'advertised' | 'bound' | 'camera' | 'interface';
  readonly addresses: readonly { readonly address: string; readonly interface: string }[];
  readonly port: number;
  readonly authentication: boolean;
  readonly hasPassword: boolean;
  readonly admission: 'open' | 'known';
  readonly expiresSeconds: number;
  readonly heartbeatSeconds: number;
  readonly heartbeatCount: number;
  readonly deviceIds: { readonly camera: readonly string[]; readonly recorder: readonly string[] };
  readonly arrivals: readonly Arrival[];
  /** The gateway's clock when it answered. */
  readonly time: string;
}

/** The values, and what arrived lately. `camera`: its IP address, to know which of our addresses it sees. */
export async function readOnboarding(camera: string | null): Promise<Onboarding> {
  const query = camera === null ? '' : `?${new URLSearchParams({ camera })}`;
  return (await (await send(`onboarding${query}`)).json()) as Onboarding;
}

/** The password of cameras; null when none is common to all. */
export async function readSipPassword(): Promise<string | null> {
  const answer = await send('onboarding/password', { method: 'POST' });
  return ((await answer.json()) as { password: string | null }).password;
}

/** Lets a device in that is not admitted, or was blocked. */
export async function admit(id: string): Promise<void> {
  await send('devices', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ id }),
  });
}

/** Channels looked at for the first that is on. */
const LOOKED_AT = 50;

/** The first channel of a device that is on, else its first; null when it has none. */
export async function firstChannel(deviceId: string): Promise<string | null> {
  const answer = await send(`devices/${encodeURIComponent(deviceId)}/channels?limit=${LOOKED_AT}`);
  const { items } = (await answer.json()) as { items: readonly { readonly id: string; readonly status: string }[] };
  return (items.find((one) => one.status === 'on') ?? items[0])?.id ?? null;
}

/** How the first picture of a channel came. */
export interface FirstPicture {
  /** From the pull to the first picture that can be played; null when media flows and no key frame came yet. */
  readonly ms: number | null;
  readonly transport: string | null;
}

/** Pulls a channel once to see whether its picture comes; the gateway ends the call when nobody watches. */
export async function tryPicture(deviceId: string, channelId: string): Promise<FirstPicture> {
  const path = `devices/${encodeURIComponent(deviceId)}/channels/${encodeURIComponent(channelId)}/live`;
  const response = await send(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{}',
  });
  const { state, transport, steps } = (await response.json()) as {
    state: string;
    transport: string | null;
    steps: readonly { readonly name: string; readonly ms: number }[];
  };
  const first = steps.find((step) => step.name === 'first fragment');
  return { ms: state === 'playing' && first !== undefined ? first.ms : null, transport };
}
