import { type BodyStyle, type Envelope, writeEnvelope } from './envelope.ts';
import type { Question } from './question.ts';
import { type Result, resultOf } from './result.ts';
import { child, itemsBelow, textOf, type XmlElement } from './xml.ts';

/** Notify/MobilePosition (GB/T 28181 A.2.5.6 of 2022, flat in 2016): where something is. Coordinates are WGS-84 by rule. */
export interface MobilePosition {
  /** Whom it is about: a device or a channel. */
  readonly id: string;
  /** When it was there, as the device writes it. */
  readonly time: string;
  /** Degrees, + east. */
  readonly longitude: number;
  /** Degrees, + north. */
  readonly latitude: number;
  /** km/h. */
  readonly speed: number | null;
  /** Degrees clockwise from north, below 360. */
  readonly direction: number | null;
  /** Metres above sea level. */
  readonly altitude: number | null;
  /** Metres above the ground. */
  readonly height: number | null;
}

/** A device gathers what happened since its last notify; nobody drives through more places in that time. */
const MAX_POSITIONS = 1_000;
/** Ids are strings of any digits and letters (REG-5): 20 by rule, at most this long. */
const ID = /^[A-Za-z0-9]{1,64}$/;
/** No time of any form is longer. */
const MAX_TIME_LENGTH = 40;

/** Interval of the standard, s. */
const INTERVAL_SECONDS = 5;
/** Then nobody answers: a device that tells it by a Notify does so within this too. */
const WAIT_MS = 5_000;

/** Body of a SUBSCRIBE, or of a MESSAGE. `intervalSeconds`: how often the device is to tell. */
export function writeMobilePositionQuery(
  deviceId: string,
  sn: number,
  style: BodyStyle,
  intervalSeconds: number,
): Buffer {
  return writeEnvelope('Query', { cmdType: 'MobilePosition', sn, deviceId }, [['Interval', intervalSeconds]], style);
}

/** Asks a device where it is, once. Null: it says nothing to that, and perhaps tells it by a Notify. */
export function positionQuestion(
  targetId: string,
): Question<(Result & { readonly positions: readonly MobilePosition[] }) | null> {
  return {
    command: 'MobilePosition',
    targetId,
    write: (sn, style) => writeMobilePositionQuery(targetId, sn, style, INTERVAL_SECONDS),
    answer: 'optional',
    fits: ({ element }) => textOf(element, 'Longitude') !== null,
    read: (envelope) => ({
      ...resultOf(envelope.element),
      positions: readMobilePositions(envelope),
    }),
    waitMs: WAIT_MS,
  };
}

/** Every position that a notify holds, in its order. What is no place on earth is left out (XML-12: 65535, empty). */
export function readMobilePositions(envelope: Envelope): MobilePosition[] {
  const { element } = envelope;
  const list = child(element, 'DeviceList');
  const time = textOf(element, 'Time') ?? '';
  const positions: MobilePosition[] = [];
  for (const item of list === null ? [element] : itemsBelow(list)) {
    if (positions.length >= MAX_POSITIONS) break;
    const position = readPosition(item, envelope.deviceId, time);
    if (position !== null) positions.push(position);
  }
  return positions;
}

function readPosition(element: XmlElement, deviceId: string, time: string): MobilePosition | null {
  const id = textOf(element, 'DeviceID') || deviceId;
  const longitude = decimalOf(element, 'Longitude', -180, 180);
  const latitude = decimalOf(element, 'Latitude', -90, 90);
  if (!ID.test(id) || longitude === null || latitude === null) return null;
  // 0, 0 is what receivers say that see no satellite
  if (longitude === 0 && latitude === 0) return null;
  return {
    id,
    time: (textOf(element, 'CaptureTime') || time).slice(0, MAX_TIME_LENGTH),
    longitude,
    latitude,
    speed: decimalOf(element, 'Speed', 0, 10_000),
    direction: decimalOf(element, 'Direction', 0, 360),
    altitude: decimalOf(element, 'Altitude', -12_000, 100_000),
    height: decimalOf(element, 'Height', -12_000, 100_000),
  };
}

/** A number of a child; null when absent, no number, or out of its range. */
function decimalOf(element: XmlElement, name: string, low: number, high: number): number | null {
  const text = textOf(element, name);
  if (text === null || !/^[+-]?\d{1,9}(\.\d{0,20})?$/.test(text)) return null;
  const value = Number(text);
  return value >= low && value <= high ? value : null;
}
