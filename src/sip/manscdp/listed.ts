import type { Question } from './question.ts';
import { type Result, resultOfAll } from './result.ts';
import { child, childrenOf, integerOf, type XmlElement } from './xml.ts';

/** Lists that may come in several messages (annex M): each with the count of all, and some of the entries. */

/** Entries of one answer, as far as they have come. */
export interface Listed<T> extends Result {
  readonly items: readonly T[];
  /** How many there are in all, where the device says so. */
  readonly sumNum: number | null;
}

/** Quiet of this length ends a list whose count says that more would come. */
const QUIET_MS = 5_000;

/** The first list of one of these names. */
export function listOf(element: XmlElement, lists: readonly string[]): XmlElement | null {
  for (const list of lists) {
    const found = child(element, list);
    if (found !== null) return found;
  }
  return null;
}

/** The elements of a list: in it, or without a list around them; `most` bounds what a device can make us keep. */
export function entriesOf(
  element: XmlElement,
  lists: readonly string[],
  names: readonly string[],
  most: number,
): XmlElement[] {
  const inside = listOf(element, lists) ?? element;
  return names.flatMap((name) => childrenOf(inside, name)).slice(0, most);
}

/** How the parts of a list are gathered into one: by their key, the last word on each counts. */
export function gathered<T>(keyOf: (item: T) => number): Pick<Question<Listed<T>>, 'gather' | 'merge' | 'waitMs'> {
  const merge = (parts: readonly Listed<T>[]): Listed<T> => {
    const items = new Map(parts.flatMap((part) => part.items).map((item) => [keyOf(item), item]));
    return {
      items: [...items.values()].sort((a, b) => keyOf(a) - keyOf(b)),
      sumNum: parts[0]?.sumNum ?? null,
      ...resultOfAll(parts),
    };
  };
  return {
    merge,
    gather: (parts) => {
      const { items, sumNum, ok } = merge(parts);
      return !ok || sumNum === null || items.length >= sumNum;
    },
    waitMs: QUIET_MS,
  };
}

/** The count of all. */
export function sumOf(element: XmlElement): number | null {
  return integerOf(element, 'SumNum');
}
