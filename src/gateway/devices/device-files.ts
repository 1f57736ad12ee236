import type { Directory } from '../../sip/camera/directory.ts';
import type { DeviceAddressesView, DeviceHealthView, FindingView, PresenceChangeView, Problem } from '../views.ts';
import { deviceHealth } from './device-health.ts';
import { PresenceHistory, type PresenceHistoryPorts } from './presence-history.ts';
import { Profiles } from './profile.ts';

export interface DeviceFilesPorts extends Omit<PresenceHistoryPorts, 'address'> {
  readonly directory: Directory;
  addresses(deviceId: string): DeviceAddressesView | null;
  findings(
    deviceId: string,
  ): readonly { code: string; count: number; firstEpochMs: number; lastEpochMs: number; detail: string }[];
}

/** What is on file about each device beside what it says of itself: its profile, when it came and went, how it does. */
export class DeviceFiles {
  /** Learned and set by hand. */
  readonly profiles: Profiles;
  readonly #ports: DeviceFilesPorts;
  readonly #presence: PresenceHistory;

  constructor(ports: DeviceFilesPorts) {
    this.#ports = ports;
    const { directory } = ports;
    this.profiles = new Profiles(directory);
    this.#presence = new PresenceHistory({
      ...ports,
      address(deviceId) {
        const address = directory.device(deviceId)?.address ?? null;
        return address === null ? null : `${address.host}:${address.port}`;
      },
    });
    this.#presence.started(this.#all());
  }

  /** The file of a device that came or went goes on. */
  event(event: { readonly type: string; readonly data: object }): void {
    if (event.type !== 'device.online' && event.type !== 'device.offline') return;
    const { deviceId, reason } = event.data as { deviceId: string; reason: string };
    this.#presence.note(deviceId, event.type === 'device.online', reason);
  }

  history(deviceId: string): PresenceChangeView[] | Problem {
    return this.#ports.directory.device(deviceId) === undefined ? unknown(deviceId) : this.#presence.of(deviceId);
  }

  health(deviceId: string): DeviceHealthView | Problem {
    const { directory, iso, epochMs, addresses, findings } = this.#ports;
    const device = directory.device(deviceId);
    if (device === undefined) return unknown(deviceId);
    const shown: FindingView[] = findings(deviceId).map(({ firstEpochMs, lastEpochMs, code, count, detail }) => ({
      code,
      count,
      firstAt: iso(firstEpochMs),
      lastAt: iso(lastEpochMs),
      detail,
    }));
    return deviceHealth(device, { epochMs: epochMs(), addresses: addresses(deviceId), findings: shown, iso });
  }

  /** The device was deleted: its file goes with it. */
  forget(deviceId: string): void {
    this.#presence.forget(deviceId);
  }

  /** The gateway stops: from here on nobody knows who is there. */
  close(): void {
    this.#presence.stopped(this.#all());
  }

  #all(): string[] {
    return this.#ports.directory.devices().map((device) => device.id);
  }
}

function unknown(deviceId: string): Problem {
  return { problem: 'device_not_found', detail: `There is no device ${deviceId}.` };
}
