import { readSwitch } from './device-status.ts';
import { type Envelope, writeEnvelope } from './envelope.ts';
import type { Question } from './question.ts';
import { type Result, resultOf } from './result.ts';
import { child, integerOf, textOf } from './xml.ts';

/** Query/HomePositionQuery (GB/T 28181-2022 A.2.4.10): where a camera goes back to when it is left alone. Null: it did not say. */
export interface HomePosition extends Result {
  readonly enabled: boolean | null;
  readonly resetSeconds: number | null;
  /** 0–255. */
  readonly preset: number | null;
}

export function readHomePosition({ element }: Envelope): HomePosition {
  const home = child(element, 'HomePosition') ?? element;
  return {
    enabled: readSwitch(textOf(home, 'Enabled')),
    resetSeconds: integerOf(home, 'ResetTime'),
    preset: integerOf(home, 'PresetIndex'),
    ...resultOf(element),
  };
}

export function homePositionQuestion(targetId: string): Question<HomePosition> {
  const cmdType = 'HomePositionQuery';
  return {
    command: cmdType,
    targetId,
    write: (sn, style) => writeEnvelope('Query', { cmdType, sn, deviceId: targetId }, [], style),
    answer: 'response',
    fits: ({ element }) => child(element, 'HomePosition') !== null,
    read: readHomePosition,
  };
}
