import type { Device } from '../../sip/camera/directory.ts';
import { KEEPALIVE_COUNT, KEEPALIVE_SECONDS } from '../../sip/camera/presence.ts';
import type { DeviceAddressesView, DeviceHealthView, FindingView } from '../views.ts';

/**
 * How a device does: its registration, its keepalives (GB/T 28181 9.6), where it is and what it is told, what was tolerated
 * of it in signalling. Pure.
 */
export function deviceHealth(
  device: Device,
  known: {
    readonly epochMs: number;
    readonly addresses: DeviceAddressesView | null;
    readonly findings: readonly FindingView[];
    iso(epochMs: number): string;
  },
): DeviceHealthView {
  const { registeredEpochMs, expiresSeconds, keepaliveEpochMs, profile } = device;
  const intervalSeconds = profile.keepaliveSeconds ?? KEEPALIVE_SECONDS;
  const expiresEpochMs =
    registeredEpochMs === null || expiresSeconds === null ? null : registeredEpochMs + expiresSeconds * 1000;
  // a registration is a sign of life as good as a keepalive
  const seenEpochMs = Math.max(registeredEpochMs ?? 0, keepaliveEpochMs ?? 0);
  const ageSeconds = seenEpochMs === 0 ? null : Math.max(0, Math.round((known.epochMs - seenEpochMs) / 1000));
  return {
    online: device.online,
    registeredAt: registeredEpochMs === null ? null : known.iso(registeredEpochMs),
    expiresAt: expiresEpochMs === null ? null : known.iso(expiresEpochMs),
    expiresInSeconds: expiresEpochMs === null ? null : Math.round((expiresEpochMs - known.epochMs) / 1000),
    keepalive: {
      at: keepaliveEpochMs === null ? null : known.iso(keepaliveEpochMs),
      ageSeconds,
      intervalSeconds,
      allowedMisses: profile.keepaliveCount ?? KEEPALIVE_COUNT,
      missed: !device.online || ageSeconds === null ? 0 : Math.floor(ageSeconds / intervalSeconds),
    },
    addresses: known.addresses,
    findings: [...known.findings],
  };
}
