/** Why nobody can talk to a channel from here; each is a key of the words of problems. Pure: no DOM. */
export type Blocked = 'forbidden' | 'microphone.insecure' | 'device_offline' | 'not_supported';

interface Facts {
  readonly mayControl: boolean;
  /** The browser gives a microphone to this page (HTTPS, or this computer). */
  readonly isSecure: boolean;
  readonly isOnline: boolean;
  /** The device has shown that it takes neither broadcasts nor talks. */
  readonly isRefused: boolean;
  /** The person wants to try all the same: devices learn with their firmware. */
  readonly isTried: boolean;
}

export function blockedBy({ mayControl, isSecure, isOnline, isRefused, isTried }: Facts): Blocked | null {
  if (!mayControl) return 'forbidden';
  if (!isSecure) return 'microphone.insecure';
  if (!isOnline) return 'device_offline';
  return isRefused && !isTried ? 'not_supported' : null;
}

/** Both ways in which a device may be spoken to. */
const WAYS = ['Broadcast', 'Talk'];

/** Whether a profile says that the device takes no voice at all. */
export function takesNoVoice(profile: Readonly<Record<string, unknown>>): boolean {
  const notSupported = profile.notSupported;
  return Array.isArray(notSupported) && WAYS.every((way) => notSupported.includes(way));
}
