import { one, send } from '../api.ts';
import type { Value } from './change.ts';
import type { Schema } from './schema.ts';

/** Sections by the standard's name (`GET D/config`). */
export type Config = Readonly<Record<string, Value>>;

const of = (deviceId: string, channelId: string | null) => {
  const device = `devices/${encodeURIComponent(deviceId)}`;
  return `${device}${channelId === null ? '' : `/channels/${encodeURIComponent(channelId)}`}/config`;
};

/** What sections may hold; the same for every device. */
export const readSchemas = async () =>
  (await one<{ sections: Readonly<Record<string, Schema>> }>('config-sections')).sections;

/** Asked of the device now: all that its edition has, or one section. */
export function readConfig(
  deviceId: string,
  channelId: string | null,
  o: { section?: string; isForced?: boolean } = {},
): Promise<Config> {
  const query = new URLSearchParams({
    ...(o.section === undefined ? {} : { type: o.section }),
    ...(o.isForced === true ? { force: 'true' } : {}),
  });
  return one<Config>(`${of(deviceId, channelId)}${query.size === 0 ? '' : `?${query}`}`);
}

/** Writes what has changed. False: the device said nothing and registered anew; perhaps it has applied it. */
export async function changeConfig(
  deviceId: string,
  channelId: string | null,
  change: Config,
  isForced: boolean,
): Promise<boolean> {
  const response = await send(`${of(deviceId, channelId)}${isForced ? '?force=true' : ''}`, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(change),
  });
  return response.status !== 202;
}
