import type { ChannelDetails } from './api.ts';

/** What the row itself says. */
const IN_ROW = new Set(['id', 'deviceId', 'name', 'status']);

/** Every other field of the channel as text: what only we know first, then the standard's elements in alphabetical order. Pure. */
export function fieldsOf(channel: ChannelDetails): [field: string, value: string][] {
  const elements = new Set(
    Object.keys(channel)
      .filter((field) => /^[A-Z]/.test(field))
      .map((field) => field.toLowerCase()),
  );
  // `address` is what we made of `Address`
  const isTold = (field: string) => IN_ROW.has(field) || (/^[a-z]/.test(field) && elements.has(field.toLowerCase()));
  return Object.entries(channel)
    .filter(([field, value]) => !isTold(field) && value !== undefined && value !== null)
    .map(([field, value]): [string, string] => [
      field,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ])
    .sort(([a], [b]) => Number(/^[A-Z]/.test(a)) - Number(/^[A-Z]/.test(b)) || a.localeCompare(b, 'en'));
}

/** Its address, else its coordinates, else nothing. Pure. */
export function placeOf({ address, longitude, latitude }: ChannelDetails): string {
  if (typeof address === 'string' && address !== '') return address;
  return typeof longitude === 'number' && typeof latitude === 'number'
    ? `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`
    : '';
}

/** Channels that hold every word of `query` in a name, an id or any field. Pure. */
export function matchingChannels(channels: readonly ChannelDetails[], query: string): ChannelDetails[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...channels];
  return channels.filter((channel) => {
    const text = Object.values(channel).join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
