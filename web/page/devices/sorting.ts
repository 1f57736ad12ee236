import type { DeviceDetails } from './api.ts';

export type Column = 'state' | 'name' | 'model' | 'address' | 'channels' | 'seen';

/** `10.0.0.9` stands before `10.0.0.10`. */
const collator = new Intl.Collator(['zh-CN', 'en'], { numeric: true, sensitivity: 'base' });

const KEYS: Readonly<Record<Column, (device: DeviceDetails) => string | number>> = {
  state: (device) => (device.online ? 0 : 1),
  name: (device) => device.name || device.id,
  model: (device) => `${device.manufacturer} ${device.model}`.trim(),
  address: (device) => device.address ?? '',
  channels: (device) => device.channelCount,
  seen: (device) => -Date.parse(device.keepaliveAt ?? device.registeredAt ?? '1970-01-01'),
};

/** Devices in the order of a column; equal ones by name. What has no value stands last in either direction. Pure. */
export function sorted(devices: readonly DeviceDetails[], column: Column, isDown: boolean): DeviceDetails[] {
  const key = KEYS[column];
  const sign = isDown ? -1 : 1;
  return [...devices].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    if (x === '' || y === '') return x === y ? collator.compare(a.id, b.id) : x === '' ? 1 : -1;
    const order = typeof x === 'number' && typeof y === 'number' ? x - y : collator.compare(String(x), String(y));
    return order !== 0 ? sign * order : collator.compare(a.name || a.id, b.name || b.id);
  });
}

/** Devices that hold every word of `query` in their name, id, address or model. Pure. */
export function matching(devices: readonly DeviceDetails[], query: string): DeviceDetails[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return devices.filter((device) => {
    const text =
      `${device.name} ${device.id} ${device.address ?? ''} ${device.manufacturer} ${device.model}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
