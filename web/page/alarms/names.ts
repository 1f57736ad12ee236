import { useMemo } from 'preact/hooks';
import type { Channel, Device } from '../api.ts';
import { directory } from '../model.ts';
import { useStore } from '../store.ts';

/** What devices and channels are called; an unknown one by its id. */
export interface Names {
  readonly devices: readonly Device[];
  readonly channels: readonly Channel[];
  device(id: string): string;
  channel(deviceId: string, channelId: string): string;
  /** False for a device that was deleted; true while nobody knows. */
  isThere(deviceId: string): boolean;
  /** The channel that is meant where only the device is named: its only one. */
  onlyChannel(deviceId: string): string | null;
}

/** The names of everything that the gateway knows now. */
export function useNames(): Names {
  const known = useStore(directory);
  return useMemo(() => {
    const devices = known?.devices ?? [];
    const channels = known?.channels ?? [];
    const deviceNames = new Map(devices.map(({ id, name }) => [id, name]));
    const channelNames = new Map(channels.map(({ deviceId, id, name }) => [`${deviceId}/${id}`, name]));
    const only = new Map<string, string | null>();
    for (const { deviceId, id } of channels) only.set(deviceId, only.has(deviceId) ? null : id);
    return {
      devices,
      channels,
      device: (id) => deviceNames.get(id) || id,
      channel: (deviceId, channelId) => channelNames.get(`${deviceId}/${channelId}`) || channelId,
      isThere: (deviceId) => known === null || deviceNames.has(deviceId),
      onlyChannel: (deviceId) => only.get(deviceId) ?? null,
    };
  }, [known]);
}
