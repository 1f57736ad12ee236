import type { Channel, Device, Group } from './api.ts';
import type { GatewayEvent } from './events.ts';

/** Devices with their channels, and the groups of their catalogues. */
export interface Directory {
  readonly devices: readonly Device[];
  readonly channels: readonly Channel[];
  readonly groups: readonly Group[];
}

/** What events made of the lists, and what they only hinted at: those devices, or their channels, must be read anew. */
export interface Applied {
  readonly directory: Directory;
  readonly staleDevices: ReadonlySet<string>;
  readonly staleChannels: ReadonlySet<string>;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

const channelKey = (deviceId: string, channelId: string) => `${deviceId}/${channelId}`;

/** Takes what the events say into the lists, in one pass for all of them. What did not change stays the same object. Pure. */
export function applied(directory: Directory, events: readonly GatewayEvent[]): Applied {
  const online = new Map<string, boolean>();
  const gone = new Set<string>();
  const status = new Map<string, 'on' | 'off' | 'gone'>();
  const staleDevices = new Set<string>();
  const staleChannels = new Set<string>();
  const known = new Set(directory.devices.map((device) => device.id));
  for (const { type, data } of events) {
    const deviceId = text(data.deviceId);
    if (deviceId === '') continue;
    const key = channelKey(deviceId, text(data.channelId));
    if (type === 'device.online' || type === 'device.registered') {
      online.set(deviceId, true);
      gone.delete(deviceId);
      if (type === 'device.registered' || !known.has(deviceId)) staleDevices.add(deviceId);
      if (!known.has(deviceId)) staleChannels.add(deviceId);
    } else if (type === 'device.offline' || type === 'device.unregistered') {
      online.set(deviceId, false);
      if (data.reason === 'deleted') gone.add(deviceId);
    } else if (type === 'channel.online') status.set(key, 'on');
    else if (type === 'channel.offline') status.set(key, 'off');
    else if (type === 'channel.removed') status.set(key, 'gone');
    else if (type === 'channel.added') staleChannels.add(deviceId);
    else if (type === 'catalog.updated') {
      staleDevices.add(deviceId);
      if (!(data.added === 0 && data.removed === 0 && data.changed === 0)) staleChannels.add(deviceId);
    }
  }
  return { directory: patched(directory, online, gone, status), staleDevices, staleChannels };
}

function patched(
  directory: Directory,
  online: ReadonlyMap<string, boolean>,
  gone: ReadonlySet<string>,
  status: ReadonlyMap<string, 'on' | 'off' | 'gone'>,
): Directory {
  let { devices, channels, groups } = directory;
  if (online.size > 0) {
    devices = devices.map((device) => {
      const now = online.get(device.id);
      return now === undefined || now === device.online ? device : { ...device, online: now };
    });
  }
  if (status.size > 0) {
    channels = channels.map((channel) => {
      const now = status.get(channelKey(channel.deviceId, channel.id));
      return now === undefined || now === 'gone' || now === channel.status ? channel : { ...channel, status: now };
    });
    channels = channels.filter((channel) => status.get(channelKey(channel.deviceId, channel.id)) !== 'gone');
  }
  if (gone.size > 0) {
    devices = devices.filter((device) => !gone.has(device.id));
    channels = channels.filter((channel) => !gone.has(channel.deviceId));
    groups = groups.filter((group) => !gone.has(group.deviceId));
  }
  return { devices, channels, groups };
}

/** The lists with one device as it was just read; null when the gateway does not know it any more. Pure. */
export function withDevice(directory: Directory, id: string, device: Device | null): Directory {
  const { devices, channels, groups } = directory;
  if (device === null) {
    return {
      devices: devices.filter((one) => one.id !== id),
      channels: channels.filter((channel) => channel.deviceId !== id),
      groups: groups.filter((group) => group.deviceId !== id),
    };
  }
  const isKnown = devices.some((one) => one.id === id);
  return {
    devices: isKnown ? devices.map((one) => (one.id === id ? device : one)) : [...devices, device],
    channels,
    groups,
  };
}

/** The lists with the channels and groups of one device as they were just read. Pure. */
export function withChannels(
  directory: Directory,
  deviceId: string,
  channels: readonly Channel[],
  groups: readonly Group[],
): Directory {
  return {
    devices: directory.devices,
    channels: [...directory.channels.filter((channel) => channel.deviceId !== deviceId), ...channels],
    groups: [...directory.groups.filter((group) => group.deviceId !== deviceId), ...groups],
  };
}
