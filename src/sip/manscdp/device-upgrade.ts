import type { Envelope } from './envelope.ts';
import { textOf } from './xml.ts';

/** Notify/DeviceUpgradeResult (GB/T 28181-2022 A.2.5.10): how an upgrade went, told after the device has registered anew. */
export interface UpgradeResult {
  /** As in the command. */
  readonly session: string;
  readonly ok: boolean;
  /** What runs now. */
  readonly firmware: string;
  /** `01` download timeout, `02` package damaged, `03` system error, `99` other; null when it went well. */
  readonly failedReason: string | null;
}

/** Longest text kept: a session has 128 characters at most. */
const MAX_TEXT = 128;

export function readUpgradeResult({ element }: Envelope): UpgradeResult {
  const text = (name: string): string => (textOf(element, name) ?? '').slice(0, MAX_TEXT);
  // one maker calls it Result
  const ok = (text('UpgradeResult') || text('Result')).toUpperCase() === 'OK';
  return {
    session: text('SessionID'),
    ok,
    firmware: text('Firmware'),
    failedReason: ok ? null : text('UpgradeFailedReason') || '99',
  };
}
