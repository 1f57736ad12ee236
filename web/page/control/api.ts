import { list, send } from '../api.ts';

/** A command of `POST …/control`, as far as this page gives it. */
export type Command =
  | { readonly command: 'reboot' }
  | { readonly command: 'guard' | 'record'; readonly enabled: boolean }
  | { readonly command: 'alarm-reset'; readonly method?: number; readonly type?: number }
  | { readonly command: 'format-card'; readonly card: number }
  | { readonly command: 'upgrade'; readonly firmware: string; readonly url: string }
  | { readonly command: 'snapshot'; readonly count: number; readonly intervalSeconds: number };

/** What the device said; null where the standard has no answer. */
export interface Answer {
  readonly result: 'OK' | 'ERROR';
  /** Of an upgrade, and of pictures: named again by the event at its end. */
  readonly session?: string;
}

export interface StorageCard {
  readonly id: number;
  readonly name: string;
  /** `ok`, `formatting`, `unformatted`, `idle`, `error`, or what else the device says. */
  readonly status: string;
  readonly formatProgress: number | null;
  readonly capacityMb: number | null;
  readonly freeMb: number | null;
}

const of = (deviceId: string) => `devices/${encodeURIComponent(deviceId)}`;

/** Tells a channel, or the device as a whole (`channelId` null), what to do. `isForced`: also what it is known not to do. */
export async function control(
  deviceId: string,
  channelId: string | null,
  command: Command,
  isForced = false,
): Promise<Answer | null> {
  const place = channelId === null ? of(deviceId) : `${of(deviceId)}/channels/${encodeURIComponent(channelId)}`;
  const response = await send(`${place}/control${isForced ? '?force=true' : ''}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(command),
  });
  return response.status === 204 ? null : ((await response.json()) as Answer);
}

/** Asked of the device now. */
export const listCards = (deviceId: string, isForced: boolean) =>
  list<StorageCard>(`${of(deviceId)}/storage-cards`, isForced ? { force: 'true' } : {});
