import type { DeviceView, PulledTransport, PullTransport } from './views.ts';

/**
 * The transports to try for one pull, best first. An explicit wish is the only rung; `auto` climbs: what worked for
 * this device before, then TCP passive (no loss, and the device can come out through its NAT), UDP, TCP active. Devices
 * of the 2011 edition know UDP only, so they are asked for it first.
 */
export function transportLadder(
  wishes: readonly (PullTransport | undefined)[],
  worked: PulledTransport | null,
  version: DeviceView['version'],
): PulledTransport[] {
  const wish = wishes.find((transport) => transport !== undefined) ?? 'auto';
  if (wish !== 'auto') return [wish];
  const order: PulledTransport[] =
    version === '2011' ? ['udp', 'tcp-passive', 'tcp-active'] : ['tcp-passive', 'udp', 'tcp-active'];
  return worked === null ? order : [worked, ...order.filter((transport) => transport !== worked)];
}

/** Pauses between attempts to bring a stream back, in ms; the last one repeats. A camera reboots in 30–60 s. */
const RETRY_PAUSES_MS = [1000, 2000, 5000, 10_000, 20_000, 30_000] as const;

/** A device that ended the call itself or unregistered is left alone this long, or it would be invited in a circle. */
export const DEVICE_ENDED_PAUSE_MS = 5000;

/** How long to wait before attempt number `failures` + 1. */
export function retryPauseMs(failures: number, deviceEnded: boolean): number {
  const pause = RETRY_PAUSES_MS[Math.min(failures, RETRY_PAUSES_MS.length - 1)] ?? 30_000;
  return deviceEnded ? Math.max(pause, DEVICE_ENDED_PAUSE_MS) : pause;
}
