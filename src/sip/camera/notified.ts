import type { Envelope } from '../manscdp/envelope.ts';
import { type UpgradeEvent, upgradeEvent } from './upgrades.ts';

/** How it was said: by itself, or to whoever has subscribed. */
export type NotifiedBy = 'MESSAGE' | 'NOTIFY';

/** Takes what devices say unasked: a body that came from where the device registered. */
export type NotifiedDesk = (deviceId: string, envelope: Envelope, by: NotifiedBy) => void;

export interface NotifiedPorts {
  emit(event: UpgradeEvent): void;
}

/** Who takes which command, by CmdType in lower case; what has no desk is answered 200 and ignored (XML-10). More desks are added to it. */
export function notifiedDesks({ emit }: NotifiedPorts): Map<string, NotifiedDesk> {
  return new Map<string, NotifiedDesk>([
    ['deviceupgraderesult', (deviceId, envelope) => emit(upgradeEvent(deviceId, envelope))],
  ]);
}
