import type { Removal } from './removal.ts';
import { ALARM_REMOVALS } from './removals-alarms.ts';
import { CONTROL_REMOVALS } from './removals-control.ts';
import { DOWNLOAD_REMOVALS } from './removals-downloads.ts';
import { MEDIA_REMOVALS } from './removals-media.ts';
import { PLAYBACK_REMOVALS } from './removals-playback.ts';
import { RECORD_REMOVALS } from './removals-records.ts';
import { SIGNALLING_REMOVALS } from './removals-signalling.ts';
import { SUBSCRIPTION_REMOVALS } from './removals-subscriptions.ts';
import { VOICE_REMOVALS } from './removals-voice.ts';

export type { Removal } from './removal.ts';

/**
 * How each tolerance is taken out of the source: one edit that makes the gateway believe the standard again. A test that
 * pins the code must then fail, or it pins nothing.
 */
export const REMOVALS: readonly Removal[] = [
  ...SIGNALLING_REMOVALS,
  ...MEDIA_REMOVALS,
  ...RECORD_REMOVALS,
  ...PLAYBACK_REMOVALS,
  ...DOWNLOAD_REMOVALS,
  ...CONTROL_REMOVALS,
  ...ALARM_REMOVALS,
  ...SUBSCRIPTION_REMOVALS,
  ...VOICE_REMOVALS,
];

/** Codes whose tolerance is no line of its own that could be taken out, and why. */
export const NO_SINGLE_EDIT: Readonly<Record<string, string>> = {
  'ES-5': 'the page asks the browser before it buffers (web/player/source.ts), and its test runs in a browser',
  'TK-5': 'the page says so (web/page/talk/microphone.ts), and its test runs in a browser',
};
