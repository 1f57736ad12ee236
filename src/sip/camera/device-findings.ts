/**
 * Deviations tolerated in what a device says in SIP, SDP and MANSCDP, by their code in the list of known deviations: counted per
 * device, the newest words kept. What is shown of a device is made from this; nothing is decided by it.
 */
export interface DeviceFinding {
  readonly code: string;
  count: number;
  readonly firstEpochMs: number;
  lastEpochMs: number;
  /** One sentence with the values seen. */
  detail: string;
}

/** A deviation as the room that tolerates it names it. */
export type Noted = readonly [code: string, detail: string];

/** Codes kept of one device: the list has about 70 of signalling and 90 of media, no device has them all. */
export const MAX_CODES_PER_DEVICE = 64;
/** Rows over all devices, about 300 bytes each: 20,000 devices with five each. */
export const MAX_FINDINGS = 100_000;
/** Words quote what the device sent: no longer than a line. */
export const MAX_DETAIL_LENGTH = 300;

export class DeviceFindings {
  readonly #devices = new Map<string, Map<string, DeviceFinding>>();
  #size = 0;

  /** Counts one; true when this device shows the code for the first time: the moment for one line in the log. */
  add(deviceId: string, code: string, detail: string, epochMs: number): boolean {
    let codes = this.#devices.get(deviceId);
    const known = codes?.get(code);
    const words = detail.length > MAX_DETAIL_LENGTH ? `${detail.slice(0, MAX_DETAIL_LENGTH - 1)}…` : detail;
    if (known !== undefined) {
      known.count += 1;
      known.lastEpochMs = epochMs;
      known.detail = words;
      return false;
    }
    if (this.#size >= MAX_FINDINGS || (codes !== undefined && codes.size >= MAX_CODES_PER_DEVICE)) return false;
    if (codes === undefined) {
      codes = new Map();
      this.#devices.set(deviceId, codes);
    }
    codes.set(code, { code, count: 1, firstEpochMs: epochMs, lastEpochMs: epochMs, detail: words });
    this.#size += 1;
    return true;
  }

  /** The findings of a device, first seen first. */
  of(deviceId: string): readonly DeviceFinding[] {
    return [...(this.#devices.get(deviceId)?.values() ?? [])];
  }

  /** The device was deleted. */
  forget(deviceId: string): void {
    this.#size -= this.#devices.get(deviceId)?.size ?? 0;
    this.#devices.delete(deviceId);
  }

  /** Rows over all devices. */
  get size(): number {
    return this.#size;
  }
}
