import type { Directory } from '../../directory.ts';
import { initialsOf } from './initials.ts';

/** Anything that has a name and an id: a device, a group, a channel. */
interface Named {
  readonly id: string;
  readonly name: string;
}

/** What each was last indexed as; events replace the objects they change, so that nothing here grows old. */
const indexed = new WeakMap<Named, string>();

const folded = (text: string) => text.normalize('NFKC').toLowerCase();

/** What a search looks through: the name, the id, and the initials of the name. */
function textOf(named: Named): string {
  let text = indexed.get(named);
  if (text === undefined) {
    text = `${folded(named.name)}\n${folded(named.id)}\n${initialsOf(named.name)}`;
    indexed.set(named, text);
  }
  return text;
}

/** The words of a search; none of them for an empty one. */
export function wordsOf(find: string): readonly string[] {
  return folded(find)
    .split(/\s+/)
    .filter((word) => word !== '');
}

/** True when each word is found in one of `named`: a channel, the groups it is in, its device. */
export function isFound(words: readonly string[], ...named: readonly Named[]): boolean {
  return words.every((word) => named.some((one) => textOf(one).includes(word)));
}

/** Indexes everything once, so that the first search is as quick as the others. */
export function prepareSearch(directory: Directory): void {
  for (const list of [directory.devices, directory.groups, directory.channels]) for (const named of list) textOf(named);
}
