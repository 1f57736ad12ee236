import type { Directory } from '../../directory.ts';
import { initialsOf } from './initials.ts';

/** Anything that has a name and an id: a device, a group, a channel. */
interface Named {
  readonly id: string;
  readonly name: string;
}

/** What a search looks through. */
interface Texts {
  readonly id: string;
  /** The name and its initials. */
  readonly name: string;
}

/** What each was last indexed as; events replace the objects they change, so that nothing here grows old. */
const indexed = new WeakMap<Named, Texts>();

const folded = (text: string) => text.normalize('NFKC').toLowerCase();

function textsOf(named: Named): Texts {
  let texts = indexed.get(named);
  if (texts === undefined) {
    texts = { id: folded(named.id), name: `${folded(named.name)}\n${initialsOf(named.name)}` };
    indexed.set(named, texts);
  }
  return texts;
}

/** The words of a search; none of them for an empty one. */
export function wordsOf(find: string): readonly string[] {
  return folded(find)
    .split(/\s+/)
    .filter((word) => word !== '');
}

/** `2` or `12` is in every id of 20 digits: so short a number is looked for in names alone. */
const SHORT_NUMBER = /^\d{1,2}$/;
/** By its last three digits somebody calls a camera; anywhere else in an id they mean nothing. */
const LAST_DIGITS = /^\d{3}$/;

function isInId(word: string, id: string): boolean {
  if (LAST_DIGITS.test(word)) return id.endsWith(word);
  return !SHORT_NUMBER.test(word) && id.includes(word);
}

/** True when each word is found in one of `named`: a channel, the groups it is in, its device. */
export function isFound(words: readonly string[], ...named: readonly Named[]): boolean {
  return words.every((word) =>
    named.some((one) => {
      const { id, name } = textsOf(one);
      return name.includes(word) || isInId(word, id);
    }),
  );
}

/** Indexes everything once, so that the first search is as quick as the others. */
export function prepareSearch(directory: Directory): void {
  for (const list of [directory.devices, directory.groups, directory.channels])
    for (const named of list) textsOf(named);
}
