import type { Clockwork } from '../wheel.ts';
import type { AlarmSide, SimulatedAlarm } from './alarm-side.ts';

/** Alarms that a simulated device tells by itself, one after the other: something of each way in which they come about (GB/T 28181-2022 A.2.5). */

const KINDS: readonly SimulatedAlarm[] = [
  { method: 5, type: 6, event: 1, priority: 2, description: 'somebody entered' },
  { method: 5, type: 2, priority: 4, description: 'something moves' },
  { method: 2, type: 1, priority: 1, description: 'video lost' },
  { method: 5, type: 6, event: 2, priority: 3, description: 'somebody left' },
  { method: 2, type: 5, priority: 2, description: 'low temperature' },
  { method: 6, type: 1, priority: 3, description: 'disk fault' },
  { method: 1, priority: 1, description: 'called in' },
];

export interface AlarmRoutinePorts {
  readonly wheel: Clockwork;
  readonly everyMs: number;
  /** Nothing is told while it is not. */
  isRegistered(): boolean;
  readonly alarms: Pick<AlarmSide, 'alarm'>;
}

/** Tells one alarm each `everyMs`, by MESSAGE, until the wheel is closed. */
export function tellAlarms({ wheel, everyMs, isRegistered, alarms }: AlarmRoutinePorts, firstMs: number): void {
  let told = 0;
  const next = (delayMs: number): void => {
    wheel.after(delayMs, () => {
      next(everyMs);
      if (!isRegistered()) return;
      const kind = KINDS[told % KINDS.length] ?? {};
      told += 1;
      // one that is not answered is lost, as with a camera
      void alarms.alarm(kind).catch(() => undefined);
    });
  };
  next(firstMs);
}
