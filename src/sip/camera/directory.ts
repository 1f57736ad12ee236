import type { CatalogItem } from '../manscdp/catalog.ts';
import type { DeviceSubscriptions } from '../subscription-words.ts';
import { type Group, Groups } from './groups.ts';
import { type Profiled, profiled } from './profile.ts';

/** What is known of the devices and their channels: in memory, written through to the store. Channels are keyed by (device, channel) everywhere (REG-11). */

export type SipTransport = 'udp' | 'tcp' | 'tls';

/** One device. `sealedPassword` and `blocked` never leave the gateway. */
export interface Device extends Profiled {
  id: string;
  name: string;
  /** True when the name was given by the operator: DeviceInfo does not overwrite it. */
  named: boolean;
  manufacturer: string;
  model: string;
  firmware: string;
  online: boolean;
  transport: SipTransport | null;
  /** Where the last verified registration, or its moved port, was. */
  address: { host: string; port: number } | null;
  registeredEpochMs: number | null;
  keepaliveEpochMs: number | null;
  expiresSeconds: number | null;
  /** `X-GB-Ver` as sent (`1.0`, `1.1`, `2.0`, `3.0`); null when absent or malformed. */
  version: string | null;
  mediaTransport: string | null;
  sealedPassword: string | null;
  /** What it is to tell by itself, and the dialogues for that. */
  subscriptions?: DeviceSubscriptions;
  /** Deleted for good: it never returns. The row is kept for that alone. */
  blocked: boolean;
}

/** One channel. `fields` holds every catalogue field the device sent. */
export interface Channel {
  id: string;
  deviceId: string;
  name: string;
  named: boolean;
  manufacturer: string;
  model: string;
  status: 'on' | 'off';
  parentId: string;
  civilCode: string;
  address: string;
  longitude: number | null;
  latitude: number | null;
  ptzType: number | null;
  mediaTransport: string | null;
  /** Names of presets by their number, for cameras that keep none (PTZ-7); '' is a preset without a name. */
  presetNames?: Readonly<Record<string, string>>;
  fields: Record<string, string>;
}

/** The little store this directory needs. */
export interface DeviceStore {
  all(): Device[];
  put(device: Device): void;
  delete(deviceId: string): void;
}

export interface ChannelStore {
  /** Channels, and the groups among them. */
  ofDevice(deviceId: string): (Channel | Group)[];
  putAll(rows: readonly (Channel | Group)[]): void;
  delete(deviceId: string, channelId: string): void;
}

/** Devices in all: an open gateway with a leaked password must not fill the disk. */
export const MAX_DEVICES = 20_000;
/** Channels of one device: the most that one answer may carry by annex M. */
export const MAX_CHANNELS_PER_DEVICE = 10_000;

/** What an upsert changed. */
export interface ChannelChange {
  added: Channel[];
  changed: Channel[];
  turnedOn: Channel[];
  turnedOff: Channel[];
  /** Items beyond the limit. */
  refused: number;
}

export class Directory {
  readonly #devices = new Map<string, Device>();
  readonly #channels = new Map<string, Map<string, Channel>>();
  readonly #deviceStore: DeviceStore;
  readonly #channelStore: ChannelStore;
  readonly groups: Groups;

  constructor(devices: DeviceStore, channels: ChannelStore) {
    this.#deviceStore = devices;
    this.#channelStore = channels;
    this.groups = new Groups(channels);
    for (const stored of devices.all()) {
      // nobody is online before it showed itself to this process
      // rows of before 0.2 hold one profile, and all of it was learned
      const halves = profiled(stored.learned ?? stored.profile, stored.byHand ?? {});
      this.#devices.set(stored.id, { ...stored, ...halves, online: false });
      if (stored.blocked) continue;
      const rows = channels.ofDevice(stored.id);
      const own = rows.filter((row): row is Channel => !('isGroup' in row));
      this.#channels.set(stored.id, new Map(own.map((channel) => [channel.id, channel])));
      this.groups.load(rows.filter((row) => 'isGroup' in row));
    }
  }

  devices(): Device[] {
    return [...this.#devices.values()].filter((d) => !d.blocked);
  }

  device(id: string): Device | undefined {
    const device = this.#devices.get(id);
    return device?.blocked ? undefined : device;
  }

  isBlocked(id: string): boolean {
    return this.#devices.get(id)?.blocked === true;
  }

  channels(deviceId: string): Channel[] {
    return [...(this.#channels.get(deviceId)?.values() ?? [])];
  }

  channel(deviceId: string, channelId: string): Channel | undefined {
    return this.#channels.get(deviceId)?.get(channelId);
  }

  channelCount(deviceId: string): number {
    return this.#channels.get(deviceId)?.size ?? 0;
  }

  get size(): number {
    return this.#devices.size;
  }

  /** Whether this id is known, or there is room for another. */
  hasRoomFor(id: string): boolean {
    return this.#devices.has(id) || this.#devices.size < MAX_DEVICES;
  }

  /** The device, made if it was not known; null when there are too many. */
  ensureDevice(id: string): Device | null {
    const known = this.#devices.get(id);
    if (known !== undefined && !known.blocked) return known;
    if (known === undefined && this.#devices.size >= MAX_DEVICES) return null;
    const device: Device = {
      id,
      name: id,
      named: false,
      manufacturer: '',
      model: '',
      firmware: '',
      online: false,
      transport: null,
      address: null,
      registeredEpochMs: null,
      keepaliveEpochMs: null,
      expiresSeconds: null,
      version: null,
      ...profiled({}, {}),
      mediaTransport: null,
      sealedPassword: null,
      blocked: false,
    };
    this.#devices.set(id, device);
    this.#channels.set(id, new Map());
    return device;
  }

  /** Writes a device through. Called on changes, not on every keepalive. */
  save(device: Device): void {
    this.#deviceStore.put(device);
  }

  /** Deletes a device and its channels; `block` keeps a row that says it may never return. */
  remove(id: string, block: boolean): void {
    for (const channel of this.channels(id)) this.#channelStore.delete(id, channel.id);
    this.#channels.delete(id);
    this.groups.forget(id);
    this.#devices.delete(id);
    if (!block) {
      this.#deviceStore.delete(id);
      return;
    }
    const row = this.ensureDevice(id);
    this.#channels.delete(id);
    if (row === null) return;
    row.blocked = true;
    this.#deviceStore.put(row);
  }

  /** Adds or updates channels from catalogue items; nothing is removed here. */
  upsert(deviceId: string, items: readonly CatalogItem[]): ChannelChange {
    const change: ChannelChange = { added: [], changed: [], turnedOn: [], turnedOff: [], refused: 0 };
    const channels = this.#channels.get(deviceId);
    if (channels === undefined) return change;
    for (const item of items) {
      const before = channels.get(item.id);
      if (before === undefined && channels.size >= MAX_CHANNELS_PER_DEVICE) {
        change.refused += 1;
        continue;
      }
      const next = channelOf(deviceId, item, before);
      if (before !== undefined && sameChannel(before, next)) continue;
      channels.set(item.id, next);
      if (before === undefined) change.added.push(next);
      else {
        change.changed.push(next);
        if (before.status !== next.status) (next.status === 'on' ? change.turnedOn : change.turnedOff).push(next);
      }
    }
    const written = [...change.added, ...change.changed];
    if (written.length > 0) this.#channelStore.putAll(written);
    return change;
  }

  /** Sets the state of a known channel; undefined when it is unknown or already so. */
  setStatus(deviceId: string, channelId: string, status: 'on' | 'off'): Channel | undefined {
    return this.changeChannel(deviceId, channelId, { status });
  }

  /** Changes a known channel and writes it through; undefined when it is unknown or nothing changed. */
  changeChannel(deviceId: string, channelId: string, patch: Partial<Channel>): Channel | undefined {
    const before = this.channel(deviceId, channelId);
    if (before === undefined) return undefined;
    const next = { ...before, ...patch };
    if (sameChannel(before, next)) return undefined;
    this.#channels.get(deviceId)!.set(channelId, next);
    this.#channelStore.putAll([next]);
    return next;
  }

  /** Removes a channel; undefined when it is unknown. */
  removeChannel(deviceId: string, channelId: string): Channel | undefined {
    const channel = this.channel(deviceId, channelId);
    if (channel === undefined) return undefined;
    this.#channels.get(deviceId)!.delete(channelId);
    this.#channelStore.delete(deviceId, channelId);
    return channel;
  }
}

/** A channel from a catalogue item; what the item leaves out stays as it was. */
function channelOf(deviceId: string, item: CatalogItem, before: Channel | undefined): Channel {
  const fields = { ...before?.fields, ...item.fields };
  const text = (name: string): string => fields[name] ?? '';
  return {
    id: item.id,
    deviceId,
    name: before?.named ? before.name : text('Name') || item.id,
    named: before?.named ?? false,
    manufacturer: text('Manufacturer'),
    model: text('Model'),
    status: item.on === null ? (before?.status ?? 'on') : item.on ? 'on' : 'off',
    // several parents are joined by `/`: the last one is the nearest (CAT-5)
    parentId: text('ParentID').split('/').pop() ?? '',
    civilCode: text('CivilCode'),
    address: text('Address'),
    ...placeOf(text('Longitude'), text('Latitude')),
    ptzType: /^\d{1,2}$/.test(text('PTZType')) ? Number(text('PTZType')) : null,
    mediaTransport: before?.mediaTransport ?? null,
    ...(before?.presetNames === undefined ? {} : { presetNames: before.presetNames }),
    fields,
  };
}

/** Where it is; unknown at 0, 0, which cameras write that nobody told (XML-12). */
function placeOf(east: string, north: string): { longitude: number | null; latitude: number | null } {
  const longitude = degrees(east, 180);
  const latitude = degrees(north, 90);
  return longitude === 0 && latitude === 0 ? { longitude: null, latitude: null } : { longitude, latitude };
}

/** A coordinate; null for empty, junk like 65535, or out of range (XML-12). */
function degrees(text: string, limit: number): number | null {
  if (!/^[+-]?\d{1,3}(\.\d{1,20})?$/.test(text)) return null;
  const value = Number(text);
  return Math.abs(value) <= limit ? value : null;
}

function sameChannel(a: Channel, b: Channel): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
