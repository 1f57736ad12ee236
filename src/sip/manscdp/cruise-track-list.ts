import { type Envelope, writeEnvelope } from './envelope.ts';
import { entriesOf, gathered, type Listed, listOf, sumOf } from './listed.ts';
import type { Question } from './question.ts';
import { resultOf } from './result.ts';
import { integerOf, textOf } from './xml.ts';

/** Query/CruiseTrackListQuery (GB/T 28181-2022 A.2.4.11): the cruises of a camera. */
export interface Cruise {
  /** From 0. */
  readonly number: number;
  /** '' when the device gives none. */
  readonly name: string;
}

/** One byte says the group of a cruise (annex A.3). */
const MAX_CRUISES = 256;
/** A name in the standard has 32 bytes; makers write more. */
const MAX_NAME = 64;
/** As the standard has it, and as cameras in phones write it: entries in a TrackList, by GroupID or TrackID. */
const LISTS = ['CruiseTrackList', 'TrackList'];
const NUMBERS = ['Number', 'GroupID', 'TrackID'];

export function readCruises({ element }: Envelope): Listed<Cruise> {
  const items = entriesOf(element, LISTS, ['CruiseTrack', 'Track', 'Item'], MAX_CRUISES).flatMap((entry) => {
    const number = NUMBERS.map((name) => integerOf(entry, name)).find((found) => found !== null) ?? -1;
    if (number < 0) return [];
    return [{ number, name: (textOf(entry, 'Name') ?? '').slice(0, MAX_NAME) }];
  });
  return { items, sumNum: sumOf(element), ...resultOf(element) };
}

export function cruisesQuestion(targetId: string): Question<Listed<Cruise>> {
  const cmdType = 'CruiseTrackListQuery';
  return {
    command: cmdType,
    targetId,
    write: (sn, style) => writeEnvelope('Query', { cmdType, sn, deviceId: targetId }, [], style),
    answer: 'response',
    fits: ({ element }) => listOf(element, LISTS) !== null,
    read: readCruises,
    ...gathered(({ number }) => number),
  };
}
