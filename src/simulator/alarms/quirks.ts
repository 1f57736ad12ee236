import type { AlarmBehaviour } from './behaviour.ts';

/** Quirks of cameras that tell alarms. */
export const ALARM_QUIRKS: readonly {
  readonly code: string;
  /** What the camera then does, as `--list-quirks` prints it. */
  readonly sentence: string;
  readonly switches: Partial<AlarmBehaviour>;
}[] = [
  { code: 'SUB-4', sentence: 'tells alarms only while it is guarded', switches: { alarmsWhenGuarded: true } },
  {
    code: 'SUB-6',
    sentence: 'writes alarms with a time that is none and a method in words',
    switches: { alarms: 'odd' },
  },
];
