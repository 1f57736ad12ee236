import { type Envelope, writeEnvelope } from './envelope.ts';
import { entriesOf, gathered, type Listed, listOf, sumOf } from './listed.ts';
import type { Question } from './question.ts';
import { resultOf } from './result.ts';
import { integerOf, textOf } from './xml.ts';

/** Query/SDCardStatus (GB/T 28181-2022 A.2.4.15): the cards of a device. Null: it did not say. */
export interface StorageCard {
  /** From 1. */
  readonly id: number;
  readonly name: string;
  /** `ok`, `formatting`, `unformatted`, `idle` or `error`; what a device says beyond that is kept. */
  readonly status: string;
  /** Percent. */
  readonly formatProgress: number | null;
  readonly capacityMb: number | null;
  readonly freeMb: number | null;
}

/** The standard has 8. */
const MAX_CARDS = 64;
const MAX_TEXT = 64;
const LISTS = ['SDCardStatusInfo', 'SDCardStatusList'];

export function readStorageCards({ element }: Envelope): Listed<StorageCard> {
  const items = entriesOf(element, LISTS, ['Item'], MAX_CARDS).flatMap((entry) => {
    const text = (name: string): string => (textOf(entry, name) ?? '').slice(0, MAX_TEXT);
    const id = integerOf(entry, 'ID');
    if (id === null) return [];
    return [
      {
        id,
        name: text('HddName'),
        status: text('Status').toLowerCase(),
        formatProgress: integerOf(entry, 'FormatProgress'),
        capacityMb: integerOf(entry, 'Capacity'),
        freeMb: integerOf(entry, 'FreeSpace'),
      },
    ];
  });
  return { items, sumNum: sumOf(element), ...resultOf(element) };
}

export function storageCardsQuestion(targetId: string): Question<Listed<StorageCard>> {
  const cmdType = 'SDCardStatus';
  return {
    command: cmdType,
    targetId,
    write: (sn, style) => writeEnvelope('Query', { cmdType, sn, deviceId: targetId }, [], style),
    answer: 'response',
    fits: ({ element }) => listOf(element, LISTS) !== null,
    read: readStorageCards,
    ...gathered(({ id }) => id),
  };
}
