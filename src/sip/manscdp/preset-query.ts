import { type Envelope, writeEnvelope } from './envelope.ts';
import type { Question } from './question.ts';
import { child, childrenOf, integerOf, itemsBelow, textOf, type XmlElement } from './xml.ts';

/** Query/PresetQuery (GB/T 28181 A.2.4.7; 2011 spells it `PersetQuery`): the presets of a camera. */
export interface Preset {
  /** 1–255. */
  readonly number: number;
  /** '' when the device gives none. */
  readonly name: string;
}

export interface PresetList {
  readonly presets: readonly Preset[];
  /** How many there are in all, where the device says so. */
  readonly sumNum: number | null;
  /** Entries that were left out: 0, above 255, or no number (PTZ-7). */
  readonly refused: readonly string[];
}

/** A preset's name in the standard has 32 bytes; makers write more. */
const MAX_NAME = 64;
/** Twice as many as there are: a device that repeats itself is borne, one that never ends is not. */
const MAX_ITEMS = 512;
/** Quiet of this length ends a list whose count says that more would come. */
const QUIET_MS = 5_000;

export function readPresets(envelope: Envelope): PresetList {
  const list = child(envelope.element, 'PresetList') ?? child(envelope.element, 'PersetList') ?? envelope.element;
  const own = childrenOf(list, 'Item');
  const items = (own.length > 0 ? own : [...itemsBelow(list)]).slice(0, MAX_ITEMS);
  const presets = new Map<number, Preset>();
  const refused: string[] = [];
  for (const item of items) {
    const written = textOf(item, 'PresetID') ?? textOf(item, 'PersetID') ?? '';
    const number = numberOf(item);
    if (number === null || number < 1 || number > 255) refused.push(written.slice(0, 20));
    else presets.set(number, { number, name: nameOf(item) });
  }
  return { presets: [...presets.values()], sumNum: integerOf(envelope.element, 'SumNum'), refused };
}

function numberOf(item: XmlElement): number | null {
  return integerOf(item, 'PresetID') ?? integerOf(item, 'PersetID');
}

function nameOf(item: XmlElement): string {
  return (textOf(item, 'PresetName') ?? textOf(item, 'PersetName') ?? '').slice(0, MAX_NAME);
}

/** Lists that came in several messages, as one: by number, the last word on each counts. */
function together(parts: readonly PresetList[]): PresetList {
  const presets = new Map(parts.flatMap((part) => part.presets).map((preset) => [preset.number, preset]));
  return {
    presets: [...presets.values()].sort((a, b) => a.number - b.number),
    sumNum: parts[0]?.sumNum ?? null,
    refused: parts.flatMap((part) => part.refused),
  };
}

/** Asks a camera for its presets; a list may come in several messages (annex M). */
export function presetQuestion(targetId: string, spelling: 'PresetQuery' | 'PersetQuery'): Question<PresetList> {
  return {
    command: spelling,
    targetId,
    write: (sn, style) => writeEnvelope('Query', { cmdType: spelling, sn, deviceId: targetId }, [], style),
    answer: 'response',
    // asked in one spelling, answered in the other
    fits: ({ element }) => child(element, 'PresetList') !== null || child(element, 'PersetList') !== null,
    read: readPresets,
    gather: (parts) => {
      const sum = parts[0]?.sumNum ?? null;
      const got = parts.reduce((count, part) => count + part.presets.length + part.refused.length, 0);
      return sum === null || got >= sum;
    },
    merge: together,
    waitMs: QUIET_MS,
  };
}
