import type { Device, Directory } from '../../sip/camera/directory.ts';
import type { QueryFault } from '../../sip/server.ts';
import { channelView, deviceView } from '../view-of.ts';
import {
  type CatalogView,
  type ChannelView,
  type DeviceView,
  type GroupView,
  isProblem,
  type Problem,
  type PullTransport,
} from '../views.ts';

/** REG-5: ids are 20 digits by the standard, but legacy ones have 18 or letters. */
const DEVICE_ID = /^[A-Za-z0-9]{1,64}$/;
/** Longest name of a device or channel that a person may set. */
const MAX_NAME_LENGTH = 128;
/** Camera forms take at most 32 characters; SIP itself sets no limit. */
const MAX_PASSWORD_LENGTH = 128;
/** Longest wait for a catalogue: the first part of an answer may take two minutes (CAT-2). */
const MAX_CATALOG_WAIT_MS = 120_000;

export interface DevicesPorts {
  readonly directory: Directory;
  sealPassword(deviceId: string, password: string): string;
  queryCatalog(deviceId: string, waitMs: number): Promise<{ queryId: string; complete: boolean } | QueryFault>;
  removeDevice(deviceId: string, block: boolean): void;
  iso(epochMs: number): string;
}

/** Devices and channels as the API sees and changes them. */
export class Devices {
  readonly #ports: DevicesPorts;

  constructor(ports: DevicesPorts) {
    this.#ports = ports;
  }

  all(): DeviceView[] {
    return this.#ports.directory.devices().map((device) => this.#view(device));
  }

  get(id: string): DeviceView | Problem {
    const device = this.#ports.directory.device(id);
    return device === undefined ? unknownDevice(id) : this.#view(device);
  }

  add(wanted: { id: string; name?: string; password?: string }): DeviceView | Problem {
    if (!DEVICE_ID.test(wanted.id))
      return {
        problem: 'bad_request',
        detail: 'A device id has 1 to 64 letters or digits, 20 digits by the standard.',
      };
    if (this.#ports.directory.device(wanted.id) !== undefined)
      return { problem: 'conflict', detail: `The device ${wanted.id} exists already.` };
    const wrong = wrongChange(wanted);
    if (wrong !== null) return wrong;
    // Adding by hand lifts a block: the operator wants it back.
    if (this.#ports.directory.isBlocked(wanted.id)) this.#ports.directory.remove(wanted.id, false);
    const device = this.#ports.directory.ensureDevice(wanted.id);
    if (device === null) return { problem: 'conflict', detail: 'There are too many devices.' };
    return this.#change(device, wanted);
  }

  change(
    id: string,
    change: { name?: string; password?: string; mediaTransport?: PullTransport },
  ): DeviceView | Problem {
    const device = this.#ports.directory.device(id);
    if (device === undefined) return unknownDevice(id);
    return wrongChange(change) ?? this.#change(device, change);
  }

  delete(id: string, o: { block: boolean }): Problem | null {
    if (this.#ports.directory.device(id) === undefined) return unknownDevice(id);
    this.#ports.removeDevice(id, o.block);
    return null;
  }

  async refreshCatalog(id: string, waitMs: number): Promise<CatalogView | Problem> {
    if (this.#ports.directory.device(id) === undefined) return unknownDevice(id);
    const result = await this.#ports.queryCatalog(id, Math.min(waitMs, MAX_CATALOG_WAIT_MS));
    if ('fault' in result) return catalogProblem(id, result);
    const items = this.channels(id);
    return isProblem(items) ? items : { items, next: null, complete: result.complete, queryId: result.queryId };
  }

  channels(deviceId?: string): ChannelView[] | Problem {
    const { directory } = this.#ports;
    if (deviceId === undefined)
      return directory.devices().flatMap((device) => directory.channels(device.id).map(channelView));
    if (directory.device(deviceId) === undefined) return unknownDevice(deviceId);
    return directory.channels(deviceId).map(channelView);
  }

  groups(deviceId?: string): GroupView[] | Problem {
    const { directory } = this.#ports;
    if (deviceId !== undefined && directory.device(deviceId) === undefined) return unknownDevice(deviceId);
    const ids = deviceId === undefined ? directory.devices().map((device) => device.id) : [deviceId];
    return ids.flatMap((id) => directory.groups.ofDevice(id)).map(({ isGroup: _, ...group }) => group);
  }

  channel(deviceId: string, channelId: string): ChannelView | Problem {
    const { directory } = this.#ports;
    if (directory.device(deviceId) === undefined) return unknownDevice(deviceId);
    const channel = directory.channel(deviceId, channelId);
    return channel === undefined ? unknownChannel(deviceId, channelId) : channelView(channel);
  }

  changeChannel(
    deviceId: string,
    channelId: string,
    change: { name?: string; mediaTransport?: PullTransport },
  ): ChannelView | Problem {
    const known = this.channel(deviceId, channelId);
    if (isProblem(known)) return known;
    const wrong = wrongChange(change);
    if (wrong !== null) return wrong;
    this.#ports.directory.changeChannel(deviceId, channelId, {
      ...(change.name === undefined ? {} : { name: change.name, named: true }),
      ...(change.mediaTransport === undefined ? {} : { mediaTransport: change.mediaTransport }),
    });
    return this.channel(deviceId, channelId);
  }

  #change(device: Device, change: { name?: string; password?: string; mediaTransport?: PullTransport }): DeviceView {
    if (change.name !== undefined) {
      device.name = change.name;
      device.named = true;
    }
    if (change.mediaTransport !== undefined) device.mediaTransport = change.mediaTransport;
    if (change.password !== undefined) {
      const sealed = this.#ports.sealPassword(device.id, change.password);
      device.sealedPassword = change.password === '' ? null : sealed; // '': back to the common one
    }
    this.#ports.directory.save(device);
    return this.#view(device);
  }

  #view(device: Device): DeviceView {
    return deviceView(device, this.#ports.directory.channelCount(device.id), this.#ports.iso);
  }
}

function wrongChange(change: { name?: string; password?: string }): Problem | null {
  if (change.name !== undefined && (change.name === '' || change.name.length > MAX_NAME_LENGTH))
    return { problem: 'bad_request', detail: `A name has 1 to ${MAX_NAME_LENGTH} characters.` };
  if (change.password !== undefined && change.password.length > MAX_PASSWORD_LENGTH)
    return { problem: 'bad_request', detail: `A password has at most ${MAX_PASSWORD_LENGTH} characters.` };
  return null;
}

/** Why a catalogue did not come, as the API says it. */
function catalogProblem(id: string, fault: QueryFault): Problem {
  switch (fault.fault) {
    case 'timeout':
      return { problem: 'device_timeout', detail: `The device ${id} did not answer the Catalog query.` };
    case 'rejected':
      return { problem: 'device_error', detail: `The device ${id} refused the Catalog query: ${fault.detail}.` };
    case 'busy':
      return { problem: 'rate_limited', detail: `The device ${id} is asked too much: ${fault.detail}.` };
    case 'unreachable':
      return { problem: 'device_offline', detail: `There is no way to the device ${id}: ${fault.detail}.` };
    default:
      return { problem: 'device_offline', detail: `The device ${id} is offline.` };
  }
}

function unknownDevice(id: string): Problem {
  return { problem: 'device_not_found', detail: `There is no device ${id}.` };
}

function unknownChannel(deviceId: string, channelId: string): Problem {
  return { problem: 'channel_not_found', detail: `The device ${deviceId} has no channel ${channelId}.` };
}
