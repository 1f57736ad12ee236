import type { ControlBehaviour } from './behaviour.ts';

/** Quirks of cameras that are controlled. */
export const CONTROL_QUIRKS: readonly {
  readonly code: string;
  /** What the camera then does, as `--list-quirks` prints it. */
  readonly sentence: string;
  readonly switches: Partial<ControlBehaviour>;
}[] = [
  { code: 'PTZ-4', sentence: 'does not hear the first stop', switches: { deafStops: 1 } },
  { code: 'PTZ-5', sentence: 'takes controls that name the device only', switches: { controlledAs: 'device' } },
  {
    code: 'PTZ-8',
    sentence: 'applies its configuration by a restart and does not answer',
    switches: { configAnswer: 'restart' },
  },
  { code: 'PTZ-7', sentence: 'lists presets 0 and 256, and keeps no names', switches: { presetList: 'odd' } },
];
