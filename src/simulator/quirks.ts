import { ALARM_QUIRKS } from './alarms/quirks.ts';
import { type Behaviour, FLAWLESS } from './behaviour.ts';
import { CONTROL_QUIRKS } from './control/quirks.ts';
import { FOOTAGE_QUIRKS } from './footage/quirks.ts';
import { MEDIA_QUIRKS } from './media-quirks.ts';
import { SIGNALLING_QUIRKS } from './signalling-quirks.ts';
import { SUBSCRIPTION_QUIRKS } from './subscriptions/quirks.ts';
import { VOICE_QUIRKS } from './voice/quirks.ts';

/** A deviation that real cameras show, by its code in the list of known deviations. */
export interface Quirk {
  readonly code: string;
  /** What the camera then does, as `--list-quirks` prints it. */
  readonly sentence: string;
  readonly switches: Partial<Behaviour>;
}

/** Every quirk that the simulated camera knows. */
export const QUIRKS: readonly Quirk[] = [
  ...SIGNALLING_QUIRKS,
  ...MEDIA_QUIRKS,
  ...FOOTAGE_QUIRKS,
  ...CONTROL_QUIRKS,
  ...SUBSCRIPTION_QUIRKS,
  ...VOICE_QUIRKS,
  ...ALARM_QUIRKS,
];

/** Codes nobody knows, in the order given. */
export function unknownQuirks(codes: Iterable<string>): string[] {
  return [...codes].filter((code) => !QUIRKS.some((quirk) => quirk.code === code));
}

/** A well-behaved camera with these quirks; unknown codes change nothing. */
export function behaviourOf(codes: ReadonlySet<string>): Behaviour {
  return Object.assign(
    { ...FLAWLESS },
    ...QUIRKS.filter((quirk) => codes.has(quirk.code)).map((quirk) => quirk.switches),
  );
}
