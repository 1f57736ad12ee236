import { readUpgradeResult } from '../manscdp/device-upgrade.ts';
import type { Envelope } from '../manscdp/envelope.ts';

/** An upgrade is over: the device says so after it has registered anew (GB/T 28181-2022 9.13). */
export interface UpgradeEvent {
  type: 'upgrade.completed';
  data: {
    deviceId: string;
    /** As it was given, or made up, when the upgrade was asked for. */
    session: string;
    result: 'OK' | 'ERROR';
    /** What runs now. */
    firmware: string;
    /** Why it went wrong, in words. */
    reason?: string;
  };
}

/** A.2.5.10. */
const REASONS: Readonly<Record<string, string>> = {
  '01': 'download timeout',
  '02': 'package damaged',
  '03': 'system error',
  '99': 'other',
};

/** Reads a Notify/DeviceUpgradeResult. */
export function upgradeEvent(deviceId: string, envelope: Envelope): UpgradeEvent {
  const { session, ok, firmware, failedReason } = readUpgradeResult(envelope);
  return {
    type: 'upgrade.completed',
    data: {
      deviceId,
      session,
      result: ok ? 'OK' : 'ERROR',
      firmware,
      ...(failedReason === null ? {} : { reason: REASONS[failedReason] ?? failedReason }),
    },
  };
}
