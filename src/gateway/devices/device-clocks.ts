import type { Clock } from '../clock.ts';
import { isoInZone } from '../zone.ts';

/** Questions on their way at once: each waits for a camera, and none may wait for all the others. */
const AT_ONCE = 16;
/** Devices asked in one round: enough witnesses for a clock, few enough for a slow uplink. */
export const MAX_ASKED = 256;

export interface DeviceClocksPorts {
  readonly clock: Clock;
  readonly timeZone: string;
  /** `DeviceTime` of a DeviceStatus, asked now (GB/T 28181 A.2.6.4); null when none came. */
  deviceTime(deviceId: string): Promise<string | null>;
}

/** How far the clocks of devices are from ours. They are asked when somebody wants to know, never by themselves. */
export class DeviceClocks {
  readonly #ports: DeviceClocksPorts;
  /** Seconds, of the devices that were asked last. */
  readonly #offsets = new Map<string, number>();

  constructor(ports: DeviceClocksPorts) {
    this.#ports = ports;
  }

  /** The device's clock minus ours; null when it was not asked or did not say. */
  offsetSeconds(deviceId: string): number | null {
    return this.#offsets.get(deviceId) ?? null;
  }

  /** Asks some devices and waits for their answers; a device that stays silent is not known any more. */
  async ask(deviceIds: readonly string[]): Promise<void> {
    const left = deviceIds.slice(0, MAX_ASKED);
    const asked = new Set(left);
    for (const known of this.#offsets.keys()) if (!asked.has(known)) this.#offsets.delete(known);
    const askNext = async (): Promise<void> => {
      for (let deviceId = left.shift(); deviceId !== undefined; deviceId = left.shift()) await this.#askOne(deviceId);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, askNext));
  }

  async #askOne(deviceId: string): Promise<void> {
    const { clock, timeZone, deviceTime } = this.#ports;
    const askedEpochMs = clock.epochMs();
    const said = await deviceTime(deviceId);
    const theirs = said === null ? null : epochOfDeviceTime(said, timeZone);
    // It wrote its time somewhere between the question and the answer.
    const ours = (askedEpochMs + clock.epochMs()) / 2;
    if (theirs === null) this.#offsets.delete(deviceId);
    else this.#offsets.set(deviceId, (theirs - ours) / 1000);
  }
}

/** `2026-01-05T14:03:21` in the zone of the devices, or with a zone of its own; null for anything else. */
export function epochOfDeviceTime(text: string, timeZone: string): number | null {
  const parts = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?)(Z|[+-]\d{2}:\d{2})?$/.exec(text.trim());
  if (parts === null) return null;
  const [, day, time, zone] = parts;
  const asUtc = Date.parse(`${day}T${time}Z`);
  if (Number.isNaN(asUtc)) return null;
  return Date.parse(`${day}T${time}${zone ?? isoInZone(asUtc, timeZone).slice(-6)}`);
}
