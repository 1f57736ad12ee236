/** Why a camera cannot be steered from here. Pure: no DOM. */
export type Blocked = 'look-only' | 'offline' | 'fixed' | 'panorama' | 'refused';

/** What a catalogue says of a channel that does not turn (GB/T 28181 PTZType). */
const FIXED = 3;
const PANORAMAS: readonly number[] = [6, 7];

interface Facts {
  readonly mayControl: boolean;
  readonly isOnline: boolean;
  readonly ptzType: number | undefined;
  /** The device has said that it does not do PTZ. */
  readonly isRefused: boolean;
  /** The person wants to try all the same: catalogues of recorders say "fixed" of everything. */
  readonly isTried: boolean;
}

export function blockedBy({ mayControl, isOnline, ptzType, isRefused, isTried }: Facts): Blocked | null {
  if (!mayControl) return 'look-only';
  if (!isOnline) return 'offline';
  if (isRefused) return 'refused';
  if (isTried || ptzType === undefined) return null;
  if (ptzType === FIXED) return 'fixed';
  return PANORAMAS.includes(ptzType) ? 'panorama' : null;
}

/** Those that may be wrong: the person may try all the same. */
export function mayBeTried(blocked: Blocked): boolean {
  return blocked === 'fixed' || blocked === 'panorama' || blocked === 'refused';
}
