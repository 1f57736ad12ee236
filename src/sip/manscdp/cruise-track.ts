import { type Envelope, writeEnvelope } from './envelope.ts';
import { entriesOf, sumOf } from './listed.ts';
import type { Question } from './question.ts';
import { type Result, resultOf, resultOfAll } from './result.ts';
import { child, integerOf, textOf } from './xml.ts';

/** Query/CruiseTrackQuery (GB/T 28181-2022 A.2.4.12): the points of one cruise, in the order in which it goes to them. */
export interface CruiseTrack extends Result {
  readonly number: number | null;
  readonly name: string;
  readonly points: readonly CruisePoint[];
  /** How many there are in all, where the device says so. */
  readonly sumNum: number | null;
}

export interface CruisePoint {
  readonly preset: number;
  readonly staySeconds: number | null;
  /** 1–15. */
  readonly speed: number | null;
}

/** Presets of a camera. */
const MAX_POINTS = 256;
const MAX_NAME = 64;
/** Quiet of this length ends a track whose count says that more would come. */
const QUIET_MS = 5_000;

export function readCruiseTrack({ element }: Envelope): CruiseTrack {
  const points = entriesOf(element, ['CruisePointList'], ['CruisePoint', 'Item'], MAX_POINTS).flatMap((entry) => {
    const preset = integerOf(entry, 'PresetIndex');
    if (preset === null || preset < 0) return [];
    return [{ preset, staySeconds: integerOf(entry, 'StayTime'), speed: integerOf(entry, 'Speed') }];
  });
  return {
    number: integerOf(element, 'Number'),
    name: (textOf(element, 'Name') ?? '').slice(0, MAX_NAME),
    points,
    sumNum: sumOf(element),
    ...resultOf(element),
  };
}

/** Points that came in several messages follow each other: one preset may be gone to twice. */
function together(parts: readonly CruiseTrack[]): CruiseTrack {
  const { number = null, name = '', sumNum = null } = parts[0] ?? {};
  const points = parts.flatMap((part) => part.points).slice(0, MAX_POINTS);
  return { number, name, sumNum, points, ...resultOfAll(parts) };
}

export function cruiseTrackQuestion(targetId: string, number: number): Question<CruiseTrack> {
  const cmdType = 'CruiseTrackQuery';
  return {
    command: cmdType,
    targetId,
    write: (sn, style) => writeEnvelope('Query', { cmdType, sn, deviceId: targetId }, [['Number', number]], style),
    answer: 'response',
    fits: ({ element }) => child(element, 'CruisePointList') !== null,
    read: readCruiseTrack,
    gather: (parts) => {
      const { points, sumNum, ok } = together(parts);
      return !ok || sumNum === null || points.length >= Math.min(sumNum, MAX_POINTS);
    },
    merge: together,
    waitMs: QUIET_MS,
  };
}
