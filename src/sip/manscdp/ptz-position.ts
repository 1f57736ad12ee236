import { type Envelope, writeEnvelope } from './envelope.ts';
import type { Question } from './question.ts';
import { type Result, resultOf } from './result.ts';
import { textOf } from './xml.ts';

/**
 * Query, Response and Notify/PTZPosition (GB/T 28181-2022 A.2.4.14): where a camera looks. Degrees with the standard's signs, tilt + down;
 * null: it did not say.
 */
export interface PtzPosition extends Result {
  readonly pan: number | null;
  readonly tilt: number | null;
  /** Times. */
  readonly zoom: number | null;
  readonly horizontalFieldAngle: number | null;
  readonly verticalFieldAngle: number | null;
  /** Metres. */
  readonly maxViewDistance: number | null;
}

export function readPtzPosition({ element }: Envelope): PtzPosition {
  const decimal = (name: string): number | null => {
    const text = textOf(element, name);
    return text !== null && /^[+-]?\d{1,9}(?:\.\d{1,9})?$/.test(text) ? Number(text) : null;
  };
  return {
    pan: decimal('Pan'),
    tilt: decimal('Tilt'),
    zoom: decimal('Zoom'),
    horizontalFieldAngle: decimal('HorizontalFieldAngle'),
    verticalFieldAngle: decimal('VerticalFieldAngle'),
    maxViewDistance: decimal('MaxViewDistance'),
    ...resultOf(element),
  };
}

export function ptzPositionQuestion(targetId: string): Question<PtzPosition> {
  const cmdType = 'PTZPosition';
  return {
    command: cmdType,
    targetId,
    write: (sn, style) => writeEnvelope('Query', { cmdType, sn, deviceId: targetId }, [], style),
    answer: 'response',
    fits: ({ element }) => textOf(element, 'Pan') !== null || textOf(element, 'Zoom') !== null,
    read: readPtzPosition,
  };
}
